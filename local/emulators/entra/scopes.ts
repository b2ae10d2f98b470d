/** Reads the `scope` parameter: which resource is asked for, and what of it. */
import type { App, Directory } from './directory.ts';
import { Refusal } from './refusal.ts';

export interface AskedScopes {
  readonly resource: App;
  /** How the request wrote the resource, so that the answer can name its scopes the same way. */
  readonly prefix: string;
  /** Names such as `Documents.Read`; empty where `.default` was asked for. */
  readonly names: readonly string[];
  /** `.default`: everything that has been consented to, and the registration's whole list where consent is missing. */
  readonly isDefault: boolean;
  /** openid, profile, offline_access, email. */
  readonly oidc: readonly string[];
}

/** What a request gets that asks for no API of ours, as at the real Entra; the emulators has no Graph behind it. */
const graph: App = {
  name: 'graph',
  appId: '00000003-0000-0000-c000-000000000000',
  displayName: 'Microsoft Graph',
  requestedAccessTokenVersion: 1,
  scopes: ['openid', 'profile', 'email', 'User.Read'],
  roles: [],
  redirectUris: [],
  preAuthorized: ['client-app', 'other-app', 'original-api'],
  knownClientApplications: [],
  requires: {},
};

const oidcScopes = ['openid', 'profile', 'offline_access', 'email'];
const graphUri = 'https://graph.microsoft.com';

function findResource(directory: Directory, prefix: string): App {
  const resource =
    prefix === '' || prefix === graphUri || prefix === graph.appId ? graph : directory.app(prefix);
  if (!resource || (prefix === resource.name && resource !== graph)) {
    throw new Refusal(500011, { detail: `The resource principal named ${prefix} was not found.` });
  }
  return resource;
}

/** Throws a Refusal for an unknown resource (500011), several resources (28000) or an unknown scope (70011). */
export function readScopes(directory: Directory, text: string | undefined): AskedScopes {
  const asked = (text ?? '').split(' ').filter((scope) => scope !== '');
  if (asked.length === 0)
    throw new Refusal(90014, { detail: 'The required field "scope" is missing.' });
  const oidc = asked.filter((scope) => oidcScopes.includes(scope));
  const parts = asked
    .filter((scope) => !oidcScopes.includes(scope))
    .map((scope) => ({
      prefix: scope.slice(0, Math.max(scope.lastIndexOf('/'), 0)),
      name: scope.slice(scope.lastIndexOf('/') + 1),
    }));
  const prefix = parts[0]?.prefix ?? '';
  if (parts.some((part) => part.prefix !== prefix)) throw new Refusal(28000);
  const resource = findResource(directory, prefix);
  const names = parts.map(({ name }) => name);
  const isDefault = names.includes('.default');
  if (isDefault && names.length > 1)
    throw new Refusal(70011, {
      detail: '.default cannot be combined with other scopes of the resource.',
    });
  const unknown = names.find((name) => name !== '.default' && !resource.scopes.includes(name));
  if (unknown)
    throw new Refusal(70011, {
      detail: `The scope "${unknown}" does not exist on the resource ${resource.appId}.`,
    });
  return { resource, prefix, names: isDefault ? [] : names, isDefault, oidc };
}
