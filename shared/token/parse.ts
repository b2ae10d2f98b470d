import { hash } from 'node:crypto';
import { ApiError } from '../api-error.ts';
import { isObject, type JsonObject } from '../json.ts';
import { reveal, type Redacted } from '../redacted.ts';

/** A token taken apart, its form checked, nothing in it believed yet. Its digest, the key of every cache, is the SHA-256 of it all in base64url. */
export type ParsedToken = {
  readonly text: Redacted;
  readonly header: JsonObject;
  readonly payload: JsonObject;
  readonly digest: string;
};

/** Characters of a token that any API takes. */
export const maxTokenLength = 16 * 1024;

/** The apiError of a token: outside it says "expired" or "invalid" and nothing more; the failed check goes to the log by name. */
export const refuse = (check: string, why: 'expired' | 'invalid' = 'invalid') =>
  new ApiError('invalid_token', { detail: `The access token is ${why}.`, logContext: { check } });

/** A check by its name, what demands it, and whether it holds. */
export type Check<More extends unknown[]> = {
  name: string;
  source: string;
  holds: (members: JsonObject, ...more: More) => boolean;
};

/** What the header of an access token must be. Nothing in it may name a key or a place to find one: keys come from Entra's metadata only. */
export const headerChecks: readonly Check<[]>[] = [
  {
    name: 'typ',
    source: 'RFC 8725 §3.11, RFC 9068 §4',
    holds: ({ typ }) => typ === 'JWT' || typ === 'at+jwt',
  },
  { name: 'alg', source: 'RFC 8725 §3.1', holds: ({ alg }) => alg === 'RS256' },
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
    source: 'Tokens for Microsoft Graph alone carry one',
    holds: (header) => !('nonce' in header),
  },
];

/**
 * Takes a compact JWS apart (RFC 7515 §7.1) and checks its form, before any cryptography.
 * @param isKnown whether a token of that digest, which is to say this very token, has passed these checks before
 * @throws ApiError `invalid_token`
 */
export function parseToken(
  text: Redacted,
  isKnown: (digest: string) => boolean = () => false,
): ParsedToken {
  const token = reveal(text);
  if (token.length > maxTokenLength) throw refuse('size');
  const digest = hash('sha256', token, 'base64url');
  const known = isKnown(digest);
  const segments = token.split('.');
  if (!known && (segments.length !== 3 || !segments.every(isCanonicalBase64url)))
    throw refuse('form');
  const [header, payload] = segments.slice(0, 2).map((segment) => readObject(segment, known));
  if (header === undefined || payload === undefined) throw refuse('form');
  const failed = known ? undefined : headerChecks.find((check) => !check.holds(header));
  if (failed) throw refuse(failed.name);
  return { text, header, payload, digest };
}

/** Non-empty, no padding, and no other spelling of the same bytes. */
const isCanonicalBase64url = (segment: string) =>
  segment !== '' && Buffer.from(segment, 'base64url').toString('base64url') === segment;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readObject(segment: string, known: boolean): JsonObject | undefined {
  try {
    const text = utf8.decode(Buffer.from(segment, 'base64url'));
    const value: unknown = JSON.parse(text);
    return isObject(value) && (known || !namesTwice(text, value)) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an object in this JSON has two members of one name: readers disagree on which of them counts (RFC 7519 §4). */
function namesTwice(json: string, value: unknown): boolean {
  // What comes out as it went in has lost nothing; that is the usual case, and five times as fast.
  if (JSON.stringify(value) === json) return false;
  const open: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(/"((?:[^"\\]|\\.)*)"(\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined && text !== undefined) {
      const name = text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
      if (open.at(-1)?.has(name)) return true;
      open.at(-1)?.add(name);
    }
  }
  return false;
}
