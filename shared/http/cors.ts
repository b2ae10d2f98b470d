const forPreflight = {
  'access-control-allow-methods': 'GET, PUT, DELETE',
  'access-control-allow-headers': 'authorization, content-type, if-match, if-none-match, traceparent',
  'access-control-max-age': '600',
};

/**
 * The headers that let the Client App's origin read an answer (Fetch Standard §3.2). Answered in code because neither the platform's
 * CORS nor Core Tools can expose response headers. An origin that is not on the list gets none of them.
 */
export function corsHeaders(origin: string | null, allowed: readonly string[], preflight: boolean): Readonly<Record<string, string>> {
  if (allowed.length === 0) return {};
  if (origin === null || !allowed.includes(origin)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'WWW-Authenticate, Retry-After, ETag',
    ...(preflight && forPreflight),
  };
}
