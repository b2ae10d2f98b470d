import type { HopRecord } from '../policies/emulator-control.ts';
import type { HopSteps, Place, Step, Stop } from './chain-call.ts';
import { describeExchange } from './describe-exchange.ts';
import { describeGraph } from './describe-graph.ts';
import { isExchange, isFailure, startedAt } from './hop-records.ts';
import { explainApiRefusal } from './refusal-messages.ts';
import { cachedTokenBFacts } from './step-facts.ts';

/**
 * Describes the requests that Original API makes during a call: it gets its client credential,
 * exchanges token A for token B, and calls Downstream API or Microsoft Graph.
 *
 * @param inside The records of the other services during the call, in the order of their start.
 * @param earlier Records from before the call. They show the claims of a cached token B.
 */
export function describeHops(
  inside: readonly HopRecord[],
  earlier: readonly HopRecord[],
): { readonly steps: readonly Step[]; readonly stop: Stop | undefined } {
  const steps: Step[] = [];
  let stop: Stop | undefined;
  let hasTokenB = false;

  for (const record of inside) {
    if (record.hop === 'managed-identity' && record.facts.identity === 'original-api') {
      const hop = describeManagedIdentity(record);
      steps.push(...hop.steps);
      stop = hop.stop ?? stop;
    } else if (record.hop === 'vault' && !isVaultChallenge(record)) {
      const hop = describeVault(record);
      steps.push(...hop.steps);
      stop = hop.stop ?? stop;
    } else if (isExchange(record)) {
      // A successful exchange clears an earlier refusal. So does a successful call below.
      const hop = describeExchange(record, hasTokenB);
      steps.push(...hop.steps);
      stop = hop.stop;
      hasTokenB ||= !isFailure(record);
    } else if (record.hop === 'downstream-api') {
      if (!hasTokenB) steps.push(useCachedTokenB(record, earlier));
      hasTokenB = true;
      const hop = describeDownstream(record, inside);
      steps.push(...hop.steps);
      stop = hop.stop;
    } else if (record.hop === 'graph') {
      if (!hasTokenB) steps.push(useCachedTokenB(record, earlier));
      hasTokenB = true;
      const hop = describeGraph(record);
      steps.push(...hop.steps);
      stop = hop.stop;
    }
  }
  return { steps, stop };
}

function describeManagedIdentity(record: HopRecord): HopSteps {
  if (!isFailure(record))
    return {
      steps: [
        {
          from: 'original',
          to: 'identity',
          cargo: ['credential'],
          outcome: 'passed',
          title: 'Original API authenticates with its managed identity',
          facts: [],
          duration: record.took,
        },
      ],
    };
  const cause = 'The managed identity endpoint returns no token.';
  return {
    steps: [refuse('original', 'identity', cause, record)],
    stop: { where: 'identity', cause, code: 'unavailable' },
  };
}

/** Key Vault's response to a client's first request: a challenge that names the tenant. */
const isVaultChallenge = ({ facts, status }: HopRecord): boolean =>
  facts.identity === undefined && status === 401;

function describeVault(record: HopRecord): HopSteps {
  if (!isFailure(record))
    return {
      steps: [
        {
          from: 'vault',
          to: 'original',
          cargo: ['credential'],
          outcome: 'passed',
          title: 'Key Vault returns the client credential to Original API',
          facts: [],
          duration: record.took,
        },
      ],
    };
  const cause = 'Key Vault does not return the client credential.';
  return {
    steps: [refuse('vault', 'original', cause, record)],
    stop: { where: 'vault', cause, code: 'unavailable' },
  };
}

const refuse = (from: Place, to: Place, cause: string, { took }: HopRecord): Step => ({
  from,
  to,
  cargo: ['refusal'],
  outcome: 'refused',
  title: cause,
  facts: [],
  duration: took,
});

const useCachedTokenB = (record: HopRecord, earlier: readonly HopRecord[]): Step => ({
  from: 'original',
  to: 'original',
  cargo: ['b'],
  outcome: 'cached',
  title: 'Original API uses its cached token B',
  facts: cachedTokenBFacts(earlier, record),
});

function describeDownstream(record: HopRecord, inside: readonly HopRecord[]): HopSteps {
  const failed = isFailure(record);
  const refusal = failed ? explainDownstreamRefusal(record) : undefined;
  const storeFacts = describeStoreRequests(record, inside);
  const decision: Step = refusal
    ? {
        from: 'downstream',
        to: 'downstream',
        cargo: ['refusal'],
        outcome: 'refused',
        title: refusal.cause,
        facts: [String(record.status), ...storeFacts],
      }
    : {
        from: 'downstream',
        to: 'downstream',
        cargo: ['b'],
        outcome: 'passed',
        title: 'Downstream API validates token B itself and checks what the user may do',
        facts: storeFacts,
      };
  return {
    steps: [
      {
        from: 'original',
        to: 'downstream',
        cargo: ['b'],
        outcome: 'passed',
        title: `Original API calls Downstream API with token B: ${withoutPrefix(record.operation)}`,
        facts: [],
      },
      decision,
      {
        from: 'downstream',
        to: 'original',
        cargo: [failed ? 'refusal' : 'response'],
        outcome: failed ? 'refused' : 'passed',
        title: `Downstream API returns ${record.status}`,
        facts: [],
        duration: record.took,
      },
    ],
    ...(refusal && { stop: refusal }),
  };
}

const withoutPrefix = (operation: string): string => operation.replace('downstream/', '');

function explainDownstreamRefusal({ facts, status }: HopRecord): Stop {
  const isClaimsChallenge =
    status === 401 && String(facts.wwwAuthenticate).includes('insufficient_claims');
  if (isClaimsChallenge)
    return {
      where: 'downstream',
      cause: 'Downstream API requires an additional check of the user for this operation.',
      code: 'step_up_required',
    };
  return { where: 'downstream', ...explainApiRefusal(status) };
}

function describeStoreRequests(record: HopRecord, inside: readonly HopRecord[]): readonly string[] {
  const { length: count } = inside.filter(
    ({ hop, at }) => hop === 'tables' && at <= record.at && at >= startedAt(record),
  );
  if (count === 0) return [];
  return [count === 1 ? '1 request to Table storage' : `${count} requests to Table storage`];
}
