/** The claims challenge for the authentication context c1. */
export const c1Claims = { access_token: { acrs: { essential: true, value: 'c1' } } };

/** Decodes the `claims` parameter of a WWW-Authenticate header; `undefined` when it has none. */
export function decodeClaims(header: string | null): unknown {
  const match = / claims="([A-Za-z0-9+/]+=*)"/.exec(header ?? '');
  if (match?.[1] === undefined) return undefined;
  return JSON.parse(Buffer.from(match[1], 'base64').toString());
}
