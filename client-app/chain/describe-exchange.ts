import type { HopRecord } from '../policies/emulator-control.ts';
import { type HopSteps, placeNames, type Step } from './chain-call.ts';
import { isFailure } from './hop-records.ts';
import { explainEntraRefusal } from './refusal-messages.ts';
import { refusalFacts, scopeFacts, tokenFacts } from './step-facts.ts';

/** The client id of Microsoft Graph in every tenant. */
const graphAppId = '00000003-0000-0000-c000-000000000000';

/**
 * Describes Original API's On-Behalf-Of exchange: the request, Entra's checks and the response.
 *
 * @param again Whether this call exchanged token A before, and its token B was challenged.
 */
export function describeExchange(record: HopRecord, again: boolean): HopSteps {
  const resource = nameResource(record);
  const request: Step = {
    from: 'original',
    to: 'entra',
    cargo: ['a', 'credential'],
    outcome: 'passed',
    title: again
      ? `Original API exchanges token A again, with the claims that ${resource} requires`
      : 'Original API sends token A and its client credential to Entra, to exchange A for B',
    facts: scopeFacts(record),
  };
  if (isFailure(record)) return describeRefusedExchange(record, request);
  return {
    steps: [
      request,
      {
        from: 'entra',
        to: 'entra',
        cargo: ['a'],
        outcome: 'passed',
        title: 'Entra checks token A, the client credential, consent and Conditional Access',
        facts: [],
      },
      {
        from: 'entra',
        to: 'original',
        cargo: ['b'],
        outcome: 'passed',
        title: `Entra issues token B for ${resource}`,
        facts: tokenFacts(record.facts.token),
        duration: record.took,
      },
    ],
  };
}

const nameResource = ({ facts }: HopRecord): string =>
  facts.resource === graphAppId ? placeNames.graph : placeNames.downstream;

function describeRefusedExchange(record: HopRecord, request: Step): HopSteps {
  const { facts, status, took } = record;
  const aadsts = typeof facts.aadsts === 'number' ? facts.aadsts : undefined;
  const { cause, code } = explainEntraRefusal(aadsts, status);
  return {
    steps: [
      request,
      {
        from: 'entra',
        to: 'entra',
        cargo: ['refusal'],
        outcome: 'refused',
        title: `Entra refuses: ${cause}`,
        facts: [...tokenFacts(facts.token), ...refusalFacts(record)],
        duration: took,
      },
      {
        from: 'entra',
        to: 'original',
        cargo: ['refusal'],
        outcome: 'refused',
        title: facts.claims
          ? 'Entra returns the refusal and the claims that a new token must have'
          : 'Entra returns the refusal to Original API',
        facts: [],
      },
    ],
    stop: {
      where: 'entra',
      cause,
      code,
      ...(aadsts !== undefined && { aadsts }),
      ...(typeof facts.error === 'string' && { error: facts.error }),
    },
  };
}
