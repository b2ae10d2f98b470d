/**
 * For single-page apps: reads the error responses of an API, recovers from them, and continues the
 * interrupted action after a visit to Entra ID. Needs no other package and no framework.
 *
 * The entry of the package as `zero-trust-api/browser`. Files of this repository import the file
 * that they need instead.
 */
export {
  type ActionRunner,
  type ActionRunnerOptions,
  createActionRunner,
  type Failure,
  type RunOptions,
} from './action-runner.ts';
export { explainAfterInteraction } from './after-interaction.ts';
export {
  type ApiFetch,
  type ApiFetchOptions,
  type ApiRequestInit,
  createApiFetch,
} from './api-fetch.ts';
export { callWithToken } from './call-with-token.ts';
export type { Clock } from './clock.ts';
export { describeEntraError } from './entra-error.ts';
export {
  type EntraVisit,
  leaveForEntra,
  type ReturnedAction,
  readEntraVisit,
  takeReturnedAction,
} from './entra-visit.ts';
export {
  type ActionStorage,
  createPendingActions,
  type PendingAction,
  type PendingActions,
} from './pending-action.ts';
export { type Problem, ProblemError } from './problem.ts';
export { isProblemCode, type ProblemCode } from './problem-code.ts';
export { readProblem } from './read-problem.ts';
export {
  type AppScopes,
  canRenewSilently,
  createInteractiveRequest,
  type InteractiveRequest,
  isOutage,
  requiresInteraction,
  retryDelay,
} from './recovery.ts';
export { retryAfterConsent } from './retry-after-consent.ts';
export {
  type AcquireTokenOptions,
  type ClientTokenRequest,
  createTokenSource,
  type TokenClient,
  type TokenRenewal,
  type TokenSource,
  type TokenSourceOptions,
} from './token-source.ts';
export { startTrace, type Trace } from './trace.ts';
