/** Parses the `scope` parameter into a resource and its scopes. */
import type { App, Directory } from './directory.ts';
import { microsoftGraph } from './microsoft-graph.ts';
import { Refusal } from './refusal.ts';

/** The parsed `scope` parameter. */
export interface RequestedScopes {
  /** The API that the scopes belong to. */
  readonly resource: App;
  /**
   * The resource as the request spelled it, such as `api://{appId}`. The response repeats it. Empty
   * for a request that names no API. Such a request is for Microsoft Graph.
   */
  readonly prefix: string;
  /** The scopes of the resource, such as `Documents.Read`. Empty for `.default`. */
  readonly names: readonly string[];
  /** Whether `.default` was requested, which means all granted scopes. */
  readonly isDefault: boolean;
  /** The OpenID Connect scopes: openid, profile, offline_access, email. */
  readonly oidc: readonly string[];
}

const oidcScopes = ['openid', 'profile', 'offline_access', 'email'];

function findResource(directory: Directory, prefix: string): App {
  if (prefix === '') return microsoftGraph;
  const resource = directory.app(prefix);
  // The short names of the directory do not exist in Entra.
  if (resource && prefix !== resource.name) return resource;
  throw new Refusal(500011, { detail: `The resource principal named ${prefix} was not found.` });
}

interface ScopeParts {
  /** The text before the last slash. Empty without a slash. */
  readonly prefix: string;
  readonly name: string;
}

function splitScope(scope: string): ScopeParts {
  const slash = scope.lastIndexOf('/');
  return { prefix: scope.slice(0, Math.max(slash, 0)), name: scope.slice(slash + 1) };
}

/**
 * Parses the parameter.
 * @throws {Refusal} 90014 without a scope, 28000 for several resources, 500011 for an unknown
 *   resource, 70011 for an unknown scope.
 */
export function parseScopes(directory: Directory, text: string | undefined): RequestedScopes {
  const scopes = (text ?? '').split(' ').filter((scope) => scope !== '');
  if (scopes.length === 0) {
    throw new Refusal(90014, { detail: 'The required field "scope" is missing.' });
  }
  const oidc = scopes.filter((scope) => oidcScopes.includes(scope));
  const parts = scopes.filter((scope) => !oidcScopes.includes(scope)).map(splitScope);
  const prefix = parts[0]?.prefix ?? '';
  if (parts.some((part) => part.prefix !== prefix)) throw new Refusal(28000);
  const resource = findResource(directory, prefix);

  const names = parts.map(({ name }) => name);
  const isDefault = names.includes('.default');
  if (isDefault && names.length > 1) {
    throw new Refusal(70011, {
      detail: '.default cannot be combined with other scopes of the resource.',
    });
  }
  if (isDefault) return { resource, prefix, names: [], isDefault, oidc };
  const unknown = names.find((name) => !resource.scopes.includes(name));
  if (unknown) {
    throw new Refusal(70011, {
      detail: `The scope "${unknown}" does not exist on the resource ${resource.appId}.`,
    });
  }
  return { resource, prefix, names, isDefault, oidc };
}
