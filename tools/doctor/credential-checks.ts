import { X509Certificate } from 'node:crypto';
import { type KeyVaultSecret, SecretClient } from '@azure/keyvault-secrets';
import {
  createManagedIdentity,
  type ManagedIdentitySettings,
} from '../../downstream-api/managed-identity.ts';
import type { OriginalSettings } from '../../original-api/settings.ts';
import { azureClientArguments } from '../../shared/http/azure-client.ts';
import { isLoopback } from '../../shared/loopback.ts';
import type { CredentialSource } from '../../shared/obo/credential.ts';
import { federatedCredential } from '../../shared/obo/federated-credential.ts';
import { keyVaultCertificate, keyVaultSecret } from '../../shared/obo/key-vault.ts';
import { formatTime } from './format.ts';
import { probeCredential } from './probe-credential.ts';
import type { Check, CheckResult } from './run-checks.ts';

type Settings = OriginalSettings & ManagedIdentitySettings;

const vaultFix =
  'Check AZURE_KEY_VAULT_ENDPOINT and the network path to it (firewall, private endpoint), ' +
  'then the identity of Original API and its role in the vault.';
const renewalFix =
  'Put a new credential into the vault under CLIENT_CREDENTIAL_NAME and add it to the app ' +
  'registration of Original API. With the emulators: npm run -s policy -- set ' +
  'vault-credential rotate.';

/** A credential that expires within this many seconds is reported: 30 days. */
const renewalPeriod = 30 * 86_400;

/**
 * Creates the checks that read Original API's credential from the vault, validate it and present it
 * to Entra.
 * @param readSettings is called by each check
 * @param identityCheck the name of the check of Original API's managed identity
 */
export function createCredentialChecks(
  readSettings: () => Settings,
  identityCheck: string,
): readonly Check[] {
  let secret: KeyVaultSecret | undefined;
  let source: CredentialSource | undefined;
  const isSecretless = () => readSettings().CLIENT_CREDENTIAL === 'managed-identity';
  return [
    {
      name: 'vault',
      needs: [identityCheck],
      fix: vaultFix,
      async run(signal) {
        if (isSecretless())
          return { skipped: 'not used: the managed identity itself is the credential' };
        try {
          secret = await readSecret(readSettings(), signal);
        } catch (error) {
          return interpretVaultError(error);
        }
        return { ok: `${readSettings().CLIENT_CREDENTIAL_NAME} is readable` };
      },
    },
    {
      name: 'credential',
      needs: ['vault'],
      fix: renewalFix,
      async run() {
        const settings = readSettings();
        source = createCredentialSource(settings);
        if (isSecretless()) return { ok: 'secretless: a token of the managed identity' };
        await source.current();
        return checkValidity(secret, settings.CLIENT_CREDENTIAL, Date.now() / 1_000);
      },
    },
    {
      name: 'credential at Entra',
      needs: ['credential', 'metadata'],
      fix: renewalFix,
      async run() {
        const settings = readSettings();
        return probeCredential(settings, source ?? createCredentialSource(settings));
      },
    },
  ];
}

function createCredentialSource(settings: Settings): CredentialSource {
  const {
    CLIENT_CREDENTIAL: kind,
    AZURE_KEY_VAULT_ENDPOINT: vaultUrl,
    CLIENT_CREDENTIAL_NAME: name,
  } = settings;
  const identity = createManagedIdentity(settings);
  if (kind === 'managed-identity' || !vaultUrl || !name) return federatedCredential({ identity });
  const options = { vaultUrl, name, identity };
  return kind === 'key-vault-secret' ? keyVaultSecret(options) : keyVaultCertificate(options);
}

/**
 * Reads the secret with its properties, which the credential source in `shared/obo` does not
 * expose. It does not retry, because retries would hide the cause of a failure.
 */
async function readSecret(settings: Settings, abortSignal: AbortSignal): Promise<KeyVaultSecret> {
  const { AZURE_KEY_VAULT_ENDPOINT: endpoint, CLIENT_CREDENTIAL_NAME: name } = settings;
  if (!endpoint || !name)
    throw new TypeError('AZURE_KEY_VAULT_ENDPOINT or CLIENT_CREDENTIAL_NAME is missing.');
  const { url, options } = azureClientArguments(endpoint);
  const client = new SecretClient(url, createManagedIdentity(settings), {
    retryOptions: { maxRetries: 0 },
    ...options,
    ...(isLoopback(endpoint) ? { disableChallengeResourceVerification: true } : {}),
  });
  return client.getSecret(name, { abortSignal });
}

/** @throws the error itself when it is not a rejection by the vault */
function interpretVaultError(error: unknown): CheckResult {
  const { statusCode, details } = error as {
    statusCode?: number;
    details?: { error?: { innerError?: { code?: unknown } } };
  };
  if (statusCode === 404)
    return {
      failed: 'the vault contains no secret with this name',
      fix: 'Check CLIENT_CREDENTIAL_NAME, and that the deployment stored the credential there.',
    };
  if (statusCode === 403 && details?.error?.innerError?.code === 'SecretDisabled')
    return {
      failed: 'the newest version of the credential is disabled',
      fix: `Enable it. Or: ${renewalFix}`,
    };
  if (statusCode === 403)
    return {
      failed: 'responded with status 403',
      fix:
        'Assign the role Key Vault Secrets User to the identity of Original API, and check the ' +
        'firewall of the vault.',
    };
  if (statusCode === 401)
    return {
      failed: 'responded with status 401: it does not accept the token of the identity',
      fix: 'Use a vault in the tenant of the managed identity.',
    };
  throw error;
}

/** @param now seconds since 1970 */
function checkValidity(
  secret: KeyVaultSecret | undefined,
  kind: Settings['CLIENT_CREDENTIAL'],
  now: number,
): CheckResult {
  const certificate =
    kind === 'key-vault-certificate' ? readCertificate(secret?.value ?? '') : undefined;
  const noun = certificate ? 'the certificate' : 'the secret';
  const notBefore = certificate && toSeconds(certificate.validFromDate);
  if (notBefore !== undefined && notBefore > now)
    return {
      failed: `${noun} is not valid before ${formatTime(notBefore, now)}`,
      fix: 'Check the clock of this machine. If it is correct, wait.',
    };

  const description = certificate
    ? 'the certificate matches its private key'
    : 'the secret is readable';
  const expiryDate = certificate?.validToDate ?? secret?.properties.expiresOn;
  if (expiryDate === undefined) return { ok: `${description}, no expiry date in the vault` };
  const expiry = toSeconds(expiryDate);
  if (expiry <= now)
    return { failed: `${noun} expired: ${formatTime(expiry, now)}`, fix: renewalFix };
  const reminder = expiry - now < renewalPeriod ? ': renew it soon' : '';
  return { ok: `${description}, valid until ${formatTime(expiry, now)}${reminder}` };
}

function readCertificate(text: string): X509Certificate | undefined {
  const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(text)?.[0];
  return pem === undefined ? undefined : new X509Certificate(pem);
}

function toSeconds(date: Date): number {
  return date.getTime() / 1_000;
}
