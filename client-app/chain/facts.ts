import { shorten } from '../ui/format.ts';
import type { Recorded } from '../policies/emulators.ts';

const shown = ['aud', 'azp', 'azpacr', 'scp', 'acrs', 'amr'];

/** The claims of a token that the article speaks of. */
export function tokenFacts(token: unknown): readonly string[] {
  if (typeof token !== 'object' || token === null) return [];
  return Object.entries(token)
    .filter(([name]) => shown.includes(name))
    .map(
      ([name, value]) =>
        `${name} ${Array.isArray(value) ? value.join(' ') : name === 'scp' ? value : shorten(String(value))}`,
    );
}

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const isExchange = ({ facts }: Recorded) => facts.grant === exchangeGrant;
/** An answer of Entra to the Client App itself. */
export const isOfA = (record: Recorded) =>
  record.hop === 'entra' && record.facts.grant !== undefined && !isExchange(record);

/**
 * The claims of a token that was issued before and is used again: of the newest B for the scope that this operation of Downstream needs,
 * or of the newest A. No record tells whose call it is, so only what is the same for everybody is said.
 */
export function heldFacts(earlier: readonly Recorded[], operation?: string): readonly string[] {
  const scope = `${/profiles/.test(operation ?? '') ? 'Profile' : 'Documents'}.${/^GET /.test(operation ?? '') ? 'Read' : 'ReadWrite'}`;
  const issued = earlier.findLast(
    (record) =>
      record.status < 400 &&
      (operation === undefined
        ? isOfA(record)
        : isExchange(record) && scopeFacts(record).includes(`scope ${scope}`)),
  );
  return tokenFacts(issued?.facts.token).filter((fact) => !/^(acrs|amr) /.test(fact));
}

/** What an exchange asked for. */
export const scopeFacts = ({ facts }: Recorded): readonly string[] =>
  Array.isArray(facts.scopes) ? [`scope ${facts.scopes.join(' ')}`] : [];

/** What Entra said when it refused. */
export const refusalFacts = ({ facts, status }: Recorded): readonly string[] =>
  [
    facts.aadsts === undefined ? String(status) : `AADSTS${facts.aadsts}`,
    facts.error,
    facts.suberror,
    typeof facts.claims === 'string' ? `claims ${facts.claims}` : undefined,
  ].filter((fact) => typeof fact === 'string');

const statuses: Readonly<Record<number, readonly [cause: string, code: string]>> = {
  403: ['The person may not do this.', 'forbidden'],
  404: ['There is no such thing, or it is not shared with this person.', 'not_found'],
  412: ['Somebody saved a newer version.', 'conflict'],
  502: ['An answer in the chain cannot be used.', 'bad_gateway'],
  503: ['A service in the chain is not answering.', 'unavailable'],
  504: ['A service in the chain took too long.', 'timeout'],
};
/** Why one of the two APIs refused, as far as the status tells. */
export const refusedBy = (status: number) => statuses[status]?.[0] ?? `It was refused: ${status}.`;
/** The problem code that goes with a status, where there is one. */
export const codeOf = (status: number) => (statuses[status] ? { code: statuses[status][1] } : {});
