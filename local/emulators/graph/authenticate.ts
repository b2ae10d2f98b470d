import type { EmulatorContext } from '../context.ts';
import { isRevoked } from '../entra/conditional-access.ts';
import { readTokenIdTime } from '../entra/derived-ids.ts';
import type { User } from '../entra/directory.ts';
import { microsoftGraph, peopleScope } from '../entra/microsoft-graph.ts';
import { verifyGraphToken } from '../entra/token/graph-token.ts';
import { GraphError } from './graph-error.ts';

type Claims = Readonly<Record<string, unknown>>;

const audiences: readonly unknown[] = [microsoftGraph.appId, microsoftGraph.identifierUri];

/** How far `nbf` may lie in the future, in seconds. */
const clockToleranceSeconds = 300;

/**
 * Authenticates the caller by a bearer token and checks that it may read people: a token of a user,
 * issued by the user's tenant for Microsoft Graph, with the scope User.ReadBasic.All.
 * @throws {GraphError} 401 for an invalid token, 403 without the scope
 */
export async function authenticate(
  context: EmulatorContext,
  authorization: string | undefined,
): Promise<User> {
  const claims = await verifyToken(context, authorization);
  checkAudience(claims);
  checkTimes(claims, context.now() / 1_000);
  const user = findUser(context, claims);
  checkScope(claims);
  checkSession(context, user, claims);
  return user;
}

function reject(message: string): GraphError {
  return new GraphError({ status: 401, code: 'InvalidAuthenticationToken', message });
}

function deny(): GraphError {
  return new GraphError({
    status: 403,
    code: 'Authorization_RequestDenied',
    message: 'Insufficient privileges to complete the operation.',
  });
}

async function verifyToken(
  { signingKeys }: EmulatorContext,
  authorization: string | undefined,
): Promise<Claims> {
  const [, token] = /^bearer ([\w.-]+)$/i.exec(authorization ?? '') ?? [];
  if (!token) throw reject('Access token is empty.');
  try {
    return await verifyGraphToken(signingKeys, token);
  } catch {
    throw reject('Access token validation failure. Invalid signature.');
  }
}

function checkAudience({ aud }: Claims): void {
  if (audiences.includes(aud)) return;
  throw reject('Access token validation failure. Invalid audience.');
}

function checkTimes({ exp, nbf }: Claims, nowSeconds: number): void {
  if (typeof exp !== 'number' || exp <= nowSeconds) {
    throw reject('Lifetime validation failed, the token is expired.');
  }
  if (typeof nbf === 'number' && nbf <= nowSeconds + clockToleranceSeconds) return;
  throw reject('Lifetime validation failed, the token is not yet valid.');
}

/** Finds the user in the tenant that issued the token. An app-only token has no user. */
function findUser({ directory, origin }: EmulatorContext, { iss, tid, oid, idtyp }: Claims): User {
  const tenant = directory.tenants.find(({ id }) => id === tid);
  if (!tenant || iss !== `${origin}/${tenant.id}/`) {
    throw reject('Access token validation failure. Invalid issuer.');
  }
  if (idtyp === 'app') throw deny();
  const user = directory.users.find((entry) => entry.oid === oid && entry.tenantId === tid);
  if (!user) throw reject('The identity of the calling user could not be established.');
  return user;
}

function checkScope({ scp }: Claims): void {
  if (typeof scp === 'string' && scp.split(' ').includes(peopleScope)) return;
  throw deny();
}

/**
 * Continuous access evaluation: a token from before the revocation of the user's sessions is
 * challenged, if its client can handle that. Other tokens stay valid until they expire.
 * https://learn.microsoft.com/entra/identity-platform/app-resilience-continuous-access-evaluation
 */
function checkSession({ policies }: EmulatorContext, user: User, { uti, xms_cc }: Claims): void {
  const issuedAt = readTokenIdTime(uti) ?? 0;
  const isCapable = Array.isArray(xms_cc) && xms_cc.includes('cp1');
  if (!isCapable || !isRevoked(policies, user, issuedAt)) return;
  const revokedAt = policies.appliesSince('revoke-sessions', user) ?? 0;
  const nbf = { essential: true, value: String(Math.floor(revokedAt / 1_000)) };
  throw new GraphError({
    status: 401,
    code: 'InvalidAuthenticationToken',
    message:
      'Continuous access evaluation resulted in challenge with result: InteractionRequired ' +
      'and code: TokenIssuedBeforeRevocationTimestamp',
    claims: JSON.stringify({ access_token: { nbf } }),
  });
}
