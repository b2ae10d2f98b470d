/** Ids that Entra makes up: always the same for the same input, so that nothing has to be stored. */
import { createHash, randomBytes } from 'node:crypto';

/** A GUID made from a text: a group's id, a service principal's object id. */
export function deriveGuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The pairwise `sub`: one user has another one at every app, so it cannot be compared between apps. */
export function deriveSubject(oid: string, appId: string): string {
  return createHash('sha256').update(`${oid} ${appId}`).digest('base64url');
}

/** A token's unique id, 22 characters as at the real Entra; ours holds the time of issue in milliseconds, which `iat` rounds away. */
export function makeTokenId(now: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  return bytes.toString('base64url');
}

/** Milliseconds since 1970, or `undefined` for an id that is not ours. */
export function readTokenIdTime(uti: unknown): number | undefined {
  if (typeof uti !== 'string') return undefined;
  const bytes = Buffer.from(uti, 'base64url');
  return bytes.length === 16 ? bytes.readUIntBE(0, 6) : undefined;
}
