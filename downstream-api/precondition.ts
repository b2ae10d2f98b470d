import { ApiError } from '../shared/api-error.ts';
import type { ApiRequest } from '../shared/http/call.ts';

/**
 * The precondition of a write (RFC 9110 §13.1). With a list, the stored version must have one of
 * these ETags. With `absent`, no version may be stored.
 */
export type Precondition = readonly string[] | 'absent';

/** An entity tag (RFC 9110 §8.8.3). Commas may occur inside its quotes. */
const entityTag = /(?:W\/)?"[^"]*"/g;

/**
 * Reads `If-Match` with a list of ETags, or `If-None-Match: *`. `If-Match: *` is not accepted,
 * because it does not protect against a lost update.
 *
 * @throws {ApiError} `bad_request` if both headers are present
 * @throws {ApiError} `precondition_required` if neither has an accepted value
 */
export function readPrecondition({ headers }: Pick<ApiRequest, 'headers'>): Precondition {
  const ifMatch = headers.get('if-match')?.trim();
  const ifNoneMatch = headers.get('if-none-match')?.trim();
  if (ifMatch && ifNoneMatch)
    throw new ApiError('bad_request', {
      detail: 'Send either If-Match or If-None-Match, not both.',
    });
  if (ifMatch && ifMatch !== '*') return ifMatch.match(entityTag) ?? [];
  if (ifNoneMatch === '*') return 'absent';
  throw new ApiError('precondition_required');
}

/**
 * Checks a precondition against the stored version.
 *
 * @throws {ApiError} `conflict` if the stored version is not one that the caller has read
 */
export function requireMatch(precondition: Precondition, stored: { readonly etag: string }): void {
  if (precondition === 'absent' || !precondition.includes(stored.etag))
    throw new ApiError('conflict', { logContext: { check: 'precondition' } });
}
