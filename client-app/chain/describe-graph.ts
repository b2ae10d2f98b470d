import type { HopRecord } from '../policies/emulator-control.ts';
import type { HopSteps, Stop } from './chain-call.ts';
import { isFailure } from './hop-records.ts';
import { explainApiRefusal } from './refusal-messages.ts';

/** Describes Original API's call of Microsoft Graph, which finds people. */
export function describeGraph(record: HopRecord): HopSteps {
  const { facts, operation, status, took } = record;
  const failed = isFailure(record);
  const refusal = failed ? explainGraphRefusal(record) : undefined;
  return {
    steps: [
      {
        from: 'original',
        to: 'graph',
        cargo: ['b'],
        outcome: 'passed',
        title: `Original API calls Microsoft Graph with token B: ${operation}`,
        facts: [],
      },
      {
        from: 'graph',
        to: 'original',
        cargo: [failed ? 'refusal' : 'response'],
        outcome: failed ? 'refused' : 'passed',
        title: `Microsoft Graph returns ${status}`,
        facts: [facts.error].filter((fact) => typeof fact === 'string'),
        duration: took,
      },
    ],
    ...(refusal && { stop: refusal }),
  };
}

function explainGraphRefusal({ facts, status }: HopRecord): Stop {
  if (typeof facts.claims === 'string')
    return {
      where: 'graph',
      cause: 'Microsoft Graph requires a new token, because the user’s sessions were revoked.',
      code: 'sign_in_again',
    };
  if (status === 404)
    return {
      where: 'graph',
      cause: 'Microsoft Graph does not know this person.',
      code: 'not_found',
    };
  return { where: 'graph', ...explainApiRefusal(status) };
}
