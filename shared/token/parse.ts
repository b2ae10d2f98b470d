import { createHash } from 'node:crypto';
import { reveal, type Sealed } from '../sealed.ts';
import { refuse } from './refuse.ts';

/** A token taken apart, its form checked, nothing in it believed yet. */
export interface ParsedToken {
  readonly text: Sealed;
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** SHA-256 of the whole token, base64url: the key of every cache. */
  readonly digest: string;
}

const maximumLength = 16 * 1024;

interface FormCheck {
  readonly name: string;
  readonly source: string;
  readonly holds: (header: Readonly<Record<string, unknown>>) => boolean;
}

/** What the header of an access token must be. Nothing in it may name a key or a place to find one: keys come from Entra's metadata only. */
export const headerChecks: readonly FormCheck[] = [
  { name: 'typ', source: 'RFC 8725 §3.11, RFC 9068 §4', holds: ({ typ }) => typ === 'JWT' || typ === 'at+jwt' },
  { name: 'alg', source: 'RFC 8725 §3.1', holds: ({ alg }) => alg === 'RS256' },
  { name: 'kid', source: 'RFC 7515 §4.1.4', holds: ({ kid }) => typeof kid === 'string' && /^[\w-]{1,128}$/.test(kid) },
  { name: 'embedded-key', source: 'RFC 8725 §3.10', holds: (header) => !['jku', 'jwk', 'x5u', 'x5c'].some((name) => name in header) },
  { name: 'extension', source: 'RFC 7515 §4.1.11', holds: (header) => !['crit', 'b64', 'zip', 'enc'].some((name) => name in header) },
  {
    name: 'nonce',
    source: "Microsoft Graph's own tokens carry one; they are for nobody else to validate",
    holds: (header) => !('nonce' in header),
  },
];

/**
 * Takes a compact JWS apart (RFC 7515 §7.1) and checks its form, before any cryptography.
 * @throws Denial `invalid_token`
 */
export function parseToken(text: Sealed): ParsedToken {
  const token = reveal(text);
  if (token.length > maximumLength) throw refuse('size');
  const segments = token.split('.');
  if (segments.length !== 3 || !segments.every(isCanonicalBase64url)) throw refuse('form');
  const [header, payload] = segments.slice(0, 2).map(readObject);
  if (header === undefined || payload === undefined) throw refuse('form');
  const failed = headerChecks.find((check) => !check.holds(header));
  if (failed) throw refuse(failed.name);
  return { text, header, payload, digest: createHash('sha256').update(token).digest('base64url') };
}

/** Non-empty, no padding, and no other spelling of the same bytes. */
const isCanonicalBase64url = (segment: string) => segment !== '' && Buffer.from(segment, 'base64url').toString('base64url') === segment;

function readObject(segment: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(segment, 'base64url')));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
