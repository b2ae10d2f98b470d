import type { Cargo, Place, Step, Stop } from './chain.ts';
import {
  codeOf,
  heldFacts,
  isExchange,
  isOfA,
  refusalFacts,
  refusedBy,
  scopeFacts,
  tokenFacts,
} from './facts.ts';
import { causeOf } from './words.ts';
import type { Recorded } from '../policies/emulators.ts';

const began = ({ at, took }: Recorded) => at - took;

/** Tells one call as the article does. `all` are its records by their beginning, `call` is Original's own among them; `earlier` came before it. */
export function describeSteps(
  call: Recorded,
  all: readonly Recorded[],
  earlier: readonly Recorded[],
): { readonly steps: readonly Step[]; readonly stop: Stop | undefined } {
  const steps: Step[] = [];
  let stop: Stop | undefined;
  const add = (
    from: Place,
    to: Place,
    cargo: readonly Cargo[],
    title: string,
    more: Partial<Step> = {},
  ) => void steps.push({ from, to, cargo, title, outcome: 'passed', facts: [], ...more });
  const tokensOfA = all.filter(isOfA);
  const before = tokensOfA.find((record) => began(record) < began(call) && record.status < 400);
  const inside = all.filter(
    (record) => record !== call && began(record) >= began(call) - 1 && record.at <= call.at + 1,
  );
  const behind = inside.filter((record) => isExchange(record) || record.hop === 'downstream-api');
  const [method, path] = call.operation.split(' ');
  const operation = `${method} ${path}`;

  if (before)
    add('entra', 'client', ['a'], 'Client App acquires token A', {
      facts: tokenFacts(before.facts.token),
      took: before.took,
    });
  else
    add('client', 'client', ['a'], 'Client App takes token A from its cache', {
      outcome: 'cached',
      facts: heldFacts(earlier),
    });
  add('client', 'original', ['a'], `Client App gives A to Original API: ${operation}`);

  const keysDown = inside.filter(
    ({ hop, operation, status }) =>
      hop === 'entra' && /keys|metadata/.test(operation) && status >= 400,
  );
  const challenge = String(call.facts.wwwAuthenticate ?? '');
  const ownRefusal =
    behind.length === 0 &&
    call.status >= 400 &&
    /error="(invalid_|insufficient_scope)|^Bearer realm="[^"]*", authorization_uri="[^"]*"$/.test(
      challenge,
    );
  if (ownRefusal || (keysDown.length > 0 && behind.length === 0)) {
    const cause = ownRefusal
      ? 'Original API does not accept token A.'
      : 'Entra’s signing keys cannot be read, so token A cannot be checked.';
    stop = {
      where: 'original',
      cause,
      code: ownRefusal
        ? /insufficient_scope/.test(challenge)
          ? 'insufficient_scope'
          : 'invalid_token'
        : 'unavailable',
    };
    add('original', 'original', ['a'], cause, { outcome: 'refused' });
  } else
    add(
      'original',
      'original',
      ['a'],
      'Original API validates A: signature, issuer, audience, time, scope',
    );

  let haveB = false;
  for (const record of inside) {
    const failed = record.status >= 400;
    const facts = [...tokenFacts(record.facts.token), ...(failed ? refusalFacts(record) : [])];
    if (record.hop === 'managed-identity' && record.facts.identity === 'original-api') {
      if (failed)
        stop = {
          where: 'identity',
          cause: 'The managed identity gives no token.',
          code: 'unavailable',
        };
      add(
        'original',
        'identity',
        failed ? ['refusal'] : ['key'],
        failed
          ? 'The managed identity gives no token'
          : 'Original API’s managed identity says who it is',
        { took: record.took, outcome: failed ? 'refused' : 'passed' },
      );
    } else if (record.hop === 'vault') {
      // The first answer of a vault is always a question for a token.
      if (record.facts.identity === undefined && record.status === 401) continue;
      if (failed)
        stop = {
          where: 'vault',
          cause: 'Key Vault does not hand out the client credential.',
          code: 'unavailable',
        };
      add(
        'vault',
        'original',
        failed ? ['refusal'] : ['key'],
        failed
          ? 'Key Vault does not hand out the credential'
          : 'Key Vault hands the client credential to Original API',
        { took: record.took, outcome: failed ? 'refused' : 'passed' },
      );
    } else if (isExchange(record)) {
      add(
        'original',
        'entra',
        ['a', 'key'],
        `Original API asks Entra to exchange A${haveB ? ' once more, with the claims that Downstream demands' : ', proving itself with its credential'}`,
        { facts: scopeFacts(record) },
      );
      if (failed) {
        const aadsts = typeof record.facts.aadsts === 'number' ? record.facts.aadsts : undefined;
        const { cause, code } = causeOf(aadsts, record.status);
        stop = {
          where: 'entra',
          cause,
          code,
          ...(aadsts !== undefined && { aadsts }),
          ...(typeof record.facts.error === 'string' && { error: record.facts.error }),
        };
        add('entra', 'entra', ['refusal'], `Entra refuses: ${cause}`, {
          outcome: 'refused',
          facts,
          took: record.took,
        });
        add(
          'entra',
          'original',
          ['refusal'],
          record.facts.claims
            ? 'The refusal goes back, with the claims that would satisfy it'
            : 'The refusal goes back',
          { outcome: 'refused' },
        );
      } else {
        stop = undefined;
        add(
          'entra',
          'entra',
          ['a'],
          'Entra checks A, the credential, consent and Conditional Access',
        );
        add('entra', 'original', ['b'], 'Entra issues token B for Downstream API', {
          facts,
          took: record.took,
        });
      }
      haveB = haveB || !failed;
    } else if (record.hop === 'downstream-api') {
      if (!haveB) {
        const facts = heldFacts(earlier, record.operation);
        add('original', 'original', ['b'], 'Original API takes token B for this A from its cache', {
          outcome: 'cached',
          facts,
        });
      }
      haveB = true;
      const stores = inside.filter(
        ({ hop, at }) => hop === 'tables' && at <= record.at && at >= began(record),
      ).length;
      const store = stores > 0 ? [`${stores} request${stores > 1 ? 's' : ''} to the store`] : [];
      add(
        'original',
        'downstream',
        ['b'],
        `Original API gives B to Downstream API: ${record.operation.replace('downstream/', '')}`,
      );
      if (failed) {
        const demands =
          record.status === 401 && /insufficient_claims/.test(String(record.facts.wwwAuthenticate));
        const cause = demands
          ? 'Downstream API wants one more check of the person before this.'
          : refusedBy(record.status);
        stop = {
          where: 'downstream',
          cause,
          ...(demands ? { code: 'step_up_required' } : codeOf(record.status)),
        };
        add('downstream', 'downstream', ['refusal'], cause, {
          outcome: 'refused',
          facts: [String(record.status), ...store],
        });
      } else {
        stop = undefined;
        add(
          'downstream',
          'downstream',
          ['b'],
          'Downstream API validates B for itself, and what the person may do',
          { facts: store },
        );
      }
      add(
        'downstream',
        'original',
        [failed ? 'refusal' : 'answer'],
        `Downstream API answers ${record.status}`,
        {
          outcome: failed ? 'refused' : 'passed',
          took: record.took,
        },
      );
    }
  }
  if (call.status >= 400 && !stop)
    stop = { where: 'original', cause: refusedBy(call.status), ...codeOf(call.status) };
  if (call.status < 400) stop = undefined;
  add(
    'original',
    'client',
    [call.status >= 400 ? 'refusal' : 'answer'],
    `Original API answers ${call.status}`,
    {
      outcome: call.status >= 400 ? 'refused' : 'passed',
      took: call.took,
    },
  );
  for (const record of tokensOfA.filter((one) => began(one) > began(call))) {
    const failed = record.status >= 400;
    const title =
      record.facts.grant === 'authorization_code'
        ? 'The person has acted: Entra issues a new token A'
        : failed
          ? 'A silent attempt: Entra wants the person'
          : 'A silent attempt: Entra issues a new token A';
    add(
      failed ? 'client' : 'entra',
      failed ? 'entra' : 'client',
      [failed ? 'refusal' : 'a'],
      title,
      {
        outcome: failed ? 'refused' : 'passed',
        took: record.took,
        facts: failed ? refusalFacts(record) : tokenFacts(record.facts.token),
      },
    );
  }
  return { steps, stop };
}
