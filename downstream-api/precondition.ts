import type { HttpRequest } from '@azure/functions';
import { Denial } from '../shared/denial.ts';

/** What must hold of the stored version for a write to happen (RFC 9110 §13.1): the caller has read exactly this one, or there is none yet. */
export type Precondition = { readonly etag: string } | 'none yet';

/**
 * Reads `If-Match` (one ETag) or `If-None-Match: *`. `If-Match: *` guards against nothing, so it does not count.
 * @throws Denial `precondition_required`, `bad_request` for both at once
 */
export function readPrecondition({ headers }: Pick<HttpRequest, 'headers'>): Precondition {
  const match = headers.get('if-match')?.trim();
  const noneMatch = headers.get('if-none-match')?.trim();
  if (match && noneMatch) throw new Denial('bad_request', { detail: 'Send either If-Match or If-None-Match.' });
  if (match && match !== '*') return { etag: match };
  if (noneMatch === '*') return 'none yet';
  throw new Denial('precondition_required');
}

/** @throws Denial `conflict` where the caller has read another version than the stored one */
export function demandMatch(precondition: Precondition, stored: { readonly etag: string }): void {
  if (precondition === 'none yet' || precondition.etag !== stored.etag) throw new Denial('conflict', { facts: { check: 'precondition' } });
}
