import type { HopRecord } from '../policies/emulator-control.ts';

/**
 * Milliseconds. `at` and `took` are rounded separately, so a record can seem to start just before
 * the one that it belongs to.
 */
const roundingError = 1;

const onBehalfOfGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** When the hop received the request, in milliseconds since 1970. */
export const startedAt = ({ at, took }: HopRecord): number => at - took;

/** Whether a request started and ended during another request. */
export const isDuring = (record: HopRecord, outer: HopRecord): boolean =>
  startedAt(record) >= startedAt(outer) - roundingError && record.at <= outer.at + roundingError;

/** Whether the response has an HTTP status of 400 or higher. */
export const isFailure = ({ status }: HopRecord): boolean => status >= 400;

/** Whether Original API exchanged token A at Entra's token endpoint. */
export const isExchange = ({ facts }: HopRecord): boolean => facts.grant === onBehalfOfGrant;

/** Whether the Client App requested token A at Entra's token endpoint. */
export const isTokenARequest = (record: HopRecord): boolean =>
  record.hop === 'entra' && record.facts.grant !== undefined && !isExchange(record);
