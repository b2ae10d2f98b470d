import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { until } from '../../../support/until.ts';
import { hour, minute, second, secretOf, setUpVault } from './vault-setup.ts';

describe('a vault credential', () => {
  test('is read once for 50 concurrent callers', async () => {
    const { source, countReads } = await setUpVault();
    await Promise.all(Array.from({ length: 50 }, () => source.current()));
    expect(countReads()).toBe(1);
  });

  test('is cached', async () => {
    const { source, countReads } = await setUpVault();
    await source.current();
    await source.current();
    expect(countReads()).toBe(1);
  });

  test('has the secret as its option for MSAL', async () => {
    const { source } = await setUpVault();
    expect((await source.current()).options()).toEqual({ clientSecret: 'secret 1' });
  });

  test('does not print the secret', async () => {
    const { source } = await setUpVault();
    const printed = inspect(await source.current(), { depth: 9, showHidden: true });
    expect(printed).not.toContain('secret 1');
  });

  test('is read again in the background after four hours', async () => {
    const { source, storeSecret, waitForVersion, pass } = await setUpVault();
    await source.current();
    storeSecret('2');
    pass(4 * hour + 1);
    expect((await source.current()).version).toBe('1');
    await waitForVersion('2');
  });

  test('stays in use if a read in the background fails', async () => {
    const { source, failWith, countReads, pass } = await setUpVault();
    await source.current();
    failWith(500);
    pass(4 * hour + 1);
    await source.current();
    await until('a read that fails', () => countReads() > 1);
    expect((await source.current()).version).toBe('1');
  });
});

describe('in the last hour before it expires, a vault credential', () => {
  /** Reads a secret that expires in two hours. */
  async function setUpExpiringSecret() {
    const vault = await setUpVault();
    vault.storeSecret('1', { expiresAt: 2 * hour });
    await vault.source.current();
    return vault;
  }

  test('is read again in the background', async () => {
    const { storeSecret, waitForVersion, pass } = await setUpExpiringSecret();
    storeSecret('2', { expiresAt: 2 * hour });
    pass(hour + 1);
    await waitForVersion('2');
  });

  test('is not read again before that hour', async () => {
    const { source, countReads, pass } = await setUpExpiringSecret();
    pass(hour - 1);
    await source.current();
    expect(countReads()).toBe(1);
  });

  test('is read at most once a minute', async () => {
    const { source, storeSecret, waitForVersion, countReads, pass } = await setUpExpiringSecret();
    storeSecret('2', { expiresAt: 2 * hour });
    pass(hour + 1);
    await waitForVersion('2');
    for (let repetition = 0; repetition < 20; repetition += 1) {
      await source.current();
      // Gives an unwanted read the time to arrive.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await source.renew('1');
    expect(countReads()).toBe(2);
    pass(minute + 1);
    await source.current();
    await until('the next read', () => countReads() === 3);
  });
});

describe('after Entra refused it, a vault credential', () => {
  test('is read once for 20 concurrent callers', async () => {
    const { source, storeSecret, countReads } = await setUpVault();
    await source.current();
    storeSecret('2');
    const renewed = await Promise.all(Array.from({ length: 20 }, () => source.renew('1')));
    expect(renewed.map(secretOf)).toEqual(Array.from({ length: 20 }, () => 'secret 2'));
    expect(countReads()).toBe(2);
  });

  test('is not read again if it was renewed in the meantime', async () => {
    const { source, storeSecret, countReads } = await setUpVault();
    await source.current();
    storeSecret('2');
    expect((await source.renew('1'))?.version).toBe('2');
    expect((await source.renew('1'))?.version).toBe('2');
    expect(countReads()).toBe(2);
  });

  test('is not read again within a minute', async () => {
    const { source, storeSecret, countReads, pass } = await setUpVault();
    await source.current();
    storeSecret('2');
    await source.renew('1');
    pass(minute - 1);
    expect(await source.renew('2')).toBeUndefined();
    expect(countReads()).toBe(2);
  });

  test('is read again after a minute', async () => {
    const { source, storeSecret, countReads, pass } = await setUpVault();
    await source.current();
    storeSecret('2');
    await source.renew('1');
    pass(minute);
    expect(await source.renew('2')).toBeUndefined();
    expect(countReads()).toBe(3);
    storeSecret('3');
    pass(minute);
    expect(secretOf(await source.renew('2'))).toBe('secret 3');
  });

  test('is read again if the clock was set back', async () => {
    const { source, storeSecret, pass } = await setUpVault();
    pass(2 * hour);
    await source.current();
    expect(await source.renew('1')).toBeUndefined();
    storeSecret('2');
    pass(-hour);
    expect(secretOf(await source.renew('1'))).toBe('secret 2');
  });
});

describe('a newer version that Entra does not know yet', () => {
  test('is replaced by the previous one', async () => {
    const { source, storeSecret, waitForVersion, pass } = await setUpVault();
    await source.current();
    storeSecret('2');
    pass(4 * hour + 1);
    await waitForVersion('2');
    const renewed = await Promise.all([1, 2, 3].map(() => source.renew('2')));
    expect(renewed.map(secretOf)).toEqual(['secret 1', 'secret 1', 'secret 1']);
    expect(secretOf(await source.current())).toBe('secret 1');
  });

  test('is replaced by the last known one if it is the second in a row', async () => {
    const { source, storeSecret, waitForVersion, pass } = await setUpVault();
    await source.current();
    for (const version of ['2', '3']) {
      storeSecret(version);
      pass(4 * hour + 1);
      await waitForVersion(version);
      expect((await source.renew(version))?.version).toBe('1');
      expect((await source.current()).version).toBe('1');
    }
  });
});

describe('a failed read of the vault', () => {
  const failure = (reason: string) => ({
    code: 'unavailable',
    options: { logContext: { check: 'credential', reason } },
  });

  test('is repeated at once if the connection breaks', async () => {
    const { source, breakConnections, countReads } = await setUpVault();
    breakConnections();
    await expect(source.current()).rejects.toMatchObject({ code: 'unavailable' });
    expect(countReads()).toBe(2);
  });

  test('is repeated at once if the status is 503', async () => {
    const { source, failWith, countReads } = await setUpVault();
    failWith(503);
    await expect(source.current()).rejects.toMatchObject(failure('503'));
    expect(countReads()).toBe(2);
  });

  test('is not repeated within a second after that', async () => {
    const { source, failWith, countReads, pass } = await setUpVault();
    failWith(503);
    await expect(source.current()).rejects.toMatchObject(failure('503'));
    pass(second - 1);
    await expect(source.current()).rejects.toMatchObject(failure('503'));
    expect(countReads()).toBe(2);
  });

  test('succeeds after a second if the vault has recovered', async () => {
    const { source, failWith, storeSecret, pass } = await setUpVault();
    failWith(503);
    await expect(source.current()).rejects.toMatchObject(failure('503'));
    storeSecret('1');
    pass(second);
    expect((await source.current()).version).toBe('1');
  });

  test('is not repeated before the time in Retry-After has passed', async () => {
    const { source, failWith, storeSecret, countReads, pass } = await setUpVault();
    failWith(503, { 'retry-after': '20' });
    await expect(source.current()).rejects.toMatchObject({ options: { retryAfter: 20 } });
    storeSecret('1');
    pass(20 * second - 1);
    await expect(source.current()).rejects.toMatchObject({ code: 'unavailable' });
    expect(countReads()).toBe(1);
    pass(1);
    expect((await source.current()).version).toBe('1');
  });

  test('shows its status and nothing else of the response', async () => {
    const { source, failWith } = await setUpVault();
    failWith(403);
    const apiError = await source.current().catch((error: unknown) => error);
    expect(apiError).toMatchObject(failure('403'));
    expect(inspect(apiError)).not.toContain('canary');
  });

  test('is reported if the secret is empty', async () => {
    const { source, storeSecret } = await setUpVault();
    storeSecret('1', { value: '' });
    await expect(source.current()).rejects.toMatchObject(failure('the secret is empty'));
  });
});
