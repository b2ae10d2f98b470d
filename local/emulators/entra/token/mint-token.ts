/** Tokens for experiments and tests (`npm run -s token`): what Entra would issue, without a sign-in and whatever the policies say. */
import type { EmulatorContext } from '../../context.ts';
import type { App, Tenant, User } from '../directory.ts';
import { type ClientProof, describeAccessToken } from './access-token.ts';
import { makeIdToken } from './id-token.ts';

/** A name that the directory does not know; the message lists what it does. */
export class InvalidMintRequest extends Error {}

type Asked = Readonly<Record<string, unknown>>;

function readText(asked: Asked, name: string): string | undefined {
  const value = asked[name];
  if (value !== undefined && typeof value !== 'string')
    throw new InvalidMintRequest(`"${name}" must be a string.`);
  return value;
}

function findUser({ directory }: EmulatorContext, asked: Asked): User {
  const name = readText(asked, 'user');
  const user = name === undefined ? undefined : directory.userByName(name);
  if (user) return user;
  const users = directory.users.map((known) => known.name).join(', ');
  throw new InvalidMintRequest(
    name === undefined ? `Name a user: ${users}.` : `No user "${name}". Users: ${users}.`,
  );
}

function findApp({ directory }: EmulatorContext, name: string): App {
  const app = directory.app(name);
  if (app) return app;
  throw new InvalidMintRequest(
    `No app "${name}". Apps: ${directory.apps.map((known) => known.name).join(', ')}.`,
  );
}

function findTenant({ directory }: EmulatorContext, asked: Asked, byDefault: string): Tenant {
  const name = readText(asked, 'tenant') ?? byDefault;
  const tenant = directory.tenant(name);
  if (tenant) return tenant;
  throw new InvalidMintRequest(
    `No tenant "${name}". Tenants: ${directory.tenants.map((known) => known.key).join(', ')}.`,
  );
}

/** `Documents.Read`, `api://<appId>/Documents.Read` or `downstream-api/Documents.Read`, several with commas or blanks; default: everything. */
function readResource(
  context: EmulatorContext,
  asked: Asked,
  client: App,
): { resource: App; scopes: readonly string[] } {
  const byDefault = Object.keys(client.requires)[0] ?? 'original-api';
  const parts = (readText(asked, 'scope') ?? '.default')
    .split(/[\s,]+/)
    .filter((scope) => scope !== '');
  const split = parts.map(
    (scope) => /^(?:(.+)\/)?([^/]+)$/.exec(scope)?.slice(1) ?? [undefined, scope],
  );
  const resources = [...new Set(split.map(([app]) => findApp(context, app ?? byDefault)))];
  const [resource] = resources;
  if (!resource || resources.length > 1)
    throw new InvalidMintRequest('A token is for one API: name scopes of one only.');
  const names = split.map(([, name]) => name ?? '');
  const unknown = names.find((name) => name !== '.default' && !resource.scopes.includes(name));
  if (unknown !== undefined)
    throw new InvalidMintRequest(
      `No scope "${unknown}" at ${resource.name}. Scopes: ${resource.scopes.join(', ')}.`,
    );
  return { resource, scopes: names.includes('.default') ? resource.scopes : names };
}

function proofOf({ public: isPublic, credential }: App): ClientProof {
  if (isPublic) return 0;
  return credential ? 2 : 1;
}

/**
 * `{ user, client?, scope?, tenant?, app?, cp1?, acrs?, mfa?, claims? }` → `{ access_token, id_token? }`.
 * `app: true` asks for an app-only token. `cp1: false` leaves out the capability, `acrs` and `mfa` add a step-up.
 * `claims` replaces members of the access token (`null` removes one), so that a test can have any token that our key signed. Throws InvalidMintRequest.
 */
export async function mintToken(
  context: EmulatorContext,
  asked: Asked,
): Promise<{ access_token: string; id_token?: string }> {
  const user = asked.app === true ? undefined : findUser(context, asked);
  const client = findApp(context, readText(asked, 'client') ?? (user ? 'client-app' : 'daemon'));
  const tenant = findTenant(context, asked, user?.tenantId ?? context.directory.homeTenant.id);
  const { resource, scopes } = readResource(context, asked, client);
  const acrs = readText(asked, 'acrs')?.split(',') ?? [];
  const signIn = { at: context.now(), mfa: asked.mfa === true, acrs };
  const subject = user && { user, scopes, signIn, acrs, cp1: asked.cp1 !== false };
  const claims: Record<string, unknown> = {
    ...describeAccessToken(context, {
      client,
      proof: proofOf(client),
      resource,
      tenantId: tenant.id,
      ...(subject ? { subject } : {}),
    }),
  };
  for (const [name, value] of Object.entries(asked.claims ?? {})) {
    if (value === null) delete claims[name];
    else claims[name] = value;
  }
  return {
    access_token: await context.signingKeys.sign(claims),
    ...(user ? { id_token: await makeIdToken(context, client, user) } : {}),
  };
}
