/** Who has consented to what: the registration's pre-authorizations, the tenant's grants, and what users accept on the consent page. */
import type { App, Directory, User } from './directory.ts';
import type { Policies } from './policies.ts';
import { Refusal } from './refusal.ts';
import type { AskedScopes } from './scopes.ts';

export interface Consents {
  /** The scopes of the resource that the client may have on behalf of the user, in the registration's order. */
  granted(user: User, client: App, resource: App): readonly string[];
  /** The scopes that a token gets: all that are granted, when they include the asked ones; else a Refusal (65001, 90094). */
  require(user: User, client: App, asked: AskedScopes): readonly string[];
  /** The user's own consent, given on the consent page. */
  accept(user: User, client: App, resource: App, scopes: readonly string[]): void;
}

interface Accepted {
  readonly at: number;
  readonly scopes: readonly string[];
}

export function createConsents(
  directory: Directory,
  policies: Policies,
  now: () => number,
): Consents {
  const accepted = new Map<string, Accepted>();
  const key = (user: User, client: App, resource: App) =>
    `${user.oid} ${client.appId} ${resource.appId}`;

  function registered(user: User, client: App, resource: App): readonly string[] {
    if (resource.preAuthorized.includes(client.name)) return resource.scopes;
    return directory.consents
      .filter(
        (consent) =>
          consent.tenant === user.tenant &&
          consent.client === client.name &&
          consent.resource === resource.name,
      )
      .flatMap(({ scopes }) => scopes);
  }

  function granted(user: User, client: App, resource: App): readonly string[] {
    if (resource.name === 'graph') return resource.scopes;
    if (policies.applies('admin-consent', user)) return [];
    const withdrawn = policies.appliesSince('consent', user);
    const own = accepted.get(key(user, client, resource));
    const ownScopes = own && own.at >= (withdrawn ?? 0) ? own.scopes : [];
    const others = withdrawn === undefined ? registered(user, client, resource) : [];
    return resource.scopes.filter((scope) => ownScopes.includes(scope) || others.includes(scope));
  }

  return {
    granted,
    require: (user, client, asked) => {
      const scopes = granted(user, client, asked.resource);
      if (scopes.length > 0 && asked.names.every((name) => scopes.includes(name))) return scopes;
      const detail = `Application '${client.appId}' named '${client.displayName}'.`;
      throw new Refusal(policies.applies('admin-consent', user) ? 90094 : 65001, { detail });
    },
    accept: (user, client, resource, scopes) => {
      const before = accepted.get(key(user, client, resource));
      const kept =
        before && before.at >= (policies.appliesSince('consent', user) ?? 0) ? before.scopes : [];
      accepted.set(key(user, client, resource), { at: now(), scopes: [...kept, ...scopes] });
    },
  };
}
