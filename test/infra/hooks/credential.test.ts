import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  type CredentialWork,
  ensureCredential,
  forgetCredential,
  rotateCredential,
} from '../../../infra/hooks/credential.ts';
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
  expect(names()).toEqual(['v/zero-trust-original-api v1']);
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
  expect(names()).toEqual(['v/zero-trust-original-api v1']);
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
  expect(names()).toEqual(['v/zero-trust-original-api v1']);
});

test('leaves other people’s certificates on the registration, and those of another deployment’s vault', async () => {
  const others = [
    { displayName: 'somebody else’s', key: 'abc', keyId: '1' },
    { displayName: 'kv-other/zero-trust-original-api v1', key: 'def', keyId: '2' },
  ];
  standIn.state.keyCredentials = [...others];
  await ensureCredential(work);
  await rotateCredential(work);
  expect(standIn.state.keyCredentials).toEqual(expect.arrayContaining(others));
});

test('rotation adds the new version before it removes the old, with time between the two', async () => {
  await ensureCredential(work);
  const before = standIn.state.requests.length;
  await rotateCredential(work);
  expect(names()).toEqual(['v/zero-trust-original-api v2']);
  const changes = standIn.state.requests
    .slice(before)
    .filter((request) => /^(POST|PATCH)/.test(request));
  expect(changes.map((request) => request.split(' ')[0])).toEqual(['POST', 'PATCH', 'PATCH']);
  expect(standIn.clock.slept).toContain(120_000);
});

test('a role that one had before is used and left alone', async () => {
  standIn.state.given = true;
  await ensureCredential(work);
  expect(names()).toHaveLength(1);
  expect([...standIn.state.roles]).toEqual([]);
});

test('a role that an interrupted run left behind goes at the end of the next', async () => {
  await ensureCredential(work);
  const [put = ''] = standIn.state.requests.filter((request) => request.startsWith('PUT'));
  standIn.state.roles.add(put.slice('PUT '.length));
  await ensureCredential(work);
  expect([...standIn.state.roles]).toEqual([]);
});

test('a certificate that somebody else put on the registration under another name is known', async () => {
  await ensureCredential(work);
  standIn.state.keyCredentials = [
    { displayName: 'by the administrator', key: standIn.state.versions[0]?.cer },
  ];
  await ensureCredential(work);
  expect(names()).toEqual(['by the administrator']);
});

test('secretless, the certificate of an earlier mode leaves the registration, and nothing else does', async () => {
  const other = { displayName: 'somebody else’s', key: 'abc', keyId: '1' };
  standIn.state.keyCredentials = [other];
  await ensureCredential(work);
  await forgetCredential(work);
  await forgetCredential(work);
  expect(standIn.state.keyCredentials).toEqual([other]);
  expect(said.filter((line) => line.startsWith('Removed 1 certificate'))).toHaveLength(1);
});

test('secretless, a registration that may not be looked at is no failure', async () => {
  standIn.state.forbidden = true;
  await forgetCredential(work);
  expect(said.join('\n')).toContain('could not be seen. Reading Original API');
});

test('a refusal by Graph names the cause and the fix', async () => {
  standIn.state.forbidden = true;
  await expect(ensureCredential(work)).rejects.toThrow(
    /registration failed: 403 Authorization_RequestDenied no\nYou need to own the registration/,
  );
});
