import { ApiError, notAnswering } from '../api-error.ts';
import { type HttpResponse, SendFailure, send } from '../http/send.ts';
import { isNonEmptyString, type JsonObject, readJsonObject } from '../json.ts';
import { isLoopback } from '../loopback.ts';

/** A version of Entra ID access tokens. */
export type Version = '1.0' | '2.0';

/** The OpenID metadata of a tenant for one token version. */
export type Metadata = {
  /** The issuer of the tenant's tokens. */
  readonly issuer: string;

  /** Where the signing keys are published. */
  readonly jwksUri: URL;

  /** The whole document. MSAL receives it, so that it does not fetch it again. */
  readonly document: JsonObject;
};

/** Milliseconds until the fetch of a document is aborted. */
const fetchTimeout = 3_000;

/** The largest accepted document, in bytes. */
const maxDocumentSize = 512 * 1024;

/** Seconds after which a caller may try again. */
const retryAfter = 5;

/**
 * Creates the error for a document of Entra ID that cannot be used.
 *
 * @param reason The reason that the log names.
 *
 * @example
 * ```ts
 * throw documentUnavailable('keys', 'no usable key');
 * ```
 */
export const documentUnavailable = (document: 'metadata' | 'keys', reason: string) =>
  new ApiError('unavailable', {
    retryAfter,
    detail: notAnswering('sign-in'),
    logContext: { check: document, reason },
  });

/**
 * Fetches a JSON object from Entra ID.
 *
 * @param name The document's name in the log.
 * @throws {ApiError} `unavailable` for every failure, because the caller cannot cause one.
 *
 * @example
 * ```ts
 * const { keys } = await fetchDocument('keys', metadata.jwksUri);
 * ```
 */
export async function fetchDocument(name: 'metadata' | 'keys', url: URL): Promise<JsonObject> {
  let response: HttpResponse;
  try {
    response = await send(url, {
      method: 'GET',
      headers: { accept: 'application/json' },
      timeout: fetchTimeout,
      maxBytes: maxDocumentSize,
    });
  } catch (error) {
    throw error instanceof SendFailure ? documentUnavailable(name, error.reason) : error;
  }
  if (response.status !== 200) throw documentUnavailable(name, `status ${response.status}`);
  const document = readJsonObject(response.body);
  if (!document) throw documentUnavailable(name, 'not a JSON object');
  return document;
}

/**
 * Fetches the OpenID metadata of a tenant
 * (https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#fetch-the-openid-configuration-document).
 * Its issuer must name the tenant. Its endpoints must be on the authority's own host, so that a
 * manipulated document cannot redirect requests to another host.
 *
 * @param customSigningKeysFor The client id of an app whose tokens are signed with its own keys.
 * @throws {ApiError} `unavailable`.
 *
 * @example
 * ```ts
 * const authorityHost = new URL('https://login.microsoftonline.com');
 * const { issuer } = await fetchMetadata(authorityHost, tenantId, '2.0');
 * ```
 */
export async function fetchMetadata(
  authorityHost: URL,
  tenantId: string,
  version: Version,
  customSigningKeysFor?: string,
): Promise<Metadata> {
  const base = version === '2.0' ? `${tenantId}/v2.0` : tenantId;
  const url = new URL(`${base}/.well-known/openid-configuration`, authorityHost);
  if (customSigningKeysFor !== undefined) url.searchParams.set('appid', customSigningKeysFor);
  const document = await fetchDocument('metadata', url);

  const issuer = isNonEmptyString(document.issuer)
    ? document.issuer.replace('{tenantid}', tenantId)
    : '';
  const jwksUri = endpointAt(authorityHost, document.jwks_uri);
  const tokenEndpoint = endpointAt(authorityHost, document.token_endpoint);
  if (!jwksUri || !tokenEndpoint || !issuer.split('/').includes(tenantId))
    throw documentUnavailable('metadata', 'not from this authority');
  return { issuer, jwksUri, document };
}

function endpointAt(authorityHost: URL, value: unknown): URL | undefined {
  const url = isNonEmptyString(value) ? URL.parse(value) : null;
  if (url?.host !== authorityHost.host) return undefined;
  return url.protocol === 'https:' || isLoopback(url) ? url : undefined;
}
