import type { AccessToken, TokenCredential } from '@azure/identity';
import { type KeyVaultSecret, SecretClient } from '@azure/keyvault-secrets';
import type { Configuration } from '@azure/msal-node';
import { azureClientArguments } from '../http/azure-client.ts';
import { isLoopback } from '../loopback.ts';
import { cooldownOf, createRefreshingCache, createTokenCache } from '../refreshing-cache.ts';
import { readCertificate } from './certificate.ts';
import { credentialError, isTransient, toCredentialError } from './credential-error.ts';

/** The part of MSAL's configuration that holds the credential. */
type MsalCredential = Pick<
  Configuration['auth'],
  'clientCertificate' | 'clientSecret' | 'clientAssertion'
>;

/** A client credential: with it, this API authenticates itself to Entra. */
export type ClientCredential = {
  /** Identifies the credential. A rotated credential has another version. */
  readonly version: string;
  /** When the credential expires, in milliseconds since 1970, if that is known. */
  readonly notAfter?: number | undefined;
  /** Returns the options for MSAL. A function, so that a printed credential shows no secret. */
  readonly options: () => MsalCredential;
};

/** Provides the client credential of this API. */
export interface CredentialSource {
  /**
   * Returns the credential to use.
   *
   * @throws ApiError `unavailable` if it cannot be read
   */
  current(): Promise<ClientCredential>;
  /**
   * Returns another credential after Entra refused one:
   * - a newer version from the vault, if the refused one was replaced there. The vault is read for
   *   this at most once a minute;
   * - the previous version, if the refused one is so new that Entra does not know it yet.
   *
   * @param refusedVersion the version that Entra refused
   * @returns `undefined` if there is no other credential
   * @throws ApiError `unavailable` if the vault cannot be read
   */
  renew(refusedVersion: string): Promise<ClientCredential | undefined>;
}

/** The settings of `createVaultCredential`. */
export type VaultCredentialSettings = {
  /** The URL of the vault. */
  readonly endpoint: URL;
  /** The name of the certificate or secret in the vault. */
  readonly name: string;
  /** What the vault stores under that name. */
  readonly kind: 'key-vault-certificate' | 'key-vault-secret';
  /** The identity that may read the vault. */
  readonly identity: TokenCredential;
  /** The current time in milliseconds since 1970. */
  readonly now?: () => number;
};

/** Milliseconds for one attempt to read the vault. */
const attemptTimeout = 3_000;

/** Milliseconds for reading the vault, all attempts included. */
const readTimeout = 8_000;

/** Milliseconds without another read after a failure, unless the vault sends a `Retry-After`. */
const failureCooldown = 1_000;

/** The shortest time between two reads that a refusal or a near expiry causes, in milliseconds. */
const renewalInterval = 60_000;

/** Milliseconds after which a credential is read again in the background. */
const maxAge = 4 * 60 * 60_000;

/** Milliseconds before its expiry. From then on, a credential is read every `renewalInterval`. */
const expiryMargin = 60 * 60_000;

/**
 * Creates the source of a client credential in Azure Key Vault. The credential is cached.
 * Concurrent callers share one read. It is read again in the background every four hours, every
 * minute in the last hour before it expires, and when Entra refuses it.
 *
 * @example
 * const credential = createVaultCredential({
 *   endpoint: new URL('https://contoso.vault.azure.net'),
 *   name: 'original-api',
 *   kind: 'key-vault-certificate',
 *   identity: createManagedIdentityCredential(clientId),
 * });
 */
export function createVaultCredential({
  endpoint,
  name,
  kind,
  identity,
  now = Date.now,
}: VaultCredentialSettings): CredentialSource {
  const { url, options } = azureClientArguments(endpoint);
  const client = new SecretClient(url, identity, {
    // The client would wait for a Retry-After, and the request would wait with it.
    retryOptions: { maxRetries: 0 },
    // A local vault has another host name than the resource for which it requests tokens.
    disableChallengeResourceVerification: isLoopback(endpoint),
    ...options,
  });
  /** The version before the newest one. */
  let previous: ClientCredential | undefined;
  /** The version that Entra refused last. */
  let lastRefusedVersion: string | undefined;
  /** When a refusal last caused a read, in milliseconds since 1970. */
  let lastRenewal = Number.NEGATIVE_INFINITY;

  /** Returns the newest version, unless Entra refused it and there is a previous one. */
  function preferAccepted(newest: ClientCredential): ClientCredential {
    if (newest.version === lastRefusedVersion && previous) return previous;
    return newest;
  }

  async function getSecret(): Promise<KeyVaultSecret> {
    const abortSignal = AbortSignal.timeout(readTimeout);
    const attempt = () =>
      client.getSecret(name, { abortSignal, requestOptions: { timeout: attemptTimeout } });
    try {
      return await attempt();
    } catch (error) {
      if (isTransient(error)) return attempt();
      throw error;
    }
  }

  async function load(cached: ClientCredential | undefined): Promise<ClientCredential> {
    try {
      const secret = await getSecret();
      const newest =
        kind === 'key-vault-secret' ? secretCredential(secret) : certificateCredential(secret);
      // A version that Entra refused must not become the previous one.
      if (cached && cached.version !== newest.version) previous = preferAccepted(cached);
      return newest;
    } catch (error) {
      throw toCredentialError(error);
    }
  }

  function isStale({ notAfter }: ClientCredential, age: number): boolean {
    if (age > maxAge) return true;
    const expiresSoon = notAfter !== undefined && notAfter - now() < expiryMargin;
    return expiresSoon && age > renewalInterval;
  }

  const cache = createRefreshingCache<ClientCredential>({
    load,
    // Only Entra decides whether a credential is still valid.
    isUsable: () => true,
    isStale,
    cooldown: (failure) => cooldownOf(failure) || failureCooldown,
    now,
  });

  function mayReadVault(): boolean {
    if (cache.isLoading()) return true;
    const sinceRenewal = now() - lastRenewal;
    // A negative time means that the clock was set back.
    return sinceRenewal < 0 || sinceRenewal >= renewalInterval;
  }

  return {
    async current() {
      return preferAccepted(await cache.get());
    },

    async renew(refusedVersion) {
      const current = preferAccepted(await cache.get());
      if (current.version !== refusedVersion) return current;
      if (!mayReadVault()) return undefined;
      const newest = await cache.refresh();
      lastRenewal = now();
      lastRefusedVersion = refusedVersion;
      // Entra refused the previous version too, so it is no alternative.
      if (previous?.version === refusedVersion) previous = undefined;
      const renewed = preferAccepted(newest);
      return renewed.version === refusedVersion ? undefined : renewed;
    },
  };
}

/** The scope of the tokens that Entra accepts as a client assertion of a managed identity. */
const tokenExchangeScope = 'api://AzureADTokenExchange/.default';

/**
 * Creates the source of a client credential without a secret: a token of the managed identity is
 * the client assertion
 * (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity).
 *
 * @param identity the managed identity that the app registration trusts
 * @param now the current time in milliseconds since 1970
 * @example
 * const credential = createFederatedCredential(createManagedIdentityCredential(clientId));
 */
export function createFederatedCredential(
  identity: TokenCredential,
  now: () => number = Date.now,
): CredentialSource {
  async function loadToken(): Promise<AccessToken> {
    try {
      const token = await identity.getToken(tokenExchangeScope);
      if (!token) throw credentialError('the managed identity returned no token');
      return token;
    } catch (error) {
      throw toCredentialError(error);
    }
  }

  const tokens = createTokenCache(loadToken, now);
  const clientAssertion = async () => (await tokens.get()).token;
  const credential = { version: 'managed-identity', options: () => ({ clientAssertion }) };

  return {
    current: async () => credential,
    renew: async () => undefined,
  };
}

function secretCredential({ value, properties }: KeyVaultSecret): ClientCredential {
  if (!value) throw credentialError('the secret is empty');
  return {
    version: properties.version ?? '',
    notAfter: properties.expiresOn?.getTime(),
    options: () => ({ clientSecret: value }),
  };
}

function certificateCredential({ value = '' }: KeyVaultSecret): ClientCredential {
  const { notAfter, ...clientCertificate } = readCertificate(value);
  return {
    version: clientCertificate.thumbprintSha256,
    notAfter,
    options: () => ({ clientCertificate }),
  };
}
