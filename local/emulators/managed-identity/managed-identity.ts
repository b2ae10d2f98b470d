/** App Service's token endpoint for managed identities, protocol 2019-08-01 (learn.microsoft.com/azure/app-service/overview-managed-identity). */
import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmulatorContext, EmulatorRequest, Endpoint } from '../context.ts';
import type { Identity, IdentityName } from '../entra/directory.ts';
import { openPlatformKeys } from './platform-keys.ts';

const exchange = 'api://AzureADTokenExchange';
const resources = ['https://vault.azure.net', 'https://storage.azure.com', exchange];
/** The identity of a host that names no client id; the others are user-assigned. */
const systemAssigned: IdentityName = 'func-start';
const lifetimeSeconds = 24 * 60 * 60;

/**
 * Issues managed identities' tokens. `headers` holds each app's `x-identity-header` value (its IDENTITY_HEADER), which decides the one
 * identity that the app may ask for. The values stay in `dataDir`, so that a host started by hand works on after the emulators restarts.
 */
export function createManagedIdentity(context: EmulatorContext): {
  readonly endpoint: Endpoint;
  readonly headers: Readonly<Record<IdentityName, string>>;
} {
  const headers = openHeaders(join(context.dataDir, 'identity-headers.json'));

  const endpoint: Endpoint = async (request) => {
    if (request.url.pathname !== '/msi/token') return undefined;
    const started = performance.now();
    const header = request.headers['x-identity-header'] ?? '';
    const identity = context.directory.identities.find(({ name }) => isSame(headers[name], header));
    const resource = request.url.searchParams.get('resource') ?? '';
    const [status, message] = identity
      ? judge(request, identity)
      : [401, 'The x-identity-header is missing or wrong.'];
    const body =
      identity && status === 200
        ? await issueToken(context, identity, resource)
        : { statusCode: status, message, correlationId: randomUUID() };
    context.recorder.record({
      at: context.now(),
      took: performance.now() - started,
      hop: 'managed-identity',
      operation: 'identity-token',
      status,
      facts: {
        ...(identity && { identity: identity.name }),
        resource,
        ...(message && { error: message }),
      },
    });
    return { status, headers: { 'Cache-Control': 'no-store' }, body };
  };
  return { endpoint, headers };
}

/** The status and, for a refusal, the reason, worded as App Service words it where it does. */
function judge(
  { method, url }: EmulatorRequest,
  identity: Identity,
): [status: number, reason?: string] {
  const query = url.searchParams;
  if (method !== 'GET') return [405, 'Only GET is allowed.'];
  if (query.get('api-version') !== '2019-08-01')
    return [400, 'The api-version must be 2019-08-01.'];
  if (
    (query.get('client_id') ?? undefined) !==
    (identity.name === systemAssigned ? undefined : identity.clientId)
  ) {
    return [
      400,
      'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
    ];
  }
  const resource = query.get('resource')?.replace(/\/$/, '') ?? '';
  return resources.includes(resource)
    ? [200]
    : [400, 'AADSTS500011: the resource was not found in the tenant.'];
}

async function issueToken(
  context: EmulatorContext,
  identity: Identity,
  resource: string,
): Promise<object> {
  const tenant = context.directory.homeTenant.id;
  const issued = Math.floor(context.now() / 1000);
  const keys = await openPlatformKeys(context);
  const claims = {
    aud: resource,
    iss: `${context.origin}/${tenant}/${resource === exchange ? 'v2.0' : ''}`,
    iat: issued,
    nbf: issued - 300,
    exp: issued + lifetimeSeconds,
    appid: identity.clientId,
    appidacr: '2',
    idtyp: 'app',
    oid: identity.principalId,
    sub: identity.principalId,
    tid: tenant,
    uti: randomBytes(16).toString('base64url'),
    ver: resource === exchange ? '2.0' : '1.0',
  };
  return {
    access_token: await keys.sign(claims),
    client_id: identity.clientId,
    expires_on: String(claims.exp),
    resource,
    token_type: 'Bearer',
  };
}

function openHeaders(file: string): Record<IdentityName, string> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    const value = () => randomBytes(32).toString('hex');
    const headers = { 'original-api': value(), 'downstream-api': value(), 'func-start': value() };
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify(headers), { mode: 0o600 });
    return headers;
  }
}

function isSame(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}
