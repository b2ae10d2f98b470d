import type { TokenCredential } from '@azure/identity';
import { type KeyVaultSecret, SecretClient } from '@azure/keyvault-secrets';
import type { Configuration } from '@azure/msal-node';
import { createRefreshingCache, createTokenCache, cooldownOf } from '../refreshing-cache.ts';
import { addressOf } from '../http/azure-client.ts';
import { isLoopback } from '../loopback.ts';
import { readCertificate } from './certificate.ts';
import { isPassing, readVaultFailure, unavailable } from './vault-failure.ts';

type Proof = Pick<Configuration['auth'], 'clientCertificate' | 'clientSecret' | 'clientAssertion'>;

/**
 * What Original proves itself with at Entra, until a time in milliseconds since 1970 where that is known. Its version changes when it does;
 * its options for MSAL are a function, so that printing the credential prints nothing of it.
 */
export type ClientCredential = {
  readonly version: string;
  readonly notAfter?: number | undefined;
  readonly options: () => Proof;
};

export interface CredentialSource {
  /** @throws ApiError `unavailable` */
  current(): Promise<ClientCredential>;
  /**
   * What to try after Entra refused that version: a newer one from the vault, which is read again at most once a minute, or the one before,
   * where the vault already holds a version that Entra does not know yet. `undefined` where there is neither. @throws ApiError `unavailable`
   */
  renew(refused: string): Promise<ClientCredential | undefined>;
}

type Kind = 'key-vault-certificate' | 'key-vault-secret';
type VaultSettings = Readonly<{
  endpoint: URL;
  name: string;
  kind: Kind;
  identity: TokenCredential;
  now?: () => number;
}>;

/** Milliseconds: the rest after a failure, a try at the vault, a read in all, between two reads that a refusal causes, and after which a credential is read afresh. */
const limits = {
  rest: 1_000,
  try: 3_000,
  read: 8_000,
  between: 60_000,
  fresh: 4 * 60 * 60_000,
  beforeEnd: 60 * 60_000,
};

/** The credential that Key Vault holds: read once by however many ask at once, afresh beside the calls, and again when Entra refuses it. */
export function createVaultCredential({
  endpoint,
  name,
  kind,
  identity,
  now = Date.now,
}: VaultSettings): CredentialSource {
  const { url, options } = addressOf(endpoint);
  // The client would obey a Retry-After while the request waits. A vault on this machine has another name than the resource that it asks
  // tokens for; elsewhere the two are compared.
  const disableChallengeResourceVerification = isLoopback(endpoint);
  const client = new SecretClient(url, identity, {
    retryOptions: { maxRetries: 0 },
    disableChallengeResourceVerification,
    ...options,
  });
  /** The version before the newest, and the one that Entra refused last. */
  let before: ClientCredential | undefined;
  let refusedVersion: string | undefined;
  let renewedAt = Number.NEGATIVE_INFINITY;

  async function load(held: ClientCredential | undefined): Promise<ClientCredential> {
    const abortSignal = AbortSignal.timeout(limits.read);
    const get = () =>
      client.getSecret(name, { abortSignal, requestOptions: { timeout: limits.try } });
    const secret = await get().catch((error: unknown) =>
      isPassing(error) ? get() : Promise.reject(error),
    );
    const read =
      kind === 'key-vault-secret' ? secretCredential(secret) : certificateCredential(secret);
    if (held && held.version !== read.version) before = choose(held);
    return read;
  }

  const vault = createRefreshingCache<ClientCredential>({
    load: (held) => load(held).catch(refuse),
    isUsable: () => true,
    // Every few hours, and every minute in the last hour before its end.
    isStale: ({ notAfter = Number.POSITIVE_INFINITY }, age) =>
      age > limits.fresh || (age > limits.between && notAfter - now() < limits.beforeEnd),
    rest: (failure) => cooldownOf(failure) || limits.rest,
    now,
  });

  /** The newest, but for one that Entra refused and that is not its only one. */
  const choose = (newest: ClientCredential) =>
    (newest.version === refusedVersion && before) || newest;

  return {
    current: async () => choose(await vault.get()),
    async renew(refused) {
      const chosen = choose(await vault.get());
      if (chosen.version !== refused) return chosen;
      const since = now() - renewedAt;
      if (!vault.isLoading() && since >= 0 && since < limits.between) return undefined;
      const newest = await vault.renew();
      renewedAt = now();
      if (before?.version === refused) before = undefined;
      refusedVersion = refused;
      const other = choose(newest);
      return other.version === refused ? undefined : other;
    },
  };
}

/** Secretless: the managed identity's own token is the client assertion (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity). */
export function createFederatedCredential(
  identity: TokenCredential,
  now = Date.now,
): CredentialSource {
  const ask = async () =>
    (await identity.getToken('api://AzureADTokenExchange/.default')) ??
    refuse(unavailable('no identity token'));
  const held = createTokenCache(() => ask().catch(refuse), now);
  const clientAssertion = async () => (await held.get()).token;
  return {
    current: async () => ({ version: 'managed-identity', options: () => ({ clientAssertion }) }),
    renew: async () => undefined,
  };
}

const refuse = (error: unknown) => Promise.reject(readVaultFailure(error));

function secretCredential({
  value,
  properties: { version = '', expiresOn },
}: KeyVaultSecret): ClientCredential {
  if (!value) throw unavailable('an empty secret');
  return { version, notAfter: expiresOn?.getTime(), options: () => ({ clientSecret: value }) };
}

function certificateCredential({ value = '' }: KeyVaultSecret): ClientCredential {
  const { notAfter, ...clientCertificate } = readCertificate(value);
  return {
    version: clientCertificate.thumbprintSha256,
    notAfter,
    options: () => ({ clientCertificate }),
  };
}
