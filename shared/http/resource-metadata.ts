import type { ApiRequest } from './call.ts';

/** The document in which an API says how to get a token for it (RFC 9728 §2). */
export type ResourceMetadata = {
  /** The URL of the API: the start of the URLs of all its routes. */
  readonly resource: string;

  /** The issuers of the accepted tokens, one for each tenant. */
  readonly authorization_servers: readonly string[];

  /** The scopes of all routes, as a client requests them. */
  readonly scopes_supported: readonly string[];

  /** How a request presents its token. */
  readonly bearer_methods_supported: readonly string[];
};

/** The options of {@link createResourceMetadata}. */
export type ResourceMetadataOptions = {
  /** The URL of the API: the start of the URLs of all its routes. */
  readonly resource: string;

  /** The host of Entra ID. */
  readonly authorityHost: URL;

  /** The tenants whose users may call. */
  readonly tenantIds: readonly string[];

  /** The API's client id. */
  readonly clientId: string;

  /** The scopes of all routes, by their short names. */
  readonly scopes: Iterable<string>;
};

/** A host with or without a port. Other characters could change the meaning of a URL. */
const plainHost = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i;

/** A parameter of a route: `{id}`, `{id?}`, or `{*path}` for the rest of the path. */
const routeParameter = /^\{(\*{0,2})(\w+)(\??)[^}]*\}$/;

/**
 * Writes the metadata document of an API (RFC 9728 §2).
 *
 * @example
 * ```ts
 * createResourceMetadata({ resource, authorityHost, tenantIds, clientId, scopes: ['Notes.Read'] });
 * ```
 */
export const createResourceMetadata = ({
  resource,
  authorityHost,
  tenantIds,
  clientId,
  scopes,
}: ResourceMetadataOptions): ResourceMetadata => ({
  resource,
  authorization_servers: tenantIds.map((id) => new URL(`${id}/v2.0`, authorityHost).href),
  scopes_supported: [...new Set(scopes)].map((scope) => `api://${clientId}/${scope}`),
  bearer_methods_supported: ['header'],
});

/**
 * Returns the path of the metadata document below a path of the API (RFC 9728 §3).
 *
 * @example
 * ```ts
 * metadataPathOf('orders'); // 'orders/.well-known/oauth-protected-resource'
 * ```
 */
export const metadataPathOf = (path: string) =>
  joinPath(path, '.well-known/oauth-protected-resource');

/**
 * Returns the URL of another path of the API that received a request. The part of the URL before
 * the path, such as the host's prefix `/api`, is taken from the request.
 *
 * @param request The request. Its `Host` header is not trusted.
 * @param route The path of the route that the request matched, such as `orders/{id}`.
 * @param path The other path. Like `route`, it is below the host's prefix.
 * @returns `undefined` if the host is not a plain name or address, or if the URL of the request
 * does not match the route.
 *
 * @example
 * ```ts
 * // For a request of https://shop.example/api/orders/7
 * urlNextTo(request, 'orders/{id}', 'health'); // 'https://shop.example/api/health'
 * ```
 */
export function urlNextTo(
  { url: text, headers, params }: Pick<ApiRequest, 'url' | 'headers' | 'params'>,
  route: string,
  path: string,
): string | undefined {
  const url = URL.parse(text);
  const hosts = [url?.host ?? '', headers.get('host') ?? url?.host ?? ''];
  // URLs of other schemes have no origin.
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.username || !hosts.every((host) => plainHost.test(host))) return undefined;
  const segments = segmentsOf(url.pathname);
  const prefixLength = segments.length - countSegments(route, params);
  if (prefixLength < 0) return undefined;
  return `${url.origin}/${joinPath(...segments.slice(0, prefixLength), path)}`.replace(/\/$/, '');
}

const segmentsOf = (path: string) => path.split('/').filter((segment) => segment !== '');

const joinPath = (...paths: readonly string[]) => paths.flatMap(segmentsOf).join('/');

/** Counts the segments that a route matched in the path of a request. */
function countSegments(route: string, params: ApiRequest['params']): number {
  let count = 0;
  for (const segment of segmentsOf(route)) {
    const [, stars, name = '', optional] = routeParameter.exec(segment) ?? [];
    if (stars) count += segmentsOf(params[name] ?? '').length;
    else if (!optional || params[name]) count += 1;
  }
  return count;
}
