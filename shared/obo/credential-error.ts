import type { RestError } from '@azure/core-rest-pipeline';
import { ApiError } from '../api-error.ts';
import { readRetryAfter } from '../http/send.ts';

/** The properties of errors from the Azure SDKs and from Node.js. Any of them may be absent. */
type AzureError = Partial<Pick<RestError, 'statusCode' | 'code' | 'name' | 'response'>>;

/**
 * Creates the error for a client credential that cannot be read.
 *
 * @param reason for the log: a status, a code or a fixed text, never a secret
 * @param retryAfter seconds until a retry makes sense
 * @returns ApiError `unavailable`
 * @example
 * if (!secret.value) throw credentialError('the secret is empty');
 */
export const credentialError = (reason: string, retryAfter?: number) =>
  new ApiError('unavailable', { retryAfter, logContext: { check: 'credential', reason } });

/**
 * Converts an error from Key Vault or the managed identity endpoint into an ApiError. Only its
 * status, code or name is logged, because an error message can quote what was sent.
 *
 * @returns the same error if it is an ApiError already, otherwise ApiError `unavailable`
 * @example
 * try {
 *   return await client.getSecret(name);
 * } catch (error) {
 *   throw toCredentialError(error);
 * }
 */
export function toCredentialError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const { statusCode, code, name } = error as AzureError;
  return credentialError(String(statusCode ?? code ?? name ?? 'unknown'), retryAfterOf(error));
}

/**
 * Returns whether an immediate retry may succeed: the connection broke, or the service returned a
 * 5xx without a `Retry-After`.
 *
 * @example
 * if (isTransient(error)) return client.getSecret(name);
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiError) return false;
  const { statusCode = 0 } = error as AzureError;
  const isServerFault = statusCode === 0 || statusCode >= 500;
  return isServerFault && retryAfterOf(error) === undefined;
}

/** Seconds from the response's `Retry-After`, if the service sent a valid one. */
const retryAfterOf = (error: unknown) =>
  readRetryAfter((error as AzureError).response?.headers.get('retry-after'));
