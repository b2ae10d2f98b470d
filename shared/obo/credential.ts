import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import type { TokenCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import type { Configuration } from '@azure/msal-node';
import { Denial } from '../denial.ts';
import { addressOf } from '../http/this-machine.ts';
import { isLoopback } from '../settings.ts';

/** What Original proves itself with at Entra. */
export interface ClientCredential {
  /** Changes when the credential does. */
  readonly version: string;
  /** For MSAL's configuration; a function, so that printing the credential prints nothing of it. */
  readonly options: () => Pick<Configuration['auth'], 'clientCertificate' | 'clientSecret' | 'clientAssertion'>;
}

export interface CredentialSource {
  /** @throws Denial `unavailable` */
  current(): Promise<ClientCredential>;
  /** Reads again after Entra refused that version, at most once a minute; `undefined` where there is nothing newer. @throws Denial `unavailable` */
  renew(refused: string): Promise<ClientCredential | undefined>;
}

export interface VaultSettings {
  readonly endpoint: URL;
  readonly name: string;
  readonly kind: 'key-vault-certificate' | 'key-vault-secret';
  readonly identity: TokenCredential;
  readonly now?: () => number;
}

/** Milliseconds: a try at the vault, a read in all, and between two reads that a refusal causes. */
const limits = { try: 3_000, read: 8_000, between: 60_000 };

/** The credential that Key Vault holds, read once by however many ask at once, and again when Entra refuses it. */
export function createVaultCredential({ endpoint, name, kind, identity, now = Date.now }: VaultSettings): CredentialSource {
  const { url, options } = addressOf(endpoint);
  const client = new SecretClient(url, identity, {
    retryOptions: { maxRetries: 1, retryDelayInMs: 200, maxRetryDelayInMs: 1_000 },
    ...options,
    // A vault on this machine has another name than the resource that it asks tokens for; elsewhere the two are compared.
    ...(isLoopback(endpoint) ? { disableChallengeResourceVerification: true } : {}),
  });
  let held: ClientCredential | undefined;
  let reading: Promise<ClientCredential> | undefined;
  let renewedAt = Number.NEGATIVE_INFINITY;

  function read(): Promise<ClientCredential> {
    reading ??= client
      .getSecret(name, { abortSignal: AbortSignal.timeout(limits.read), requestOptions: { timeout: limits.try } })
      .then(({ value = '', properties }) => {
        held = kind === 'key-vault-secret' ? secretCredential(value, properties.version) : certificateCredential(value);
        return held;
      })
      .catch((error: unknown) => {
        throw error instanceof Denial ? error : unavailable(reasonOf(error));
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  }

  return {
    current: async () => held ?? read(),
    async renew(refused) {
      if (held && held.version !== refused) return held;
      if (!reading && now() - renewedAt < limits.between) return undefined;
      if (!reading) renewedAt = now();
      const newest = await read();
      return newest.version === refused ? undefined : newest;
    },
  };
}

/** Secretless: the managed identity's own token is the client assertion (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity). */
export function createFederatedCredential(identity: TokenCredential): CredentialSource {
  const clientAssertion = async () => {
    const token = await identity.getToken('api://AzureADTokenExchange/.default');
    if (!token) throw unavailable('no identity token');
    return token.token;
  };
  const credential: ClientCredential = { version: 'managed-identity', options: () => ({ clientAssertion }) };
  return { current: async () => credential, renew: async () => undefined };
}

const secretCredential = (value: string, version = ''): ClientCredential => {
  if (!value) throw unavailable('an empty secret');
  return { version, options: () => ({ clientSecret: value }) };
};

/** Private key and certificate in one PEM, as Key Vault hands out a certificate's secret; the two must belong together. */
function certificateCredential(pem: string): ClientCredential {
  const [certificate] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem) ?? [];
  const [privateKey] = /-----BEGIN (RSA )?PRIVATE KEY-----[^-]+-----END (RSA )?PRIVATE KEY-----/.exec(pem) ?? [];
  if (!certificate || !privateKey) throw unavailable('not a PEM with certificate and private key');
  const parsed = new X509Certificate(certificate);
  if (!parsed.checkPrivateKey(createPrivateKey(privateKey))) throw unavailable('the private key is not the certificate’s');
  const thumbprintSha256 = createHash('sha256').update(parsed.raw).digest('hex');
  return { version: thumbprintSha256, options: () => ({ clientCertificate: { thumbprintSha256, privateKey } }) };
}

const unavailable = (reason: string) => new Denial('unavailable', { facts: { check: 'credential', reason } });

/** A status, a code or a kind; never the message, which may quote what was sent. */
function reasonOf(error: unknown): string {
  const { statusCode, code, name } = error as { statusCode?: number; code?: string; name?: string };
  return String(statusCode ?? code ?? name ?? 'unknown');
}
