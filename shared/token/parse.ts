import { hash } from 'node:crypto';
import { ApiError } from '../api-error.ts';
import { isObject, type JsonObject } from '../json.ts';
import { type Redacted, reveal } from '../redacted.ts';

/** A token whose form has been checked. Its signature and claims are not verified yet. */
export type ParsedToken = {
  /** The token itself. */
  readonly text: Redacted;

  /** The JOSE header (RFC 7515 §4). */
  readonly header: JsonObject;

  /** The claims. */
  readonly payload: JsonObject;

  /** The SHA-256 of the whole token in base64url. Caches use it as their key. */
  readonly digest: string;
};

/** A named check of a token. */
export type Check<Arguments extends unknown[]> = {
  /** The check's name in the log and in the list that is shown to the user. */
  readonly name: string;

  /** The document that requires the check. */
  readonly source: string;

  /** Whether the token passes. */
  readonly holds: (...values: Arguments) => boolean;
};

/** The longest accepted token, in characters. */
export const maxTokenLength = 16 * 1024;

/** The checks of a token's text and of its JSON. */
export const formChecks = {
  /** The token is not too long. */
  size: {
    name: 'size',
    source: 'Limit of this implementation',
    holds: (token) => token.length <= maxTokenLength,
  } satisfies Check<[token: string]>,
  /** The token consists of three segments in canonical base64url. */
  segments: {
    name: 'form',
    source: 'RFC 7515 §7.1',
    holds: (segments) => segments.length === 3 && segments.every(isCanonicalBase64url),
  } satisfies Check<[segments: readonly string[]]>,
  /** No object in the header or the payload has two members with the same name. */
  members: {
    name: 'form',
    source: 'RFC 7519 §4',
    holds: (json, value) => !hasDuplicateNames(json, value),
  } satisfies Check<[json: string, value: JsonObject]>,
};

/**
 * The checks of a token's header. The header may neither contain a key nor name its location: keys
 * come from the metadata of Entra ID only.
 */
export const headerChecks: readonly Check<[header: JsonObject]>[] = [
  {
    name: 'typ',
    source: 'RFC 8725 §3.11, RFC 9068 §4',
    holds: ({ typ }) => typ === 'JWT' || typ === 'at+jwt',
  },
  {
    name: 'alg',
    source: 'RFC 8725 §3.1',
    holds: ({ alg }) => alg === 'RS256',
  },
  {
    name: 'kid',
    source: 'RFC 7515 §4.1.4',
    holds: ({ kid }) => typeof kid === 'string' && /^[\w-]{1,128}$/.test(kid),
  },
  {
    name: 'embedded-key',
    source: 'RFC 8725 §3.10',
    holds: (header) => !['jku', 'jwk', 'x5u', 'x5c'].some((name) => name in header),
  },
  {
    name: 'extension',
    source: 'RFC 7515 §4.1.11',
    holds: (header) => !['crit', 'b64', 'zip', 'enc'].some((name) => name in header),
  },
  {
    name: 'nonce',
    source: 'Only tokens for Microsoft Graph contain a nonce',
    holds: (header) => !('nonce' in header),
  },
];

/**
 * Creates the error for a token that fails a check. The caller learns only whether the token is
 * expired or invalid. The name of the check goes to the log.
 *
 * @example
 * ```ts
 * throw invalidToken('audience');
 * ```
 */
export const invalidToken = (check: string, problem: 'expired' | 'invalid' = 'invalid') =>
  new ApiError('invalid_token', {
    detail: `The access token is ${problem}.`,
    logContext: { check },
  });

/**
 * Splits a compact JWS (RFC 7515 §7.1) into its parts and checks its form, without cryptography.
 *
 * @param hasPassedBefore Returns whether the token with this digest has passed these checks before.
 * The checks are not repeated then.
 * @throws {ApiError} `invalid_token`.
 *
 * @example
 * ```ts
 * const { header, payload } = parseToken(readBearerToken(request));
 * ```
 */
export function parseToken(
  text: Redacted,
  hasPassedBefore: (digest: string) => boolean = () => false,
): ParsedToken {
  const token = reveal(text);
  if (!formChecks.size.holds(token)) throw invalidToken(formChecks.size.name);
  const digest = hash('sha256', token, 'base64url');
  const isChecked = hasPassedBefore(digest);

  const segments = token.split('.');
  if (!isChecked && !formChecks.segments.holds(segments))
    throw invalidToken(formChecks.segments.name);
  const [header, payload] = segments.slice(0, 2).map((segment) => decodeObject(segment, isChecked));
  if (!header || !payload) throw invalidToken('form');

  if (!isChecked) {
    const failed = headerChecks.find((check) => !check.holds(header));
    if (failed) throw invalidToken(failed.name);
  }
  return { text, header, payload, digest };
}

/** Whether a segment is not empty, not padded, and the canonical encoding of its bytes. */
const isCanonicalBase64url = (segment: string) =>
  segment !== '' && Buffer.from(segment, 'base64url').toString('base64url') === segment;

/** Rejects invalid UTF-8. Does not remove a byte order mark, so that `JSON.parse` rejects it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeObject(segment: string, isChecked: boolean): JsonObject | undefined {
  try {
    const json = utf8.decode(Buffer.from(segment, 'base64url'));
    const value: unknown = JSON.parse(json);
    if (!isObject(value)) return undefined;
    return isChecked || formChecks.members.holds(json, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether any object in this JSON has two members with the same name. Parsers disagree on which
 * member wins.
 */
function hasDuplicateNames(json: string, value: unknown): boolean {
  // If a round trip changes nothing, there is no duplicate. This is the usual case, and it is five
  // times as fast as the search below.
  if (JSON.stringify(value) === json) return false;

  /** The names that were found in each object that is still open. */
  const namesByObject: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(/"((?:[^"\\]|\\.)*)"(\s*:)?|[{}]/g)) {
    if (token === '{') namesByObject.push(new Set());
    else if (token === '}') namesByObject.pop();
    else if (text !== undefined && colon !== undefined) {
      const name = text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
      const names = namesByObject.at(-1);
      if (names?.has(name)) return true;
      names?.add(name);
    }
  }
  return false;
}
