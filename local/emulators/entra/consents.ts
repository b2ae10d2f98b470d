/**
 * The granted scopes of each client. They come from the pre-authorizations of a registration, the
 * consents of a tenant, and the users who accepted on the consent page.
 */
import type { App, Directory, User } from './directory.ts';
import { microsoftGraph, signInScopes } from './microsoft-graph.ts';
import type { Policies, PolicyName } from './policies.ts';
import { Refusal } from './refusal.ts';
import type { RequestedScopes } from './scopes.ts';

/** Reads and adds consents. */
export interface Consents {
  /** The scopes of the resource that the client has on behalf of the user. */
  grantedScopes(user: User, client: App, resource: App): readonly string[];
  /**
   * Returns the scopes of a new token: all granted ones, not only the requested ones.
   * @throws {Refusal} (65001, 90094) when a requested scope is not granted.
   */
  requireScopes(user: User, client: App, requested: RequestedScopes): readonly string[];
  /** Whether only an administrator can consent to the scopes of the resource for the user. */
  requiresAdmin(user: User, resource: App): boolean;
  /** Adds the consent that a user gives on the consent page. */
  accept(user: User, client: App, resource: App, scopes: readonly string[]): void;
}

interface AcceptedScopes {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly scopes: readonly string[];
}

/** Creates the consents of a directory. Accepted consents are in memory only. */
export function createConsents(
  directory: Directory,
  policies: Policies,
  now: () => number,
): Consents {
  const acceptedByKey = new Map<string, AcceptedScopes>();
  const keyOf = (user: User, client: App, resource: App) =>
    `${user.oid} ${client.appId} ${resource.appId}`;

  /** The policies that withdraw the consents for a resource. */
  function withdrawalPolicies(resource: App): readonly PolicyName[] {
    return resource === microsoftGraph ? ['consent', 'graph-consent'] : ['consent'];
  }

  /** The scopes that the user accepted and has not withdrawn. */
  function acceptedScopes(user: User, client: App, resource: App): readonly string[] {
    const accepted = acceptedByKey.get(keyOf(user, client, resource));
    if (!accepted) return [];
    const isWithdrawn = withdrawalPolicies(resource).some(
      (name) => accepted.at < (policies.appliesSince(name, user) ?? 0),
    );
    return isWithdrawn ? [] : accepted.scopes;
  }

  /** The scopes that the registration and the tenant grant for all users. */
  function tenantScopes(user: User, client: App, resource: App): readonly string[] {
    if (withdrawalPolicies(resource).some((name) => policies.applies(name, user))) return [];
    if (resource.preAuthorized.includes(client.name)) return resource.scopes;
    return directory.consents
      .filter((consent) => consent.tenant === user.tenant)
      .filter((consent) => consent.client === client.name)
      .filter((consent) => consent.resource === resource.name)
      .flatMap(({ scopes }) => scopes);
  }

  function requiresAdmin(user: User, resource: App): boolean {
    if (policies.applies('admin-consent', user)) return true;
    return (
      resource === microsoftGraph && policies.value('graph-consent', user) === 'admin-required'
    );
  }

  function consentedScopes(user: User, client: App, resource: App): readonly string[] {
    if (requiresAdmin(user, resource)) return [];
    return [...acceptedScopes(user, client, resource), ...tenantScopes(user, client, resource)];
  }

  function grantedScopes(user: User, client: App, resource: App): readonly string[] {
    const granted = new Set(consentedScopes(user, client, resource));
    if (resource === microsoftGraph) for (const scope of signInScopes) granted.add(scope);
    return resource.scopes.filter((scope) => granted.has(scope));
  }

  return {
    grantedScopes,
    requiresAdmin,
    requireScopes: (user, client, { resource, names }) => {
      const granted = grantedScopes(user, client, resource);
      if (granted.length > 0 && names.every((name) => granted.includes(name))) return granted;
      const detail = `Application '${client.appId}' named '${client.displayName}'.`;
      throw new Refusal(requiresAdmin(user, resource) ? 90094 : 65001, { detail });
    },
    accept: (user, client, resource, scopes) => {
      const earlier = acceptedScopes(user, client, resource);
      acceptedByKey.set(keyOf(user, client, resource), {
        at: now(),
        scopes: [...earlier, ...scopes],
      });
    },
  };
}
