import { expect } from '@jest/globals';
import type { CallResponse } from '../support/call.ts';

/** Expects the same status code from all responses, of which there must be some. */
export function expectStatus(responses: readonly CallResponse[], expected: number): void {
  expect(responses.length).toBeGreaterThan(0);
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([expected]));
}
