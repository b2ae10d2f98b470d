import type { HttpRequest } from '@azure/functions';
import { ApiError } from '../shared/api-error.ts';

/** What must hold of the stored version for a write to happen (RFC 9110 §13.1): the caller has read one of these, or there is none yet. */
export type Precondition = readonly string[] | 'none yet';

/** An entity tag (RFC 9110 §8.8.3); a comma inside its quotes ends nothing. */
const entityTag = /(?:W\/)?"[^"]*"/g;

/**
 * Reads `If-Match` (a list of ETags) or `If-None-Match: *`. `If-Match: *` guards against nothing, so it does not count.
 * @throws ApiError `precondition_required`, `bad_request` for both at once
 */
export function readPrecondition({ headers }: Pick<HttpRequest, 'headers'>): Precondition {
  const match = headers.get('if-match')?.trim();
  const noneMatch = headers.get('if-none-match')?.trim();
  if (match && noneMatch)
    throw new ApiError('bad_request', { detail: 'Send either If-Match or If-None-Match.' });
  if (match && match !== '*') return match.match(entityTag) ?? [];
  if (noneMatch === '*') return 'none yet';
  throw new ApiError('precondition_required');
}

/** @throws ApiError `conflict` where the caller has read another version than the stored one */
export function demandMatch(precondition: Precondition, stored: { readonly etag: string }): void {
  if (precondition === 'none yet' || !precondition.includes(stored.etag))
    throw new ApiError('conflict', { logContext: { check: 'precondition' } });
}
