import { type CallDownstream, createDownstream } from '../shared/http/downstream.ts';
import { createFederatedCredential, createVaultCredential } from '../shared/obo/credential.ts';
import { createExchange } from '../shared/obo/exchange.ts';
import { createIdentity } from '../shared/obo/managed-identity.ts';
import { createOnBehalfOf } from '../shared/obo/on-behalf-of.ts';
import type { Keys } from '../shared/token/keys.ts';
import type { OriginalSettings } from './settings.ts';

/** Downstream API as Original reaches it: on behalf of the user, with the credential that the settings choose. */
export function createDownstreamClient(settings: OriginalSettings, keys: Keys): CallDownstream {
  const exchange = createExchange({
    authorityHost: settings.AZURE_AUTHORITY_HOST,
    clientId: settings.ORIGINAL_API_CLIENT_ID,
    keys,
    credential: chooseCredential(settings),
  });
  return createDownstream({
    url: settings.DOWNSTREAM_API_URL,
    clientId: settings.DOWNSTREAM_API_CLIENT_ID,
    onBehalfOf: createOnBehalfOf({ exchange }),
  });
}

function chooseCredential({
  CLIENT_CREDENTIAL: kind,
  AZURE_KEY_VAULT_ENDPOINT: endpoint,
  CLIENT_CREDENTIAL_NAME: name,
  AZURE_CLIENT_ID,
}: OriginalSettings) {
  const identity = createIdentity(AZURE_CLIENT_ID);
  if (kind === 'managed-identity') return createFederatedCredential(identity);
  if (!endpoint || !name)
    throw new TypeError('settings let no vault credential be without its vault');
  return createVaultCredential({ endpoint, name, kind, identity });
}
