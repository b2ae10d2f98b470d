import { X509Certificate } from 'node:crypto';
import { type KeyVaultSecret, SecretClient } from '@azure/keyvault-secrets';
import {
  createManagedIdentity,
  type ManagedIdentitySettings,
} from '../../downstream-api/managed-identity.ts';
import type { OriginalSettings } from '../../original-api/settings.ts';
import { addressOf } from '../../shared/http/azure-client.ts';
import { isLoopback } from '../../shared/loopback.ts';
import {
  type CredentialSource,
  createFederatedCredential,
  createVaultCredential,
} from '../../shared/obo/credential.ts';
import type { Check, Outcome } from './check-up.ts';
import { describeTime } from './plain.ts';
import { probeCredential } from './probe-credential.ts';

type Settings = OriginalSettings & ManagedIdentitySettings;

const vaultFix =
  'Check AZURE_KEY_VAULT_ENDPOINT and the way to it (firewall, private endpoint); then Original API’s identity and its role there.';
const renewFix =
  'Put a new credential into the vault under CLIENT_CREDENTIAL_NAME and register it at Original’s app registration; with the emulators: npm run -s policy -- set vault-credential rotate.';
/** Seconds before its end from which a credential's end is worth a word. */
const soon = 30 * 86_400;

/** Reads the vault, looks at what it holds, and shows it to Entra. `settings` is read anew for each check. */
export function credentialChecks(settings: () => Settings, identity: string): readonly Check[] {
  let secret: KeyVaultSecret | undefined;
  let source: CredentialSource | undefined;
  const secretless = () => settings().CLIENT_CREDENTIAL === 'managed-identity';
  return [
    {
      name: 'vault',
      needs: [identity],
      fix: vaultFix,
      async run(signal) {
        if (secretless())
          return { skipped: 'not used: the managed identity itself is the credential' };
        try {
          secret = await readSecret(settings(), signal);
        } catch (error) {
          return refusalOfVault(error);
        }
        return { ok: `hands out ${settings().CLIENT_CREDENTIAL_NAME}` };
      },
    },
    {
      name: 'credential',
      needs: ['vault'],
      fix: renewFix,
      async run() {
        source = createSource(settings());
        if (secretless()) return { ok: 'secretless: a token of the managed identity' };
        await source.current();
        return judgeTimes(secret, settings().CLIENT_CREDENTIAL, Date.now() / 1_000);
      },
    },
    {
      name: 'credential at Entra',
      needs: ['credential', 'metadata'],
      fix: renewFix,
      run: async () => probeCredential(settings(), source ?? createSource(settings())),
    },
  ];
}

function createSource(settings: Settings): CredentialSource {
  const {
    CLIENT_CREDENTIAL: kind,
    AZURE_KEY_VAULT_ENDPOINT: endpoint,
    CLIENT_CREDENTIAL_NAME: name,
  } = settings;
  const identity = createManagedIdentity(settings);
  return kind === 'managed-identity' || !endpoint || !name
    ? createFederatedCredential(identity)
    : createVaultCredential({ endpoint, name, kind, identity });
}

/** The secret with its certificate and times, which the shipped credential keeps to itself. One try: retries would hide what is wrong. */
async function readSecret(settings: Settings, abortSignal: AbortSignal): Promise<KeyVaultSecret> {
  const { AZURE_KEY_VAULT_ENDPOINT: endpoint, CLIENT_CREDENTIAL_NAME: name } = settings;
  if (!endpoint || !name) throw new TypeError('no vault');
  const { url, options } = addressOf(endpoint);
  const client = new SecretClient(url, createManagedIdentity(settings), {
    retryOptions: { maxRetries: 0 },
    ...options,
    ...(isLoopback(endpoint) ? { disableChallengeResourceVerification: true } : {}),
  });
  return client.getSecret(name, { abortSignal });
}

function refusalOfVault(error: unknown): Outcome {
  const { statusCode, details } = error as {
    statusCode?: number;
    details?: { error?: { innerError?: { code?: unknown } } };
  };
  if (statusCode === 404)
    return {
      failed: 'it holds no such secret',
      fix: 'Check CLIENT_CREDENTIAL_NAME, and that deployment put the credential there.',
    };
  if (statusCode === 403 && details?.error?.innerError?.code === 'SecretDisabled')
    return {
      failed: 'the newest version of the credential is disabled',
      fix: `Enable it. Or: ${renewFix}`,
    };
  if (statusCode === 403)
    return {
      failed: 'it answers 403',
      fix: 'Give Original API’s identity the role Key Vault Secrets User, and see the vault’s firewall.',
    };
  if (statusCode === 401)
    return {
      failed: 'it answers 401: it does not take the identity’s token',
      fix: 'The vault must be in the tenant of the managed identity.',
    };
  throw error;
}

/** @param now seconds since 1970 */
function judgeTimes(secret: KeyVaultSecret | undefined, kind: string, now: number): Outcome {
  const pem =
    kind === 'key-vault-certificate'
      ? /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(secret?.value ?? '')
      : null;
  const certificate = pem ? new X509Certificate(pem[0]) : undefined;
  const what = certificate ? 'the certificate' : 'the secret';
  const begins = certificate ? certificate.validFromDate.getTime() / 1_000 : undefined;
  const ends = (certificate?.validToDate ?? secret?.properties.expiresOn)?.getTime();
  if (begins !== undefined && begins > now)
    return {
      failed: `${what} is not valid before ${describeTime(begins, now)}`,
      fix: 'Check the clock of this machine; else wait.',
    };
  const good = certificate ? 'certificate and private key belong together' : 'a secret';
  if (ends === undefined) return { ok: `${good}, without an end that the vault knows` };
  if (ends / 1_000 <= now)
    return { failed: `${what} expired: ${describeTime(ends / 1_000, now)}`, fix: renewFix };
  const hurry = ends / 1_000 - now < soon ? ': renew it soon' : '';
  return { ok: `${good}, valid until ${describeTime(ends / 1_000, now)}${hurry}` };
}
