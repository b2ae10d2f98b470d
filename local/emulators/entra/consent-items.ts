/** The permissions that a consent page lists. */
import type { App, User } from './directory.ts';
import type { EntraContext } from './entra-context.ts';
import type { RequestedScopes } from './scopes.ts';

/** A permission of `client` to call `resource` with `scopes` on behalf of a user. */
export interface ConsentItem {
  /** The app that gets the permission. */
  readonly client: App;
  /** The API that it may call. */
  readonly resource: App;
  /** The names of the scopes, such as `Documents.Read`. */
  readonly scopes: readonly string[];
}

/**
 * Lists the permissions that a request needs. With named scopes these are the scopes themselves.
 * With `.default` they are all permissions of the client's registration at the resource. If the
 * resource also lists the client in `knownClientApplications`, the permissions of the resource at
 * other APIs follow, so that one page covers the whole chain (combined consent).
 */
export function listConsentItems(
  { directory }: EntraContext,
  client: App,
  { resource, isDefault, names }: RequestedScopes,
): readonly ConsentItem[] {
  if (!isDefault) return [{ client, resource, scopes: names }];
  const items = [{ client, resource, scopes: client.requires[resource.name] ?? resource.scopes }];
  if (!resource.knownClientApplications.includes(client.name)) return items;
  for (const [name, scopes] of Object.entries(resource.requires)) {
    const nextResource = directory.app(name);
    if (nextResource) items.push({ client: resource, resource: nextResource, scopes });
  }
  return items;
}

/** Whether all permissions are granted, by the user or for the whole tenant. */
export function hasConsent(
  { consents }: EntraContext,
  user: User,
  items: readonly ConsentItem[],
): boolean {
  return items.every(({ client, resource, scopes }) => {
    const granted = consents.grantedScopes(user, client, resource);
    return scopes.every((scope) => granted.includes(scope));
  });
}
