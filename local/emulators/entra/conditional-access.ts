/** Conditional Access: what a sign-in must have gone through before a token for a resource is made. */
import type { ClaimsRequest } from './claims-request.ts';
import type { App, User } from './directory.ts';
import { type Policies, policyIds } from './policies.ts';
import { Refusal } from './refusal.ts';

/** What a sign-in went through; a token carries it (`amr`, `acrs`), and so does a refresh token. */
export interface SignInFacts {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly mfa: boolean;
  /** Authentication contexts the user has satisfied. */
  readonly acrs: readonly string[];
}

interface Attempt {
  readonly user: User;
  readonly resource: App;
  readonly signIn: SignInFacts;
  readonly asked: ClaimsRequest;
}

/** A refusal where the policies want more; `claims` is there when the user can do something about it. */
export function checkConditionalAccess(
  policies: Policies,
  { user, resource, signIn, asked }: Attempt,
): Refusal | undefined {
  const detail = `User '${user.upn}', application '${resource.appId}'.`;
  if (policies.applies('block-location', user)) return new Refusal(53003, { detail });
  const mfaWanted = resource.policyTarget || asked.policyIds.includes(policyIds.mfa);
  if (policies.applies('mfa', user) && mfaWanted && !signIn.mfa) {
    const claims = JSON.stringify({
      access_token: { capolids: { essential: true, values: [policyIds.mfa] } },
    });
    return new Refusal(50076, { detail, claims });
  }
  const missing = asked.acrs.find((context) => !signIn.acrs.includes(context));
  if (policies.applies('auth-context', user) && missing) {
    return new Refusal(50076, {
      detail,
      claims: JSON.stringify({ access_token: { acrs: { essential: true, value: missing } } }),
    });
  }
  return undefined;
}

/** The contexts a new token carries: what the sign-in satisfied, and what was asked for where no policy guards it. */
export function grantedContexts(
  policies: Policies,
  { user, signIn, asked }: Omit<Attempt, 'resource'>,
): readonly string[] {
  const unguarded = policies.applies('auth-context', user) ? [] : asked.acrs;
  return [...new Set([...signIn.acrs, ...unguarded])];
}

/** A user's standing, checked before every token: enabled (50057), assigned (50105), not revoked since the sign-in (50173). */
export function checkUser(policies: Policies, user: User): void {
  if (user.disabled || policies.applies('disable-user', user))
    throw new Refusal(50057, { detail: `User '${user.upn}'.` });
}

export function checkAssignment(policies: Policies, user: User, resource: App): void {
  if (!resource.policyTarget || !policies.applies('unassign-user', user)) return;
  throw new Refusal(50105, {
    detail: `The signed in user '${user.upn}' is not assigned to a role for the application '${resource.appId}'.`,
  });
}

/** `issuedAt`: when the grant was made, in milliseconds since 1970. */
export function checkRevocation(policies: Policies, user: User, issuedAt: number): void {
  const revokedAt = policies.appliesSince('revoke-sessions', user);
  if (revokedAt === undefined || issuedAt > revokedAt) return;
  const [issued, valid] = [issuedAt, revokedAt].map((at) => new Date(at).toISOString());
  throw new Refusal(50173, {
    detail: `The grant was issued on '${issued}' and the TokensValidFrom date for this user is '${valid}'.`,
  });
}
