import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { requestTokenB } from './apis.ts';
import { tenant } from './tenant.ts';

let stack: Stack;
beforeAll(async () => {
  const apps = structuredClone(tenant.apps);
  apps['original-api'].requestedAccessTokenVersion = 1;
  apps['downstream-api'].requestedAccessTokenVersion = 1;
  stack = await startStack({ directory: { ...tenant, apps } });
}, 120_000);
afterAll(() => stack?.stop());

test('the journey shows the claims of version 1.0 at both APIs', async () => {
  const token = await stack.token('alice');
  const { status, json } = await call(`${stack.urls.originalApi}/journey`, { token });
  expect(status).toBe(200);
  expect(json.original.claims).toMatchObject({
    ver: '1.0',
    aud: `api://${tenant.apps['original-api'].appId}`,
    appid: tenant.apps['client-app'].appId,
  });
  expect(json.downstream.claims).toMatchObject({
    ver: '1.0',
    appid: tenant.apps['original-api'].appId,
    appidacr: '2',
  });
});

test('Original API returns 401 for token B', async () => {
  const token = await requestTokenB(stack, 'alice');
  expect((await call(`${stack.urls.originalApi}/journey`, { token })).status).toBe(401);
});
