const forPreflight = (methods: readonly string[]) => ({
  'access-control-allow-methods': methods.join(', '),
  'access-control-allow-headers':
    'authorization, content-type, if-match, if-none-match, traceparent',
  'access-control-max-age': '600',
});

/**
 * The headers that let the Client App's origin read an answer (Fetch Standard §3.2). Answered in code because neither the platform's
 * CORS nor Core Tools can expose response headers. An origin that is not on the list gets none of them.
 * @param methods what the route serves, for a preflight
 */
export function corsHeaders(
  origin: string | null,
  allowed: readonly string[],
  methods?: readonly string[],
): Record<string, string> {
  if (allowed.length === 0) return {};
  if (origin === null || !allowed.includes(origin)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'WWW-Authenticate, Retry-After, ETag',
    ...(methods && forPreflight(methods)),
  };
}
