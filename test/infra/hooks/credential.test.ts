import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type CredentialWork, ensureCredential, rotateCredential } from '../../../infra/hooks/credential.ts';
import { startAzureStandIn } from './azure-stand-in.ts';

let standIn: Awaited<ReturnType<typeof startAzureStandIn>>;
let said: string[];
let work: CredentialWork;

beforeEach(async () => {
  standIn = await startAzureStandIn();
  said = [];
  work = {
    azure: standIn.azure,
    clock: standIn.clock,
    say: (line) => said.push(line),
    vaultId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v',
    name: 'zero-trust-original-api',
    appId: 'original',
  };
});
afterEach(() => standIn.close());

const names = () => standIn.state.keyCredentials.map(({ displayName }) => displayName);

test('makes the certificate, adds its public half to the registration, and keeps no role', async () => {
  await ensureCredential(work);
  expect(names()).toEqual(['zero-trust-original-api v1']);
  expect(standIn.state.keyCredentials[0]).toMatchObject({
    type: 'AsymmetricX509Cert',
    usage: 'Verify',
    key: standIn.state.versions[0]?.cer,
  });
  expect([...standIn.state.roles]).toEqual([]);
  expect(said.join('\n')).toContain('good for 365 more days');
});

test('does nothing more the second time', async () => {
  await ensureCredential(work);
  await ensureCredential(work);
  expect(standIn.state.versions).toHaveLength(1);
  expect(names()).toEqual(['zero-trust-original-api v1']);
  expect(standIn.state.requests.filter((request) => /^(POST|PATCH)/.test(request))).toHaveLength(2);
});

test('waits while the role on the vault spreads', async () => {
  standIn.state.refusals = 3;
  await ensureCredential(work);
  expect(standIn.clock.slept).toEqual([5_000, 5_000, 5_000]);
  expect(names()).toHaveLength(1);
});

test('gives up after 10 minutes, says what to do, and leaves no role behind', async () => {
  standIn.state.refusals = 1_000;
  await expect(ensureCredential(work)).rejects.toThrow('Run the command again');
  expect([...standIn.state.roles]).toEqual([]);
});

test('mends a registration that does not know the newest version', async () => {
  await ensureCredential(work);
  standIn.state.keyCredentials = [];
  await ensureCredential(work);
  expect(names()).toEqual(['zero-trust-original-api v1']);
});

test('leaves other people’s certificates on the registration', async () => {
  const other = { displayName: 'somebody else’s', key: 'abc', keyId: '1' };
  standIn.state.keyCredentials = [other];
  await ensureCredential(work);
  await rotateCredential(work);
  expect(standIn.state.keyCredentials).toContainEqual(other);
});

test('rotation adds the new version before it removes the old, with time between the two', async () => {
  await ensureCredential(work);
  const before = standIn.state.requests.length;
  await rotateCredential(work);
  expect(names()).toEqual(['zero-trust-original-api v2']);
  const changes = standIn.state.requests.slice(before).filter((request) => /^(POST|PATCH)/.test(request));
  expect(changes.map((request) => request.split(' ')[0])).toEqual(['POST', 'PATCH', 'PATCH']);
  expect(standIn.clock.slept).toContain(120_000);
});

test('a role that one had before is left alone', async () => {
  await ensureCredential(work);
  const [put = ''] = standIn.state.requests.filter((request) => request.startsWith('PUT'));
  standIn.state.roles.add(put.slice('PUT '.length));
  await ensureCredential(work);
  expect(standIn.state.roles.size).toBe(1);
});

test('a refusal by Graph names the cause and the fix', async () => {
  const azure = {
    ...work.azure,
    send: async (...[resource, ...rest]: Parameters<typeof work.azure.send>) =>
      resource === 'graph'
        ? { status: 403, body: { error: { code: 'Authorization_RequestDenied', message: 'no' } } }
        : work.azure.send(resource, ...rest),
  };
  await expect(ensureCredential({ ...work, azure })).rejects.toThrow(
    /registration failed: 403 Authorization_RequestDenied no\nYou need to own the registration/,
  );
});
