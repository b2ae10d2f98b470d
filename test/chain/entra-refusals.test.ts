import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type CallResponse, call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { listTokenRequests } from './records.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, 120_000);
afterAll(() => stack?.stop());

const listDocuments = (token: string) => call(`${stack.urls.originalApi}/documents`, { token });

describe.each([
  { policy: 'mfa', value: 'on', status: 401, code: 'step_up_required' },
  { policy: 'block-location', value: 'on', status: 403, code: 'blocked' },
  { policy: 'consent', value: 'withdrawn', status: 403, code: 'consent_required' },
  { policy: 'admin-consent', value: 'required', status: 403, code: 'admin_consent_required' },
  { policy: 'disable-user', value: 'on', status: 403, code: 'account_disabled' },
  { policy: 'unassign-user', value: 'on', status: 403, code: 'not_assigned' },
  { policy: 'revoke-sessions', value: 'now', status: 401, code: 'sign_in_again' },
  { policy: 'fault', value: 'token=429:1', status: 503, code: 'unavailable' },
  { policy: 'fault', value: 'token=503:1', status: 503, code: 'unavailable' },
  { policy: 'fault', value: 'token=garbage', status: 502, code: 'bad_gateway' },
  { policy: 'fault', value: 'token=cut', status: 503, code: 'unavailable' },
])('under the policy $policy=$value', ({ policy, value, status, code }) => {
  let tokenWithCachedB: string;
  let response: CallResponse;
  beforeEach(async () => {
    await stack.resetPolicies();
    tokenWithCachedB = await stack.token('alice');
    const newToken = await stack.token('alice');
    await until('the chain to work without the policy', async () => {
      return (await listDocuments(tokenWithCachedB)).status === 200;
    });
    await stack.policy(policy, value);
    await stack.clearRecords();
    response = await listDocuments(newToken);
  });

  test(`a new token gets ${status} ${code} after one token request`, async () => {
    expect(response).toMatchObject({ status, json: { code } });
    expect(await listTokenRequests(stack)).toHaveLength(1);
  });

  test('the response reveals no text of Entra and no name', () => {
    expect(response.text).not.toMatch(/AADSTS|Trace ID|alice|contoso/);
  });

  test('a token whose token B is cached still works', async () => {
    expect((await listDocuments(tokenWithCachedB)).status).toBe(200);
  });

  test('the chain recovers after the policy is reset', async () => {
    await stack.resetPolicies();
    const token = await stack.token('alice');
    await until('the chain to recover', async () => (await listDocuments(token)).status === 200);
  });

  if (status === 503) {
    test('the response has Retry-After', () => {
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    });
  }

  if (code === 'consent_required') {
    test('the header names the scope and the action, as Microsoft.Identity.Web does', () => {
      const parameters = [
        'consentUri="[^"]+"',
        'scopes="api://[0-9a-f-]+/Documents.Read"',
        'proposedAction="consent"',
      ];
      expect(response.headers.get('www-authenticate')).toMatch(
        new RegExp(`^Bearer ${parameters.join(', ')}$`),
      );
    });
  }
});
