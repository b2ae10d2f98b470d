/**
 * Client assertions (RFC 7523): a JWT that the client signed with the key of its certificate, or
 * the token of a managed identity (federated credential).
 */
import { compactVerify, decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import type { EmulatorContext } from '../../context.ts';
import type { AcceptedCertificate } from '../../key-vault/credentials.ts';
import { openManagedIdentityKeys } from '../../managed-identity/keys.ts';
import type { App, Tenant } from '../directory.ts';
import { Refusal } from '../refusal.ts';

/** Entra tolerates clocks that differ by five minutes. */
export const clockToleranceSeconds = 300;

function parseAssertion(assertion: string): JWTPayload {
  try {
    return decodeJwt(assertion);
  } catch {
    throw new Refusal(50027, {
      error: 'invalid_client',
      detail: 'The client_assertion is not a JWT.',
    });
  }
}

function checkTimes({ exp, nbf }: JWTPayload, nowMs: number): void {
  const nowSeconds = nowMs / 1000;
  if (typeof exp !== 'number' || exp + clockToleranceSeconds < nowSeconds) {
    throw new Refusal(700024, { detail: 'The assertion has expired.' });
  }
  if (nbf !== undefined && nbf - clockToleranceSeconds > nowSeconds) {
    throw new Refusal(700024, { detail: 'The assertion is not valid yet.' });
  }
}

async function isSignedBy({ publicKey }: AcceptedCertificate, assertion: string): Promise<boolean> {
  try {
    await compactVerify(assertion, publicKey, { algorithms: ['PS256', 'RS256'] });
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds the certificate whose key signed the assertion. If the header has a SHA-256 thumbprint,
 * only that certificate counts.
 */
async function findSigner(
  context: EmulatorContext,
  client: App,
  assertion: string,
): Promise<AcceptedCertificate | undefined> {
  const { 'x5t#S256': x5t } = decodeProtectedHeader(assertion);
  const thumbprint =
    typeof x5t === 'string' ? Buffer.from(x5t, 'base64url').toString('hex') : undefined;
  for (const certificate of context.credentials.certificates(client.name)) {
    const isCandidate = thumbprint === undefined || certificate.thumbprintSha256 === thumbprint;
    if (isCandidate && (await isSignedBy(certificate, assertion))) return certificate;
  }
  return undefined;
}

/** The audience is this token endpoint. https is valid too: MSAL requires an https authority. */
function checkAudience(context: EmulatorContext, aud: unknown, tenant: Tenant | undefined): void {
  const { host } = new URL(context.origin);
  const endpoint = `${host}/${tenant?.id ?? 'common'}/oauth2/v2.0/token`;
  if (aud === `http://${endpoint}` || aud === `https://${endpoint}`) return;
  throw new Refusal(700027, {
    detail: 'The audience of the assertion is not this token endpoint.',
  });
}

async function verifyCertificateAssertion(
  context: EmulatorContext,
  client: App,
  assertion: string,
  claims: JWTPayload,
): Promise<void> {
  if (claims.iss !== client.appId || claims.sub !== client.appId) {
    throw new Refusal(700027, { detail: 'iss and sub must be the client id.' });
  }
  if (typeof claims.jti !== 'string') {
    throw new Refusal(700027, { detail: 'The assertion has no jti.' });
  }
  const signer = await findSigner(context, client, assertion);
  if (!signer) {
    throw new Refusal(700027, {
      detail: `App '${client.appId}'. [Reason - The key was not found.]`,
    });
  }
  if (signer.notAfter < context.now()) {
    throw new Refusal(1000502, { detail: `App '${client.appId}'.` });
  }
}

/** Issuer, subject and audience must be the ones of the federated credential. */
async function verifyIdentityToken(
  context: EmulatorContext,
  client: App,
  assertion: string,
): Promise<void> {
  const { directory, origin } = context;
  const keys = await openManagedIdentityKeys(context);
  const claims = await keys.verify(assertion).catch(() => undefined);
  const detail = `App '${client.appId}'.`;
  if (claims?.iss !== `${origin}/${directory.homeTenant.id}/v2.0`) {
    throw new Refusal(700211, { detail });
  }
  const identity = client.federatedIdentity && directory.identity(client.federatedIdentity);
  if (!identity || claims.sub !== identity.principalId) throw new Refusal(700213, { detail });
  if (claims.aud !== 'api://AzureADTokenExchange') throw new Refusal(700212, { detail });
}

/**
 * Verifies the assertion of a client.
 * @param tenant The tenant of the token endpoint. `undefined` for `common` and `organizations`.
 * @throws {Refusal} when the assertion does not authenticate the client.
 */
export async function verifyClientAssertion(
  context: EmulatorContext,
  client: App,
  assertion: string,
  tenant: Tenant | undefined,
): Promise<void> {
  const claims = parseAssertion(assertion);
  checkTimes(claims, context.now());
  if (claims.iss === client.appId || claims.sub === client.appId) {
    await verifyCertificateAssertion(context, client, assertion, claims);
    checkAudience(context, claims.aud, tenant);
  } else {
    await verifyIdentityToken(context, client, assertion);
  }
}
