/** Seconds for which a browser may cache the result of a preflight request. */
const preflightMaxAge = '600';

const allowedRequestHeaders = 'authorization, content-type, if-match, if-none-match, traceparent';
const exposedResponseHeaders = 'WWW-Authenticate, Retry-After, ETag';

/**
 * Returns the CORS headers of a response (Fetch Standard §3.2). They are written in code because
 * neither the CORS settings of Azure Functions nor Core Tools can expose response headers.
 *
 * @param origin The `Origin` header of the request.
 * @param allowedOrigins The exact origins that may read responses. Others receive no CORS headers.
 * @param methods The methods of the route, for the response to a preflight request.
 *
 * @example
 * ```ts
 * corsHeaders(request.headers.get('origin'), ['https://app.contoso.example']);
 * ```
 */
export function corsHeaders(
  origin: string | null,
  allowedOrigins: readonly string[],
  methods?: readonly string[],
): Record<string, string> {
  if (allowedOrigins.length === 0) return {};
  if (origin === null || !allowedOrigins.includes(origin)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': exposedResponseHeaders,
    ...(methods && preflightHeaders(methods)),
  };
}

const preflightHeaders = (methods: readonly string[]) => ({
  'access-control-allow-methods': methods.join(', '),
  'access-control-allow-headers': allowedRequestHeaders,
  'access-control-max-age': preflightMaxAge,
});
