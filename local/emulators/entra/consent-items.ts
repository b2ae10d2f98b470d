/** What a consent page asks for. */
import type { App, User } from './directory.ts';
import type { AskedScopes } from './scopes.ts';
import type { EntraContext } from './token/token-request.ts';

/** `client` may call `resource` with `scopes` on behalf of the user. */
export interface ConsentItem {
  readonly client: App;
  readonly resource: App;
  readonly scopes: readonly string[];
}

/**
 * Everything the request wants. A named scope is itself; `.default` is the registration's whole list and, where the resource knows
 * the client (knownClientApplications), also what the resource needs of the APIs behind it: the combined consent.
 */
export function listConsentItems(
  { directory }: EntraContext,
  client: App,
  asked: AskedScopes,
): readonly ConsentItem[] {
  const { resource, isDefault, names } = asked;
  const own = {
    client,
    resource,
    scopes: isDefault ? (client.requires[resource.name] ?? resource.scopes) : names,
  };
  if (!isDefault || !resource.knownClientApplications.includes(client.name)) return [own];
  const behind = Object.entries(resource.requires).flatMap(([name, scopes]) => {
    const next = directory.app(name);
    return next ? [{ client: resource, resource: next, scopes }] : [];
  });
  return [own, ...behind];
}

/** Whether the user, or somebody for everybody, has granted all of it. */
export function isGranted(
  { consents }: EntraContext,
  user: User,
  items: readonly ConsentItem[],
): boolean {
  return items.every(({ client, resource, scopes }) => {
    const granted = consents.granted(user, client, resource);
    return scopes.every((scope) => granted.includes(scope));
  });
}
