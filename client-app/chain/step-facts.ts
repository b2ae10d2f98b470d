import type { HopRecord } from '../policies/emulator-control.ts';
import { shorten } from '../ui/format.ts';
import { isExchange, isFailure, isTokenARequest } from './hop-records.ts';

/** The claims that the article explains, and those that a step-up changes. */
const shownClaims = ['aud', 'azp', 'azpacr', 'scp', 'acrs', 'amr'];
/** Claims that depend on how the user signed in. */
const claimsOfOneUser = ['acrs', 'amr'];

const noClaims: readonly string[] = [];

/** The facts of a token: one for each of its claims that the article explains. */
export const tokenFacts = (token: unknown): readonly string[] => claimFacts(token, shownClaims);

function claimFacts(token: unknown, names: readonly string[]): readonly string[] {
  if (typeof token !== 'object' || token === null) return noClaims;
  return Object.entries(token)
    .filter(([name]) => names.includes(name))
    .map(([name, value]) => `${name} ${formatClaim(name, value)}`);
}

function formatClaim(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.join(' ');
  return name === 'scp' ? String(value) : shorten(String(value));
}

/** The facts of a cached token A, taken from the token A that Entra issued last. */
export const cachedTokenAFacts = (earlier: readonly HopRecord[]): readonly string[] =>
  anonymousFacts(earlier.findLast((record) => isTokenARequest(record) && !isFailure(record)));

/**
 * The facts of a cached token B, taken from the token B that Entra issued last for the scope of
 * this request.
 */
export function cachedTokenBFacts(
  earlier: readonly HopRecord[],
  request: HopRecord,
): readonly string[] {
  const scope = `scope ${requiredScope(request)}`;
  return anonymousFacts(
    earlier.findLast(
      (record) => isExchange(record) && !isFailure(record) && scopeFacts(record).includes(scope),
    ),
  );
}

function requiredScope({ hop, operation }: HopRecord): string {
  if (hop === 'graph') return 'User.ReadBasic.All';
  const resource = operation.includes('profiles') ? 'Profile' : 'Documents';
  const permission = operation.startsWith('GET ') ? 'Read' : 'ReadWrite';
  return `${resource}.${permission}`;
}

/** The issued token may be another user's, so claims that differ between users are left out. */
const anonymousFacts = (issued: HopRecord | undefined): readonly string[] =>
  claimFacts(
    issued?.facts.token,
    shownClaims.filter((name) => !claimsOfOneUser.includes(name)),
  );

/** The scopes that an exchange requests, as one fact. */
export const scopeFacts = ({ facts }: HopRecord): readonly string[] =>
  Array.isArray(facts.scopes) ? [`scope ${facts.scopes.join(' ')}`] : [];

/** The codes and claims of an error response from Entra. */
export const refusalFacts = ({ facts, status }: HopRecord): readonly string[] =>
  [
    facts.aadsts === undefined ? String(status) : `AADSTS${facts.aadsts}`,
    facts.error,
    facts.suberror,
    typeof facts.claims === 'string' ? `claims ${facts.claims}` : undefined,
  ].filter((fact) => typeof fact === 'string');
