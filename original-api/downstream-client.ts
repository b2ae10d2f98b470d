import type { Entra } from '../shared/entra.ts';
import { createDownstream, type Downstream } from '../shared/http/downstream.ts';
import type { CredentialSource } from '../shared/obo/credential.ts';
import { federatedCredential } from '../shared/obo/federated-credential.ts';
import { keyVaultCertificate, keyVaultSecret } from '../shared/obo/key-vault.ts';
import { managedIdentity } from '../shared/obo/managed-identity.ts';
import { createOnBehalfOf, type OnBehalfOf } from '../shared/obo/on-behalf-of.ts';
import type { OriginalSettings } from './settings.ts';

/** Downstream API, as the handlers of Original API call it. */
export type DownstreamClient = {
  /** Calls Downstream API on behalf of the user. */
  readonly api: Downstream;

  /** Returns the scopes of a request to Downstream API for a scope's short name. */
  scopes(name: string): readonly string[];
};

/**
 * Creates the On-Behalf-Of exchange of Original API, with the credential from the settings.
 * All calls to other services use it.
 */
export const createOriginalOnBehalfOf = (settings: OriginalSettings, entra: Entra): OnBehalfOf =>
  createOnBehalfOf({
    entra,
    clientId: settings.ORIGINAL_API_CLIENT_ID,
    credential: createCredential(settings),
  });

/**
 * Creates the client of Downstream API. It calls on behalf of the user: it exchanges token A for
 * token B.
 */
export function createDownstreamClient(
  { DOWNSTREAM_API_URL: baseUrl, DOWNSTREAM_API_CLIENT_ID: clientId }: OriginalSettings,
  onBehalfOf: OnBehalfOf,
): DownstreamClient {
  const audiences = [clientId, `api://${clientId}`];
  return {
    api: createDownstream({ baseUrl, audiences, own: true, onBehalfOf }),
    scopes: (name) => [`api://${clientId}/${name}`],
  };
}

function createCredential({
  CLIENT_CREDENTIAL: kind,
  AZURE_KEY_VAULT_ENDPOINT: vaultUrl,
  CLIENT_CREDENTIAL_NAME: name,
  AZURE_CLIENT_ID: identityClientId,
}: OriginalSettings): CredentialSource {
  const identity = managedIdentity(identityClientId);
  if (kind === 'managed-identity') return federatedCredential({ identity });
  // `readOriginalSettings` has checked this. The type cannot express it.
  if (!vaultUrl || !name)
    throw new TypeError(`${kind} needs AZURE_KEY_VAULT_ENDPOINT and CLIENT_CREDENTIAL_NAME.`);
  const options = { vaultUrl, name, identity };
  return kind === 'key-vault-secret' ? keyVaultSecret(options) : keyVaultCertificate(options);
}
