import { ApiError, notAnswering } from '../api-error.ts';
import { type SendFailure, send } from '../http/send.ts';
import { isText, type JsonObject, readJsonObject } from '../json.ts';
import { isLoopback } from '../loopback.ts';

export type Version = '1.0' | '2.0';

/** What Entra says of one tenant and token version, and the document as it came, for MSAL, so that it asks for nothing itself. */
export type Metadata = {
  readonly issuer: string;
  readonly jwksUri: URL;
  readonly document: JsonObject;
};

/** Milliseconds and bytes that a metadata or key document may take. */
const limits = { deadline: 3_000, cap: 512 * 1024 };

/** Says which of Entra's documents cannot be had; a caller may try again in 5 s. */
export const documentUnavailable = (document: 'metadata' | 'keys', reason: string) =>
  new ApiError('unavailable', {
    retryAfter: 5,
    detail: notAnswering('sign-in'),
    logContext: { check: document, reason },
  });

/**
 * Fetches a JSON object from Entra.
 * @throws ApiError `unavailable`: a fault of ours or Entra's, never the caller's
 */
export async function fetchDocument(name: 'metadata' | 'keys', url: URL): Promise<JsonObject> {
  const refuse = ({ reason }: SendFailure) => Promise.reject(documentUnavailable(name, reason));
  const { status, body } = await send(url, {
    method: 'GET',
    headers: { accept: 'application/json' },
    ...limits,
  }).catch(refuse);
  const document = status === 200 ? readJsonObject(body) : undefined;
  if (!document)
    throw documentUnavailable(name, status === 200 ? 'not a JSON object' : `status ${status}`);
  return document;
}

/**
 * Fetches the OpenID metadata of a tenant (https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#fetch-the-openid-configuration-document).
 * Its issuer must name the tenant, and its endpoints must be at the authority's own host, so that no document sends us elsewhere.
 * @throws ApiError `unavailable`
 */
export async function fetchMetadata(
  authorityHost: URL,
  tenantId: string,
  version: Version,
): Promise<Metadata> {
  const base = version === '2.0' ? `${tenantId}/v2.0` : tenantId;
  const document = await fetchDocument(
    'metadata',
    new URL(`${base}/.well-known/openid-configuration`, authorityHost),
  );
  const issuer = isText(document.issuer) ? document.issuer.replace('{tenantid}', tenantId) : '';
  const [jwksUri, tokenEndpoint] = ['jwks_uri', 'token_endpoint'].map((name) =>
    atAuthority(document[name], authorityHost),
  );
  if (!jwksUri || !tokenEndpoint || !issuer.split('/').includes(tenantId))
    throw documentUnavailable('metadata', 'not this authority’s');
  return { issuer, jwksUri, document };
}

function atAuthority(value: unknown, authorityHost: URL): URL | undefined {
  const url = isText(value) ? URL.parse(value) : null;
  return url?.host === authorityHost.host && (url.protocol === 'https:' || isLoopback(url))
    ? url
    : undefined;
}
