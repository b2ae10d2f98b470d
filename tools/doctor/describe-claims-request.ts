import type { ChainContext } from './chain-context.ts';
import { formatList, formatTime, sanitize } from './format.ts';

interface ClaimRequest {
  readonly essential?: unknown;
  readonly value?: unknown;
  readonly values?: unknown;
}

/**
 * Describes a claims request, one line per claim.
 * @param claims the untrusted JSON object of a claims challenge
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function describeClaimsRequest(claims: object, context: ChainContext): readonly string[] {
  const { access_token: requests } = claims as { access_token?: unknown };
  if (typeof requests !== 'object' || requests === null || Array.isArray(requests))
    return ['invalid: the claims request has no access_token object'];
  const lines = Object.entries(requests).map(
    ([name, request]) =>
      `${sanitize(name)}: ${describeClaim(name, (request ?? {}) as ClaimRequest, context)}`,
  );
  return lines.length > 0 ? lines : ['nothing: the access_token object is empty'];
}

function describeClaim(name: string, request: ClaimRequest, context: ChainContext): string {
  const { essential, value, values } = request;
  const requested = [value, ...(Array.isArray(values) ? values : [])].filter(
    (one) => one !== undefined,
  );
  const list = formatList(requested.map(sanitize));
  switch (name) {
    case 'acrs':
      return (
        `the authentication context ${list}: the user must pass the check that a policy ` +
        'requires for it (such as a second factor)'
      );
    case 'nbf': {
      const time = formatTime(Number(requested[0]), context.now() / 1_000);
      return (
        `a token issued after ${time}: earlier tokens are no longer valid (revoked sessions, a ` +
        'new password, another location)'
      );
    }
    case 'capolids':
    case 'polids': {
      const noun = requested.length === 1 ? 'policy' : 'policies';
      const policies = formatList(requested.map((id) => describePolicy(id, context)));
      return `the Conditional Access ${noun} ${policies}, which the user must satisfy`;
    }
    case 'xms_cc':
      return (
        `a token that states the client’s capabilities: ${list} (cp1: the client handles claims ` +
        'challenges)'
      );
    default:
      return essential === true ? `${list} (essential)` : list;
  }
}

function describePolicy(id: unknown, { directory }: ChainContext): string {
  const text = sanitize(id);
  const name = directory.policyName(text);
  return name === undefined ? text : `"${name}" of the local emulators (${text})`;
}
