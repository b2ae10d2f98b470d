import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Dispatcher, getGlobalDispatcher, MockAgent, setGlobalDispatcher } from 'undici';
import { fetchMetadata } from '../../../../shared/token/metadata.ts';
import { otherTenantId, tenantId } from '../../../support/issuer.ts';

const authority = 'https://login.example';
const good = {
  issuer: `${authority}/${tenantId}/v2.0`,
  jwks_uri: `${authority}/keys`,
  token_endpoint: `${authority}/token`,
};

let originalDispatcher: Dispatcher;
let agent: MockAgent;

beforeEach(() => {
  originalDispatcher = getGlobalDispatcher();
  agent = new MockAgent();
  agent.disableNetConnect();
  setGlobalDispatcher(agent);
});
afterEach(async () => {
  setGlobalDispatcher(originalDispatcher);
  await agent.close();
});

function fetchWith(document: object) {
  agent
    .get(authority)
    .intercept({ path: /openid-configuration/ })
    .reply(200, JSON.stringify(document));
  return fetchMetadata(new URL(authority), tenantId, '2.0');
}

test('valid metadata is accepted', async () => {
  expect((await fetchWith(good)).issuer).toBe(good.issuer);
});

test.each([
  {
    name: 'a token endpoint on another host',
    changes: { token_endpoint: 'https://elsewhere.example/token' },
  },
  { name: 'keys on another host', changes: { jwks_uri: 'https://elsewhere.example/keys' } },
  { name: 'no token endpoint', changes: { token_endpoint: undefined } },
  { name: 'no URL for the keys', changes: { jwks_uri: undefined } },
  {
    name: 'the issuer of another tenant',
    changes: { issuer: `${authority}/${otherTenantId}/v2.0` },
  },
  { name: 'keys over plain http', changes: { jwks_uri: 'http://login.example/keys' } },
])('metadata with $name is rejected', async ({ changes }) => {
  await expect(fetchWith({ ...good, ...changes })).rejects.toMatchObject({
    options: { logContext: { reason: 'not from this authority' } },
  });
});

describe('metadata that has no string as its issuer', () => {
  test.each([
    { name: 'an object', issuer: { toString: 'not a function' } },
    { name: 'an array', issuer: [good.issuer] },
    { name: 'null', issuer: null },
    { name: 'a number', issuer: 7 },
  ])('but $name is reported as a fault of Entra ID, not of the caller', async ({ issuer }) => {
    await expect(fetchWith({ ...good, issuer })).rejects.toMatchObject({
      code: 'unavailable',
      options: { logContext: { check: 'metadata' } },
    });
  });
});
