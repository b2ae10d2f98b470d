/** Ids that are derived from other values, so that nothing has to be stored, and token ids. */
import { createHash, randomBytes } from 'node:crypto';

/** Derives a GUID from a text, for the id of a group or the object id of a service principal. */
export function deriveGuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** Derives the pairwise `sub` (OpenID Connect Core §8): a user has a different one at each app. */
export function deriveSubject(oid: string, appId: string): string {
  return createHash('sha256').update(`${oid} ${appId}`).digest('base64url');
}

const tokenIdBytes = 16;
/** The number of bytes of a token id that contain the time. */
const timeBytes = 6;

/**
 * Creates a token's unique id (`uti`) of 22 characters, the length that Entra uses. It contains the
 * time of issue in milliseconds, because `iat` has whole seconds only.
 */
export function createTokenId(nowMs: number): string {
  const bytes = randomBytes(tokenIdBytes);
  bytes.writeUIntBE(nowMs, 0, timeBytes);
  return bytes.toString('base64url');
}

/** Reads the time, in milliseconds since 1970, from a token id. Other values give `undefined`. */
export function readTokenIdTime(uti: unknown): number | undefined {
  if (typeof uti !== 'string') return undefined;
  const bytes = Buffer.from(uti, 'base64url');
  return bytes.length === tokenIdBytes ? bytes.readUIntBE(0, timeBytes) : undefined;
}
