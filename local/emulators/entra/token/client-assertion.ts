/** Client assertions (RFC 7523): a JWT the client signed with its certificate, or a managed identity's token (federated credential). */
import { compactVerify, decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import type { EmulatorContext } from '../../context.ts';
import type { AcceptedCertificate } from '../../key-vault/credentials.ts';
import { openPlatformKeys } from '../../managed-identity/platform-keys.ts';
import type { App, Tenant } from '../directory.ts';
import { Refusal } from '../refusal.ts';

/** Entra allows clocks to differ by five minutes. Seconds. */
const skew = 300;

function checkTimes({ exp, nbf }: JWTPayload, now: number): void {
  const seconds = now / 1000;
  if (typeof exp !== 'number' || exp + skew < seconds)
    throw new Refusal(700024, { detail: 'The assertion has expired.' });
  if (nbf !== undefined && nbf - skew > seconds)
    throw new Refusal(700024, { detail: 'The assertion is not valid yet.' });
}

async function isSignedBy({ publicKey }: AcceptedCertificate, assertion: string): Promise<boolean> {
  return compactVerify(assertion, publicKey, { algorithms: ['PS256', 'RS256'] }).then(
    () => true,
    () => false,
  );
}

/** The certificate that the header names by its SHA-256 thumbprint, or any of the app's where it names it another way (x5t, x5c). */
async function findSigner(
  context: EmulatorContext,
  client: App,
  assertion: string,
): Promise<AcceptedCertificate | undefined> {
  const named = decodeProtectedHeader(assertion)['x5t#S256'];
  const thumbprint =
    typeof named === 'string' ? Buffer.from(named, 'base64url').toString('hex') : undefined;
  for (const certificate of context.credentials.certificates(client.name)) {
    const mayBe =
      thumbprint === undefined || certificate.thumbprintSha256.toLowerCase() === thumbprint;
    if (mayBe && (await isSignedBy(certificate, assertion))) return certificate;
  }
  return undefined;
}

async function verifyOwnAssertion(
  context: EmulatorContext,
  client: App,
  assertion: string,
  claims: JWTPayload,
  tenant: Tenant | undefined,
) {
  if (claims.iss !== client.appId || claims.sub !== client.appId)
    throw new Refusal(700027, { detail: 'iss and sub must be the client id.' });
  if (typeof claims.jti !== 'string')
    throw new Refusal(700027, { detail: 'The assertion has no jti.' });
  const signer = await findSigner(context, client, assertion);
  if (!signer)
    throw new Refusal(700027, {
      detail: `App '${client.appId}'. [Reason - The key was not found.]`,
    });
  if (signer.notAfter < context.now())
    throw new Refusal(1000502, { detail: `App '${client.appId}'.` });
  const { host } = new URL(context.origin);
  const endpoint = `//${host}/${tenant?.id ?? 'common'}/oauth2/v2.0/token`;
  if (claims.aud !== `http:${endpoint}` && claims.aud !== `https:${endpoint}`) {
    throw new Refusal(700027, {
      detail: 'The audience of the assertion is not this token endpoint.',
    });
  }
}

/** A federated credential names issuer, subject and audience; the token must match all three and be signed by the issuer. */
async function verifyIdentityToken(
  context: EmulatorContext,
  client: App,
  assertion: string,
): Promise<void> {
  const identity = client.federatedIdentity && context.directory.identity(client.federatedIdentity);
  const keys = await openPlatformKeys(context);
  const claims = await keys.verify(assertion).catch(() => undefined);
  const detail = `App '${client.appId}'.`;
  if (claims?.iss !== `${context.origin}/${context.directory.homeTenant.id}/v2.0`)
    throw new Refusal(700211, { detail });
  if (!identity || claims.sub !== identity.principalId) throw new Refusal(700213, { detail });
  if (claims.aud !== 'api://AzureADTokenExchange') throw new Refusal(700212, { detail });
}

/** Throws a Refusal unless the assertion proves the client; `tenant` is the one whose token endpoint was called. */
export async function verifyClientAssertion(
  context: EmulatorContext,
  client: App,
  assertion: string,
  tenant: Tenant | undefined,
) {
  let claims: JWTPayload;
  try {
    claims = decodeJwt(assertion);
  } catch {
    throw new Refusal(50027, {
      error: 'invalid_client',
      detail: 'The client_assertion is not a JWT.',
    });
  }
  checkTimes(claims, context.now());
  if (claims.iss === client.appId || claims.sub === client.appId)
    await verifyOwnAssertion(context, client, assertion, claims, tenant);
  else await verifyIdentityToken(context, client, assertion);
}
