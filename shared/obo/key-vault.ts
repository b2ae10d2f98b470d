import type { TokenCredential } from '@azure/core-auth';
import type { KeyVaultSecret, SecretClient } from '@azure/keyvault-secrets';
import { azureClientArguments } from '../http/azure-client.ts';
import { isNonEmptyString } from '../json.ts';
import { isLoopback } from '../loopback.ts';
import { cooldownOf, createRefreshingCache } from '../refreshing-cache.ts';
import { readCertificate } from './certificate.ts';
import type { ClientCredential, CredentialSource } from './credential.ts';
import { credentialError, isTransient, toCredentialError } from './credential-error.ts';
import { managedIdentity } from './managed-identity.ts';

/** The location of a client credential in Azure Key Vault, and the identity that reads it. */
export type KeyVaultOptions = {
  /** The URL of the vault, such as `https://contoso.vault.azure.net`. */
  readonly vaultUrl: string | URL;

  /** The name of the certificate or secret in the vault. */
  readonly name: string;

  /** The identity that may read the vault. Default: the system-assigned managed identity. */
  readonly identity?: TokenCredential;

  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
};

/** Milliseconds for one attempt to read the vault. */
const attemptTimeout = 3_000;

/** Milliseconds for reading the vault, including all attempts. */
const readTimeout = 8_000;

/** Milliseconds between a failed read and the next one, unless the vault sends a `Retry-After`. */
const failureCooldown = 1_000;

/** The shortest time between two reads that a refusal or a near expiry causes, in milliseconds. */
const renewalInterval = 60_000;

/** Milliseconds after which a credential is read again in the background. */
const maxAge = 4 * 60 * 60_000;

/** Milliseconds before its expiry from which a credential is read every `renewalInterval`. */
const expiryMargin = 60 * 60_000;

/**
 * Creates the source of a client certificate in Azure Key Vault. The certificate is cached, and
 * concurrent callers share one read. It is read again in the background every four hours, every
 * minute in the last hour before it expires, and when Entra refuses it.
 *
 * The vault must store the certificate as PEM with an exportable RSA key. The identity reads it as
 * a secret, so it needs the role Key Vault Secrets User.
 *
 * @throws {TypeError} The URL is not an https URL, or the name is missing. For a loopback address,
 * http is accepted, too.
 *
 * @example
 * ```ts
 * const credential = keyVaultCertificate({
 *   vaultUrl: 'https://contoso.vault.azure.net',
 *   name: 'orders-api',
 *   identity: managedIdentity(identityClientId),
 * });
 * ```
 */
export const keyVaultCertificate = (options: KeyVaultOptions): CredentialSource =>
  createKeyVaultSource(options, readClientCertificate);

/**
 * Creates the source of a client secret in Azure Key Vault. It is cached and renewed like a
 * {@link keyVaultCertificate}. Prefer a certificate or a `federatedCredential`: a secret is
 * sent to Entra, while a private key only signs.
 *
 * @throws {TypeError} The URL is not an https URL, or the name is missing. For a loopback address,
 * http is accepted, too.
 *
 * @example
 * ```ts
 * const credential = keyVaultSecret({
 *   vaultUrl: 'https://contoso.vault.azure.net',
 *   name: 'orders-api',
 * });
 * ```
 */
export const keyVaultSecret = (options: KeyVaultOptions): CredentialSource =>
  createKeyVaultSource(options, readClientSecret);

function createKeyVaultSource(
  { vaultUrl, name, identity = managedIdentity(), now = Date.now }: KeyVaultOptions,
  readCredential: (secret: KeyVaultSecret) => ClientCredential,
): CredentialSource {
  const endpoint = readVaultUrl(vaultUrl);
  if (!isNonEmptyString(name))
    throw new TypeError('name must be the name of a certificate or secret in the vault.');
  let loadedClient: Promise<SecretClient> | undefined;
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
    loadedClient ??= createClient(endpoint, identity);
    const client = await loadedClient;
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
      const newest = readCredential(await getSecret());
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
      // Entra refused the previous version too, so it cannot be used instead.
      if (previous?.version === refusedVersion) previous = undefined;
      const renewed = preferAccepted(newest);
      return renewed.version === refusedVersion ? undefined : renewed;
    },
  };
}

function readVaultUrl(vaultUrl: string | URL): URL {
  const url = URL.parse(String(vaultUrl));
  if (!url || (url.protocol !== 'https:' && !isLoopback(url)))
    throw new TypeError('vaultUrl must be an https URL, such as https://contoso.vault.azure.net.');
  return url;
}

async function createClient(endpoint: URL, identity: TokenCredential): Promise<SecretClient> {
  const { SecretClient } = await loadLibrary();
  const { url, options } = azureClientArguments(endpoint);
  return new SecretClient(url, identity, {
    // The client would wait for a Retry-After, and the request would wait with it.
    retryOptions: { maxRetries: 0 },
    // A local vault has another host name than the resource for which it requests tokens.
    disableChallengeResourceVerification: isLoopback(endpoint),
    ...options,
  });
}

/** Loaded on demand, so that apps without a vault do not have to install the library. */
async function loadLibrary() {
  try {
    return await import('@azure/keyvault-secrets');
  } catch {
    throw credentialError('the package @azure/keyvault-secrets cannot be loaded');
  }
}

function readClientSecret({ value, properties }: KeyVaultSecret): ClientCredential {
  if (!value) throw credentialError('the secret is empty');
  return {
    version: properties.version ?? '',
    notAfter: properties.expiresOn?.getTime(),
    options: () => ({ clientSecret: value }),
  };
}

function readClientCertificate({ value = '' }: KeyVaultSecret): ClientCredential {
  const { notAfter, ...clientCertificate } = readCertificate(value);
  return {
    version: clientCertificate.thumbprintSha256,
    notAfter,
    options: () => ({ clientCertificate }),
  };
}
