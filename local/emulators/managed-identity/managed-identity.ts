/**
 * App Service's token endpoint for managed identities, protocol 2019-08-01.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EmulatorContext, EmulatorRequest, Endpoint } from '../context.ts';
import type { Identity, IdentityName } from '../entra/directory.ts';
import { openManagedIdentityKeys } from './keys.ts';

/** The audience of a token that an app sends to Entra as its client assertion. */
const tokenExchangeAudience = 'api://AzureADTokenExchange';

const resources = ['https://vault.azure.net', 'https://storage.azure.com', tokenExchangeAudience];

/** The identity of the host that sends no client id. The other identities are user-assigned. */
const systemAssignedIdentity: IdentityName = 'func-start';

const tokenLifetimeSeconds = 24 * 60 * 60;

/** The `x-identity-header` value of each app. */
type IdentityHeaders = Readonly<Record<IdentityName, string>>;

/** The token endpoint and the identity headers of its callers. */
export interface ManagedIdentity {
  /** Handles `GET /msi/token`. */
  readonly endpoint: Endpoint;
  /**
   * The value that each app has in IDENTITY_HEADER. It decides which identity the app can use.
   * The values survive a restart of the emulators, so that a running host continues to work.
   */
  readonly headers: IdentityHeaders;
}

/** Creates the endpoint `GET /msi/token`. */
export function createManagedIdentity(context: EmulatorContext): ManagedIdentity {
  const headers = openIdentityHeaders(join(context.dataDir, 'identity-headers.json'));

  function findIdentity(request: EmulatorRequest): Identity | undefined {
    const header = request.headers['x-identity-header'] ?? '';
    return context.directory.identities.find(({ name }) => isEqual(headers[name], header));
  }

  const endpoint: Endpoint = async (request) => {
    if (request.url.pathname !== '/msi/token') return undefined;
    const started = performance.now();
    const resource = request.url.searchParams.get('resource') ?? '';
    const identity = findIdentity(request);
    const error = checkRequest(request, identity);
    const body =
      identity && !error
        ? await issueToken(context, identity, resource)
        : {
            statusCode: error?.status,
            message: error?.message,
            correlationId: randomUUID(),
          };
    const status = error?.status ?? 200;
    context.recorder.record({
      at: context.now(),
      took: performance.now() - started,
      hop: 'managed-identity',
      operation: 'identity-token',
      status,
      facts: {
        ...(identity && { identity: identity.name }),
        resource,
        ...(error && { error: error.message }),
      },
    });
    return { status, headers: { 'Cache-Control': 'no-store' }, body };
  };
  return { endpoint, headers };
}

interface IdentityError {
  readonly status: 400 | 401 | 405;
  /** The text of App Service, where it is known. */
  readonly message: string;
}

/** Returns why the request gets no token, or `undefined` when it is valid. */
function checkRequest(
  { method, url }: EmulatorRequest,
  identity: Identity | undefined,
): IdentityError | undefined {
  if (!identity) return { status: 401, message: 'The x-identity-header is missing or wrong.' };
  if (method !== 'GET') return { status: 405, message: 'Only GET is allowed.' };
  const query = url.searchParams;
  if (query.get('api-version') !== '2019-08-01') {
    return { status: 400, message: 'The api-version must be 2019-08-01.' };
  }
  const expectedClientId = identity.name === systemAssignedIdentity ? null : identity.clientId;
  if (query.get('client_id') !== expectedClientId) {
    return {
      status: 400,
      message:
        'No User Assigned or Delegated Managed Identity found ' +
        'for specified ClientId/ResourceId/PrincipalId.',
    };
  }
  const resource = query.get('resource')?.replace(/\/$/, '') ?? '';
  if (!resources.includes(resource)) {
    return { status: 400, message: 'AADSTS500011: the resource was not found in the tenant.' };
  }
  return undefined;
}

async function issueToken(
  context: EmulatorContext,
  identity: Identity,
  resource: string,
): Promise<object> {
  const tenantId = context.directory.homeTenant.id;
  const issuedAt = Math.floor(context.now() / 1000);
  const isV2 = resource === tokenExchangeAudience;
  const claims = {
    aud: resource,
    iss: `${context.origin}/${tenantId}/${isV2 ? 'v2.0' : ''}`,
    iat: issuedAt,
    nbf: issuedAt - 300,
    exp: issuedAt + tokenLifetimeSeconds,
    appid: identity.clientId,
    appidacr: '2',
    idtyp: 'app',
    oid: identity.principalId,
    sub: identity.principalId,
    tid: tenantId,
    uti: randomBytes(16).toString('base64url'),
    ver: isV2 ? '2.0' : '1.0',
  };
  const keys = await openManagedIdentityKeys(context);
  return {
    access_token: await keys.sign(claims),
    client_id: identity.clientId,
    expires_on: String(claims.exp),
    resource,
    token_type: 'Bearer',
  };
}

/** Reads the stored headers, or creates and stores them. */
function openIdentityHeaders(file: string): IdentityHeaders {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    const headers = {
      'original-api': randomBytes(32).toString('hex'),
      'downstream-api': randomBytes(32).toString('hex'),
      'func-start': randomBytes(32).toString('hex'),
    };
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify(headers), { mode: 0o600 });
    return headers;
  }
}

function isEqual(expected: string, received: string): boolean {
  const left = Buffer.from(expected);
  const right = Buffer.from(received);
  return left.length === right.length && timingSafeEqual(left, right);
}
