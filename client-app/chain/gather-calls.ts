import type { HopRecord } from '../policies/emulator-control.ts';
import type { ChainCall } from './chain-call.ts';
import { describeSteps } from './describe-steps.ts';
import { isDuring, startedAt } from './hop-records.ts';

/**
 * Builds the chain's calls from the emulators' records, newest call first. The records of one call
 * share a correlation id. Some services receive no correlation id: their records belong to the call
 * during which they were made. Preflights and health checks are left out, and so are records that
 * belong to no call.
 */
export function gatherCalls(records: readonly HopRecord[]): readonly ChainCall[] {
  const relevant = records.filter(
    ({ operation }) => !operation.startsWith('OPTIONS') && !operation.endsWith('health'),
  );
  const correlated = relevant.filter(({ correlationId }) => correlationId !== undefined);
  const byId = Map.groupBy(correlated, ({ correlationId }) => correlationId ?? '');
  const calls: ChainCall[] = [];
  for (const [id, recordsOfId] of byId) {
    const request = recordsOfId.find(({ hop }) => hop === 'original-api');
    if (request) calls.push(gatherCall(id, request, recordsOfId, relevant));
  }
  return calls.sort((one, other) => other.startedAt - one.startedAt);
}

/**
 * @param request Original API's record of the call.
 * @param correlated The records with the call's correlation id.
 * @param relevant All records, to find those without a correlation id and those before the call.
 */
function gatherCall(
  id: string,
  request: HopRecord,
  correlated: readonly HopRecord[],
  relevant: readonly HopRecord[],
): ChainCall {
  const uncorrelated = relevant.filter(
    (record) => record.correlationId === undefined && isDuring(record, request),
  );
  const ofThisCall = [...correlated, ...uncorrelated].sort(
    (one, other) => startedAt(one) - startedAt(other) || one.sequence - other.sequence,
  );
  const earlier = relevant.filter(({ at }) => at < startedAt(request));
  return {
    id,
    operation: request.operation,
    startedAt: startedAt(request),
    duration: request.took,
    status: request.status,
    requestCount: ofThisCall.length - 1,
    ...describeSteps(request, ofThisCall, earlier),
  };
}
