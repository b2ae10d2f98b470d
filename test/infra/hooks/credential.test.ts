import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  type CredentialContext,
  ensureCredential,
  removeCredential,
  rotateCredential,
} from '../../../infra/hooks/credential.ts';
import { type FakeAzure, startFakeAzure } from './fake-azure.ts';

let fake: FakeAzure;
let lines: string[];
let context: CredentialContext;

beforeEach(async () => {
  fake = await startFakeAzure();
  lines = [];
  context = {
    azure: fake.azure,
    clock: fake.clock,
    log: (line) => lines.push(line),
    vaultId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v',
    name: 'zero-trust-original-api',
    appId: 'original',
  };
});

afterEach(() => fake.close());

const displayNames = () => fake.state.keyCredentials.map(({ displayName }) => displayName);
const changes = () => fake.state.requests.filter((request) => /^(POST|PATCH)/.test(request));
const roles = () => [...fake.state.roles];

test('creates a certificate and adds its public half to the registration', async () => {
  await ensureCredential(context);
  expect(displayNames()).toEqual(['v/zero-trust-original-api v1']);
  expect(fake.state.keyCredentials[0]).toMatchObject({
    type: 'AsymmetricX509Cert',
    usage: 'Verify',
    key: fake.state.versions[0]?.cer,
  });
});

test('removes its role on the vault at the end', async () => {
  await ensureCredential(context);
  expect(roles()).toEqual([]);
});

test('logs how long the certificate is valid', async () => {
  await ensureCredential(context);
  expect(lines).toContain('The certificate expires in 365 days.');
});

test('changes nothing in a second run', async () => {
  await ensureCredential(context);
  const firstChanges = changes();
  await ensureCredential(context);
  expect(firstChanges).toHaveLength(2);
  expect(changes()).toEqual(firstChanges);
  expect(fake.state.versions).toHaveLength(1);
  expect(displayNames()).toEqual(['v/zero-trust-original-api v1']);
});

test('waits until the vault applies the role', async () => {
  fake.state.vaultRejections = 3;
  await ensureCredential(context);
  expect(fake.clock.slept).toEqual([5_000, 5_000, 5_000]);
  expect(displayNames()).toHaveLength(1);
});

test('fails and removes the role if the vault does not apply it within 10 minutes', async () => {
  fake.state.vaultRejections = 1_000;
  const start = fake.clock.now();
  await expect(ensureCredential(context)).rejects.toThrow('Run the command again');
  expect(fake.clock.now() - start).toBe(600_000);
  expect(roles()).toEqual([]);
});

test('adds the newest version to a registration that does not have it', async () => {
  await ensureCredential(context);
  fake.state.keyCredentials = [];
  await ensureCredential(context);
  expect(displayNames()).toEqual(['v/zero-trust-original-api v1']);
});

test('leaves certificates of other users and other vaults on the registration', async () => {
  const others = [
    { displayName: 'somebody else’s', key: 'abc', keyId: '1' },
    { displayName: 'kv-other/zero-trust-original-api v1', key: 'def', keyId: '2' },
  ];
  fake.state.keyCredentials = [...others];
  await ensureCredential(context);
  await rotateCredential(context);
  expect(fake.state.keyCredentials).toEqual(expect.arrayContaining(others));
});

test('a rotation leaves only the new version on the registration', async () => {
  await ensureCredential(context);
  await rotateCredential(context);
  expect(displayNames()).toEqual(['v/zero-trust-original-api v2']);
});

test('a rotation adds the new version, waits, and then removes the old one', async () => {
  await ensureCredential(context);
  const previousChanges = changes().length;
  await rotateCredential(context);
  const methods = changes()
    .slice(previousChanges)
    .map((request) => request.split(' ')[0]);
  expect(methods).toEqual(['POST', 'PATCH', 'PATCH']);
  expect(fake.clock.slept).toContain(120_000);
});

test('uses a role that the user already has, and does not remove it', async () => {
  fake.state.hasRole = true;
  await ensureCredential(context);
  expect(displayNames()).toHaveLength(1);
  expect(roles()).toEqual([]);
});

test('removes a role that an interrupted run left behind', async () => {
  await ensureCredential(context);
  const put = fake.state.requests.find((request) => request.startsWith('PUT ')) ?? '';
  fake.state.roles.add(put.slice('PUT '.length));
  await ensureCredential(context);
  expect(roles()).toEqual([]);
});

test('recognizes its certificate on the registration under another name', async () => {
  await ensureCredential(context);
  fake.state.keyCredentials = [
    { displayName: 'by the administrator', key: fake.state.versions[0]?.cer },
  ];
  await ensureCredential(context);
  expect(displayNames()).toEqual(['by the administrator']);
});

test('the secretless mode removes only our certificate from the registration', async () => {
  const other = { displayName: 'somebody else’s', key: 'abc', keyId: '1' };
  fake.state.keyCredentials = [other];
  await ensureCredential(context);
  await removeCredential(context);
  await removeCredential(context);
  expect(fake.state.keyCredentials).toEqual([other]);
  expect(lines.filter((line) => line.startsWith('Removed 1 certificate'))).toHaveLength(1);
});

test('the secretless mode accepts a registration that it may not read, and logs that', async () => {
  fake.state.graphForbids = true;
  await removeCredential(context);
  expect(lines.join('\n')).toContain(
    'Could not check the registration for an earlier certificate. Reading Original API',
  );
});

test('an error of Graph names the cause and the fix', async () => {
  fake.state.graphForbids = true;
  await expect(ensureCredential(context)).rejects.toThrow(
    /registration failed: 403 Authorization_RequestDenied no\nYou must own the registration/,
  );
});
