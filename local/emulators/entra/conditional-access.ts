/** The checks of a user before a token is issued: account, assignment and Conditional Access. */
import type { ClaimsRequest } from './claims-request.ts';
import type { App, User } from './directory.ts';
import { type Policies, policyIds } from './policies.ts';
import { Refusal } from './refusal.ts';

/** How and when a user signed in. Access tokens carry it as `amr` and `acrs`. */
export interface SignIn {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether the user passed multi-factor authentication. */
  readonly mfa: boolean;
  /** The authentication contexts that the user has satisfied. */
  readonly acrs: readonly string[];
}

/** A request for a token, as Conditional Access evaluates it. */
interface TokenAttempt {
  readonly user: User;
  readonly resource: App;
  readonly signIn: SignIn;
  readonly claimsRequest: ClaimsRequest;
}

/**
 * Evaluates the Conditional Access policies. Returns the refusal of the first policy that is not
 * satisfied. The refusal has `claims` when a step-up by the user satisfies the policy.
 */
export function evaluateConditionalAccess(
  policies: Policies,
  { user, resource, signIn, claimsRequest }: TokenAttempt,
): Refusal | undefined {
  const detail = `User '${user.upn}', application '${resource.appId}'.`;
  if (policies.applies('block-location', user)) return new Refusal(53003, { detail });

  const isMfaPolicyRequested = claimsRequest.policyIds.includes(policyIds.mfa);
  const requiresMfa = resource.policyTarget || isMfaPolicyRequested;
  if (policies.applies('mfa', user) && requiresMfa && !signIn.mfa) {
    const challenge = { capolids: { essential: true, values: [policyIds.mfa] } };
    return new Refusal(50076, { detail, claims: JSON.stringify({ access_token: challenge }) });
  }

  const missing = claimsRequest.acrs.find((context) => !signIn.acrs.includes(context));
  if (policies.applies('auth-context', user) && missing) {
    const challenge = { acrs: { essential: true, value: missing } };
    return new Refusal(50076, { detail, claims: JSON.stringify({ access_token: challenge }) });
  }
  return undefined;
}

/**
 * Returns the authentication contexts of a new token: the ones that the user has satisfied, and
 * the requested ones if no policy requires a step-up for them.
 */
export function listAuthContexts(
  policies: Policies,
  { user, signIn, claimsRequest }: Omit<TokenAttempt, 'resource'>,
): readonly string[] {
  const isStepUpRequired = policies.applies('auth-context', user);
  const withoutStepUp = isStepUpRequired ? [] : claimsRequest.acrs;
  return [...new Set([...signIn.acrs, ...withoutStepUp])];
}

/**
 * Checks that the user's account is enabled.
 * @throws {Refusal} (50057) when it is disabled.
 */
export function checkAccount(policies: Policies, user: User): void {
  if (!user.disabled && !policies.applies('disable-user', user)) return;
  throw new Refusal(50057, { detail: `User '${user.upn}'.` });
}

/**
 * Checks that the user is assigned to the resource, if it requires an assignment.
 * @throws {Refusal} (50105) when the user is not assigned.
 */
export function checkAssignment(policies: Policies, user: User, resource: App): void {
  if (!resource.policyTarget || !policies.applies('unassign-user', user)) return;
  throw new Refusal(50105, {
    detail:
      `The signed in user '${user.upn}' is not assigned to a role ` +
      `for the application '${resource.appId}'.`,
  });
}

/** Whether the user's sessions were revoked after `issuedAt` (milliseconds since 1970). */
export function isRevoked(policies: Policies, user: User, issuedAt: number): boolean {
  const revokedAt = policies.appliesSince('revoke-sessions', user);
  return revokedAt !== undefined && issuedAt <= revokedAt;
}

/**
 * Checks that the user's sessions were not revoked after a grant was issued.
 * @param issuedAt When the grant was issued, in milliseconds since 1970.
 * @throws {Refusal} (50173) when the user's sessions were revoked later.
 */
export function checkRevocation(policies: Policies, user: User, issuedAt: number): void {
  if (!isRevoked(policies, user, issuedAt)) return;
  const issued = new Date(issuedAt).toISOString();
  const validFrom = new Date(policies.appliesSince('revoke-sessions', user) ?? 0).toISOString();
  throw new Refusal(50173, {
    detail:
      `The grant was issued on '${issued}' ` +
      `and the TokensValidFrom date for this user is '${validFrom}'.`,
  });
}
