import { isObject, type JsonObject, readJsonObject } from '../json.ts';

/** One challenge of a `WWW-Authenticate` header (RFC 9110 §11.6.1). */
export type Challenge = {
  /** The authentication scheme, in lower case. */
  readonly scheme: string;

  /** The single value that some schemes use instead of parameters. */
  readonly token68: string | undefined;

  /** Parameters by their names in lower case. The first value of a repeated parameter counts. */
  readonly parameters: ReadonlyMap<string, string>;
};

/** The most characters of a header that is searched for claims. */
const maxHeaderLength = 8 * 1024;

/** The most challenges in a header that is searched for claims. */
const maxChallenges = 10;

/** All characters up to the next one with which a token (RFC 9110 §5.6.2) can start. */
const separators = /[^!#$%&'*+\-.^_`|~\w]*/y;

/** The name of a parameter and its `=`. */
const parameterName = /([!#$%&'*+\-.^_`|~\w]+)\s*=\s*/y;

/** A scheme, and its token68 if one follows. */
const schemeAndToken68 = /([!#$%&'*+\-.^_`|~\w]+)(?:\s+([\w\-.~+/]+=*)(?=\s*(?:,|$)))?/y;

/** A value without quotes. */
const unquotedValue = /[^\s,]*/y;

/** A quoted value. The closing quote may be missing at the end of the header. */
const quotedValue = /"((?:[^"\\]|\\[\s\S])*)"?/y;

/**
 * JSON in quotes whose own quotes are not escaped. It must start with a brace, a key and a colon,
 * because a quoted "{" may also be ordinary text. It ends at the first brace before a quote, not
 * counting braces in its strings, or at the end of the header, so that no part is read twice.
 */
const unescapedJson = /"(\s*\{\s*"[\w-]+"\s*:(?:[^"]|"(?:[^"\\]|\\[\s\S])*"?)*?(?:\}(?=\s*")|$))/y;

/**
 * Reads the challenges of a `WWW-Authenticate` header as servers write them in practice: with
 * commas and equals signs in quotes, several schemes in one header, blanks around `=`, names in any
 * case, token68, and JSON in quotes that is not escaped. Runs in browsers and in Node.js.
 *
 * @example
 * ```ts
 * const [challenge] = readChallenges('Bearer error="invalid_token"');
 * challenge?.parameters.get('error'); // invalid_token
 * ```
 */
export function readChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  /** The parameters of the last challenge. */
  let parameters: Map<string, string> | undefined;
  let position = 0;

  while (position < header.length) {
    take(separators);
    const name = parameters && take(parameterName)[1]?.toLowerCase();
    if (parameters && name) {
      const value = takeValue();
      if (!parameters.has(name)) parameters.set(name, value);
      continue;
    }
    const [, scheme, token68] = take(schemeAndToken68);
    if (!scheme) continue;
    parameters = new Map();
    challenges.push({ scheme: scheme.toLowerCase(), token68, parameters });
  }
  return challenges;

  /** Matches at the current position, moves past the match and returns its groups. */
  function take(pattern: RegExp): readonly string[] {
    pattern.lastIndex = position;
    const match = pattern.exec(header) ?? [];
    position += match[0]?.length ?? 0;
    return match;
  }

  function takeValue(): string {
    const [, json] = take(unescapedJson);
    if (json) return json;
    const [, text] = take(quotedValue);
    if (text !== undefined) return text.replace(/\\([\s\S])/g, '$1');
    return take(unquotedValue)[0] ?? '';
  }
}

/**
 * Returns the value if it is a claims request: an object with a top-level `access_token` object.
 * Returns `undefined` for anything else.
 *
 * @example
 * ```ts
 * asClaims({ access_token: { acrs: { essential: true, value: 'c1' } } });
 * ```
 */
export const asClaims = (value: unknown): JsonObject | undefined =>
  isObject(value) && isObject(value.access_token) ? value : undefined;

/**
 * Returns the claims that a `Bearer` challenge requests
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge), or `undefined` if there
 * are none. The claims may be base64 or base64url, with or without padding, percent-encoded, or
 * plain JSON.
 *
 * @example
 * ```ts
 * const claims = readClaimsChallenge(response.headers.get('www-authenticate') ?? '');
 * if (claims) await acquireToken({ claims: JSON.stringify(claims) });
 * ```
 */
export function readClaimsChallenge(header: string): JsonObject | undefined {
  if (header.length > maxHeaderLength) return undefined;
  const challenges = readChallenges(header);
  if (challenges.length > maxChallenges) return undefined;
  for (const { scheme, parameters } of challenges) {
    if (scheme !== 'bearer') continue;
    const claims = decodeClaims(parameters.get('claims') ?? '');
    if (claims) return claims;
  }
  return undefined;
}

/**
 * Decodes the claims of a challenge: base64 or base64url, with or without padding,
 * percent-encoded, or plain JSON. Returns `undefined` if they are not a claims request.
 *
 * @example
 * ```ts
 * const claims = decodeClaims('eyJhY2Nlc3NfdG9rZW4iOnt9fQ==');
 * ```
 */
export function decodeClaims(text: string): JsonObject | undefined {
  try {
    const decoded = isJson(text) ? text : decodeURIComponent(text);
    const bytes = isJson(decoded) ? new TextEncoder().encode(decoded) : decodeBase64(decoded);
    return asClaims(readJsonObject(bytes));
  } catch {
    return undefined;
  }
}

const isJson = (text: string) => text.trimStart().startsWith('{');

/** `Buffer` does not exist in browsers. */
function decodeBase64(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', ''));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
