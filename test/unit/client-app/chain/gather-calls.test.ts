import { expect, test } from '@jest/globals';
import { gatherCalls } from '../../../../client-app/chain/gather-calls.ts';
import { createExchange, createRecord, createUncorrelatedRecord } from './create-record.ts';

test('describes a call by its correlation id, operation, status and times', () => {
  const [call] = gatherCalls([createRecord('original-api', 'GET documents', 200, [10, 30])]);
  expect(call).toMatchObject({
    id: 'call-1',
    operation: 'GET documents',
    status: 200,
    startedAt: 10,
    duration: 20,
  });
});

test('counts the requests to other services, with and without a correlation id', () => {
  const [call] = gatherCalls([
    createUncorrelatedRecord('vault', 'secrets', 200, [11, 12]),
    createExchange(200, [13, 14]),
    createRecord('downstream-api', 'GET downstream/documents', 200, [15, 25]),
    createUncorrelatedRecord('tables', 'GET documents', 200, [16, 17]),
    createRecord('original-api', 'GET documents', 200, [10, 30]),
  ]);
  expect(call?.requestCount).toBe(4);
});

test('leaves out uncorrelated records from outside of the call', () => {
  const [call] = gatherCalls([
    createUncorrelatedRecord('vault', 'secrets', 200, [1, 2]),
    createRecord('original-api', 'GET documents', 200, [10, 30]),
    createUncorrelatedRecord('vault', 'secrets', 200, [40, 41]),
  ]);
  expect(call?.requestCount).toBe(0);
});

test('leaves out preflights and health checks', () => {
  const calls = gatherCalls([
    createRecord('original-api', 'OPTIONS documents', 204, [1, 2]),
    createRecord('original-api', 'GET health', 200, [1, 2], { correlationId: 'health' }),
  ]);
  expect(calls).toEqual([]);
});

test('leaves out records that belong to no call of Original API', () => {
  const calls = gatherCalls([
    createUncorrelatedRecord('entra', 'metadata', 200, [1, 2]),
    createRecord('entra', 'token', 200, [1, 2], { correlationId: 'sign-in' }),
  ]);
  expect(calls).toEqual([]);
});

test('returns the newest call first', () => {
  const calls = gatherCalls([
    createRecord('original-api', 'GET documents', 200, [3, 4], { correlationId: 'old' }),
    createRecord('original-api', 'GET journey', 200, [5, 6], { correlationId: 'new' }),
  ]);
  expect(calls.map(({ id }) => id)).toEqual(['new', 'old']);
});
