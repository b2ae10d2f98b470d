import { describe, expect, test } from '@jest/globals';
import { federatedCredential } from '../../../../shared/obo/federated-credential.ts';
import { until } from '../../../support/until.ts';

const minute = 60_000;

/** Creates a credential of a managed identity whose tokens expire after an hour. */
async function setUp() {
  let now = 0;
  let requests = 0;
  const identity = {
    async getToken() {
      requests += 1;
      return { token: `token ${requests}`, expiresOnTimestamp: now + 60 * minute };
    },
  };
  const source = federatedCredential({ identity, now: () => now });
  const { clientAssertion } = (await source.current()).options();
  return {
    getAssertion: clientAssertion as () => Promise<string>,
    countRequests: () => requests,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe('the client assertion of a federated credential', () => {
  test('is the token of the managed identity', async () => {
    const { getAssertion } = await setUp();
    expect(await getAssertion()).toBe('token 1');
  });

  test('is requested once for 50 concurrent callers', async () => {
    const { getAssertion, countRequests } = await setUp();
    await Promise.all(Array.from({ length: 50 }, getAssertion));
    expect(countRequests()).toBe(1);
  });

  test('is cached until five minutes before it expires', async () => {
    const { getAssertion, countRequests, pass } = await setUp();
    await getAssertion();
    pass(54 * minute);
    expect(await getAssertion()).toBe('token 1');
    expect(countRequests()).toBe(1);
  });

  test('is refreshed in the background in the last five minutes', async () => {
    const { getAssertion, pass } = await setUp();
    await getAssertion();
    pass(56 * minute);
    expect(await getAssertion()).toBe('token 1');
    await until('the refresh', async () => (await getAssertion()) === 'token 2');
  });

  test('is requested again when it has expired', async () => {
    const { getAssertion, pass } = await setUp();
    await getAssertion();
    pass(60 * minute);
    expect(await getAssertion()).toBe('token 2');
  });

  test('fails with unavailable if the managed identity returns no token', async () => {
    const source = federatedCredential({ identity: { getToken: async () => null } });
    const { clientAssertion } = (await source.current()).options();
    const getAssertion = clientAssertion as () => Promise<string>;
    await expect(getAssertion()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
