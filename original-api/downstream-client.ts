import { type CallDownstream, createDownstream } from '../shared/http/downstream.ts';
import {
  type CredentialSource,
  createFederatedCredential,
  createVaultCredential,
} from '../shared/obo/credential.ts';
import { createExchange } from '../shared/obo/exchange.ts';
import { createManagedIdentityCredential } from '../shared/obo/managed-identity.ts';
import { createOnBehalfOf } from '../shared/obo/on-behalf-of.ts';
import type { Keys } from '../shared/token/keys.ts';
import type { OriginalSettings } from './settings.ts';

/**
 * Creates the client of Downstream API. It calls on behalf of the user: it exchanges token A for
 * token B, with the credential from the settings.
 */
export function createDownstreamClient(settings: OriginalSettings, keys: Keys): CallDownstream {
  const exchange = createExchange({
    authorityHost: settings.AZURE_AUTHORITY_HOST,
    clientId: settings.ORIGINAL_API_CLIENT_ID,
    keys,
    credential: createCredential(settings),
  });
  return createDownstream({
    url: settings.DOWNSTREAM_API_URL,
    clientId: settings.DOWNSTREAM_API_CLIENT_ID,
    onBehalfOf: createOnBehalfOf({ exchange }),
  });
}

function createCredential({
  CLIENT_CREDENTIAL: kind,
  AZURE_KEY_VAULT_ENDPOINT: endpoint,
  CLIENT_CREDENTIAL_NAME: name,
  AZURE_CLIENT_ID: identityClientId,
}: OriginalSettings): CredentialSource {
  const identity = createManagedIdentityCredential(identityClientId);
  if (kind === 'managed-identity') return createFederatedCredential(identity);
  // `readOriginalSettings` has checked this. The type cannot express it.
  if (!endpoint || !name)
    throw new TypeError(`${kind} needs AZURE_KEY_VAULT_ENDPOINT and CLIENT_CREDENTIAL_NAME.`);
  return createVaultCredential({ endpoint, name, kind, identity });
}
