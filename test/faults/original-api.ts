import { randomUUID } from 'node:crypto';
import type { HttpFunctionOptions } from '@azure/functions';
import { createApi } from '../../shared/http/create-api.ts';
import { createDownstream } from '../../shared/http/downstream.ts';
import { createFederatedCredential, createVaultCredential } from '../../shared/obo/credential.ts';
import { createExchange } from '../../shared/obo/exchange.ts';
import { createManagedIdentityCredential } from '../../shared/obo/managed-identity.ts';
import { createOnBehalfOf } from '../../shared/obo/on-behalf-of.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { createValidator } from '../../shared/token/validate.ts';
import { audience, clientApp, type Issuer, tenantId } from '../support/issuer.ts';
import { downstreamId } from './token-endpoint.ts';

/** Creates the route of Original API: GET and PUT call Downstream API on behalf of the user. */
export function createOriginalRoute(options: {
  readonly entra: Issuer;
  readonly downstreamUrl: string;
  readonly secretless: boolean;
  readonly now: () => number;
}): HttpFunctionOptions {
  const { entra, downstreamUrl, secretless, now } = options;
  const keys = createKeys({ authorityHost: entra.host, now });
  // @azure/identity caches tokens by client id for the whole process, so each chain has its own.
  const identity = createManagedIdentityCredential(randomUUID());
  const credential = secretless
    ? createFederatedCredential(identity, now)
    : createVaultCredential({
        endpoint: entra.host,
        name: 'credential',
        kind: 'key-vault-secret',
        identity,
        now,
      });
  const exchange = createExchange({
    authorityHost: entra.host,
    clientId: audience,
    keys,
    credential,
    now,
  });
  const callDownstream = createDownstream({
    url: new URL(downstreamUrl),
    clientId: downstreamId,
    onBehalfOf: createOnBehalfOf({ exchange, now }),
  });
  const api = createApi({
    name: 'original-api',
    validate: createValidator({ keys, tenantIds: [tenantId], audience, now }),
    clients: { clientIds: [clientApp], confidential: false },
    origins: [],
    challenge: { clientId: audience, authorizationUri: `${entra.host.href}authorize` },
  });
  const scope = 'Documents.Read';
  return api.route('documents', {
    GET: {
      scopes: [scope],
      handler: async (request) => {
        const read = { method: 'GET', path: 'documents', scope } as const;
        const { json } = await callDownstream(request, read);
        return { json };
      },
    },
    PUT: {
      scopes: [scope],
      handler: async (request) => {
        const write = { method: 'PUT', path: 'documents/1', scope, json: {} } as const;
        const { json } = await callDownstream(request, write);
        return { json };
      },
    },
  });
}
