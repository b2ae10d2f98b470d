import { randomUUID } from 'node:crypto';
import type { HttpFunctionOptions } from '@azure/functions';
import { requireJson } from '../../original-api/relay.ts';
import { createEntra } from '../../shared/entra.ts';
import { createApi } from '../../shared/http/create-api.ts';
import { createDownstream } from '../../shared/http/downstream.ts';
import { federatedCredential } from '../../shared/obo/federated-credential.ts';
import { keyVaultSecret } from '../../shared/obo/key-vault.ts';
import { managedIdentity } from '../../shared/obo/managed-identity.ts';
import { createOnBehalfOf } from '../../shared/obo/on-behalf-of.ts';
import { createValidator } from '../../shared/token/validate.ts';
import { audience, clientApp, type Issuer, tenantId } from '../support/issuer.ts';
import { downstreamId } from './token-endpoint.ts';

/** Creates the route of Original API: GET and PUT call Downstream API on behalf of the user. */
export function createOriginalRoute(options: {
  readonly issuer: Issuer;
  readonly downstreamUrl: string;
  readonly secretless: boolean;
  readonly now: () => number;
}): HttpFunctionOptions {
  const { issuer, downstreamUrl, secretless, now } = options;
  const entra = createEntra({ tenantIds: [tenantId], authorityHost: issuer.host, now });
  // @azure/identity caches tokens by client id for the whole process, so each chain has its own.
  const identity = managedIdentity(randomUUID());
  const credential = secretless
    ? federatedCredential({ identity, now })
    : keyVaultSecret({ vaultUrl: issuer.host, name: 'credential', identity, now });
  const downstream = createDownstream({
    baseUrl: downstreamUrl,
    scopes: [`api://${downstreamId}/Documents.Read`],
    audiences: [downstreamId],
    own: true,
    onBehalfOf: createOnBehalfOf({ entra, clientId: audience, credential, now }),
  });
  const api = createApi({
    name: 'original-api',
    validate: createValidator({ keys: entra.keys, tenantIds: [tenantId], audience, now }),
    clients: { clientIds: [clientApp], confidential: false },
    origins: [],
    challenge: { clientId: audience, authorizationUri: `${issuer.host.href}authorize` },
  });
  return api.route('documents', {
    GET: {
      scopes: ['Documents.Read'],
      handler: async (call) => ({
        json: requireJson(await downstream.get(call, 'documents')),
      }),
    },
    PUT: {
      scopes: ['Documents.Read'],
      handler: async (call) => ({
        json: requireJson(await downstream.put(call, 'documents/1', { json: {} })),
      }),
    },
  });
}
