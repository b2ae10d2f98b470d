import { policyIds } from '../../local/emulators/entra/policies.ts';
import { describeTime, listOf, plain } from './plain.ts';

type Asked = { readonly essential?: unknown; readonly value?: unknown; readonly values?: unknown };

/**
 * A claims request in words, a line for each claim (https://learn.microsoft.com/entra/identity-platform/claims-challenge).
 * @param now seconds since 1970
 */
export function describeClaimsRequest(claims: object, now: number): readonly string[] {
  const { access_token: asked } = claims as { access_token?: unknown };
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked))
    return ['nothing that can be asked for: it has no access_token object'];
  const lines = Object.entries(asked).map(
    ([name, request]) => `${plain(name)}: ${describeClaim(name, (request ?? {}) as Asked, now)}`,
  );
  return lines.length > 0 ? lines : ['nothing: its access_token object is empty'];
}

function describeClaim(name: string, { essential, value, values }: Asked, now: number): string {
  const wanted = [value, ...(Array.isArray(values) ? values : [])].filter(
    (each) => each !== undefined,
  );
  const list = listOf(wanted.map(plain));
  switch (name) {
    case 'acrs':
      return `the authentication context ${list}: the user passes the check that a policy ties to it (a second factor, say)`;
    case 'nbf':
      return `a token issued after ${describeTime(Number(wanted[0]), now)}: an event has ended the earlier ones (revoked sessions, a new password, another place)`;
    case 'capolids':
    case 'polids':
      return `that the user satisfies the Conditional Access ${wanted.length === 1 ? 'policy' : 'policies'} ${listOf(wanted.map(namePolicy))}`;
    case 'xms_cc':
      return `a token that says what the client can do: ${list} (cp1: take claims challenges)`;
    default:
      return `${list}${essential === true ? ' (essential)' : ''}`;
  }
}

/** The emulators's own policies by name. */
function namePolicy(id: unknown): string {
  const known = Object.entries(policyIds).find(([, each]) => each === id)?.[0];
  return known === undefined ? plain(id) : `"${known}" of the local emulators (${plain(id)})`;
}
