/**
 * Tokens for tests and experiments (`POST /control/token`, `npm run -s token`). They need no
 * sign-in, and no policy applies to them.
 */
import type { EmulatorContext } from '../../context.ts';
import type { App, Tenant, User } from '../directory.ts';
import { createAccessTokenClaims, signAccessToken } from './access-token.ts';
import { createIdToken } from './id-token.ts';
import type { ClientAuthentication } from './token-request.ts';

/** A member of the request is invalid. For an unknown name, the message lists the known ones. */
export class InvalidMintRequest extends Error {}

/** The JSON body of the request, not validated yet. */
type MintRequest = Readonly<Record<string, unknown>>;

function readString(request: MintRequest, name: string): string | undefined {
  const value = request[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new InvalidMintRequest(`"${name}" must be a string.`);
}

function findUser({ directory }: EmulatorContext, request: MintRequest): User {
  const name = readString(request, 'user');
  const user = name === undefined ? undefined : directory.userByName(name);
  if (user) return user;
  const users = directory.users.map((known) => known.name).join(', ');
  if (name === undefined) throw new InvalidMintRequest(`"user" is missing. Users: ${users}.`);
  throw new InvalidMintRequest(`No user "${name}". Users: ${users}.`);
}

function findApp({ directory }: EmulatorContext, name: string): App {
  const app = directory.app(name);
  if (app) return app;
  const apps = directory.apps.map((known) => known.name).join(', ');
  throw new InvalidMintRequest(`No app "${name}". Apps: ${apps}.`);
}

function findTenant({ directory }: EmulatorContext, name: string): Tenant {
  const tenant = directory.tenant(name);
  if (tenant) return tenant;
  const tenants = directory.tenants.map((known) => known.key).join(', ');
  throw new InvalidMintRequest(`No tenant "${name}". Tenants: ${tenants}.`);
}

interface ResourceScopes {
  readonly resource: App;
  readonly scopes: readonly string[];
}

/**
 * Reads `scope`: items separated by commas or spaces, such as `Documents.Read`,
 * `downstream-api/Documents.Read` or `api://{appId}/Documents.Read`. Default: all scopes of the
 * first API that the client calls.
 */
function readScopes(context: EmulatorContext, request: MintRequest, client: App): ResourceScopes {
  const defaultResource = Object.keys(client.requires)[0] ?? 'original-api';
  const text = readString(request, 'scope') ?? '.default';
  const resources = new Set<App>();
  const names: string[] = [];
  for (const scope of text.split(/[\s,]+/).filter((item) => item !== '')) {
    const slash = scope.lastIndexOf('/');
    const hasResource = slash > 0;
    resources.add(findApp(context, hasResource ? scope.slice(0, slash) : defaultResource));
    names.push(hasResource ? scope.slice(slash + 1) : scope);
  }
  const [resource] = resources;
  if (!resource || resources.size > 1) {
    throw new InvalidMintRequest('A token is for one API. Use scopes of one API only.');
  }
  if (names.includes('.default')) return { resource, scopes: resource.scopes };
  const unknown = names.find((name) => !resource.scopes.includes(name));
  if (unknown === undefined) return { resource, scopes: names };
  throw new InvalidMintRequest(
    `No scope "${unknown}" at ${resource.name}. Scopes: ${resource.scopes.join(', ')}.`,
  );
}

/** How the client usually authenticates. */
function authenticationOf({ public: isPublic, credential }: App): ClientAuthentication {
  if (isPublic) return 'none';
  return credential ? 'assertion' : 'secret';
}

/** Sets the given claims. `null` removes a claim. */
function overrideClaims(claims: object, overrides: unknown): Record<string, unknown> {
  const result: Record<string, unknown> = { ...claims };
  for (const [name, value] of Object.entries(overrides ?? {})) {
    if (value === null) delete result[name];
    else result[name] = value;
  }
  return result;
}

/** The JSON body of the response. */
export interface MintedTokens {
  /** A signed JWT. */
  readonly access_token: string;
  /** Absent for an app-only token. */
  readonly id_token?: string;
}

/**
 * Creates tokens that the emulators' Entra has signed.
 *
 * Members of the request:
 * - `user`: the short name of the user. Required without `app`.
 * - `app`: `true` for an app-only token.
 * - `client`: the name of the client. Default: `client-app`, or `daemon` for an app-only token.
 * - `scope`: the scopes. Default: all scopes of the API that the client calls.
 * - `tenant`: the key of the tenant. Default: the tenant of the user.
 * - `cp1`: `false` for a client that cannot handle claims challenges.
 * - `mfa`: `true` for a sign-in with MFA.
 * - `acrs`: the satisfied authentication contexts, separated by commas.
 * - `claims`: claims to set in the access token. `null` removes a claim.
 *
 * @throws {InvalidMintRequest} when a member is invalid.
 */
export async function mintToken(
  context: EmulatorContext,
  request: MintRequest,
): Promise<MintedTokens> {
  const user = request.app === true ? undefined : findUser(context, request);
  const defaultClient = user ? 'client-app' : 'daemon';
  const client = findApp(context, readString(request, 'client') ?? defaultClient);
  const defaultTenant = user?.tenantId ?? context.directory.homeTenant.id;
  const tenant = findTenant(context, readString(request, 'tenant') ?? defaultTenant);
  const { resource, scopes } = readScopes(context, request, client);

  const acrs = readString(request, 'acrs')?.split(',') ?? [];
  const signIn = { at: context.now(), mfa: request.mfa === true, acrs };
  const subject = user && { user, scopes, signIn, acrs, cp1: request.cp1 !== false };
  const claims = createAccessTokenClaims(context, {
    client,
    clientAuthentication: authenticationOf(client),
    resource,
    tenantId: tenant.id,
    ...(subject ? { subject } : {}),
  });
  return {
    access_token: await signAccessToken(context, resource, overrideClaims(claims, request.claims)),
    ...(user ? { id_token: await createIdToken(context, client, user) } : {}),
  };
}
