import type { HopRecord } from '../../../../client-app/policies/emulator-control.ts';

/** The correlation id of the records that `createRecord` makes. */
export const correlationId = 'call-1';

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The start and the end of a record, in milliseconds since 1970. */
export type Interval = readonly [start: number, end: number];

/** Creates a record of a request that `hop` handled during the interval. */
export function createRecord(
  hop: HopRecord['hop'],
  operation: string,
  status: number,
  [start, end]: Interval,
  changes: Partial<HopRecord> = {},
): HopRecord {
  return {
    sequence: start,
    hop,
    operation,
    status,
    at: end,
    took: end - start,
    correlationId,
    facts: {},
    ...changes,
  };
}

/** The same for a service that receives no correlation id. */
export function createUncorrelatedRecord(
  hop: HopRecord['hop'],
  operation: string,
  status: number,
  interval: Interval,
  facts: HopRecord['facts'] = {},
): HopRecord {
  const { correlationId: _, ...record } = createRecord(hop, operation, status, interval, { facts });
  return record;
}

/** Creates the record of an On-Behalf-Of exchange at Entra's token endpoint. */
export const createExchange = (
  status: number,
  interval: Interval,
  facts: HopRecord['facts'] = {},
  changes: Partial<HopRecord> = {},
): HopRecord =>
  createRecord('entra', 'token', status, interval, {
    facts: { grant: exchangeGrant, ...facts },
    ...changes,
  });

/** The facts of Entra's refusal when Conditional Access requires MFA. */
export const stepUpFacts: HopRecord['facts'] = {
  aadsts: 50076,
  error: 'interaction_required',
  suberror: 'basic_action',
  claims: '{"access_token":{}}',
};
