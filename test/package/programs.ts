import { audience, clientApp, type Issuer, tenantId } from '../support/issuer.ts';
import { readMarkdownExamples } from './extract-examples.ts';

/** The code in the README's section about the module: one program in several parts. */
export function readmeProgram(): string {
  const examples = readMarkdownExamples('README.md');
  return examples.map(({ code }) => code).join('\n');
}

/**
 * A Functions app that validates tokens of an issuer on this machine, and calls an API at the
 * issuer's address on behalf of the user.
 */
export const functionsProgram = ({ host }: Issuer): string => `
import { app } from '@azure/functions';
import { createDownstream, createEntra, createOnBehalfOf } from 'zero-trust-api';
import { createFunctionsApi } from 'zero-trust-api/functions';

const entra = createEntra({ tenantIds: ['${tenantId}'], authorityHost: '${host.href}' });
const api = createFunctionsApi({
  name: 'orders-api',
  entra,
  audience: '${audience}',
  clients: ['${clientApp}'],
});
const secret = { version: '1', options: () => ({ clientSecret: 'secret of a test' }) };
const downstream = createDownstream({
  baseUrl: '${host.href}prices',
  scopes: ['api://prices/Prices.Read'],
  onBehalfOf: createOnBehalfOf({
    entra,
    clientId: '${audience}',
    credential: { current: async () => secret, renew: async () => undefined },
  }),
});

app.http('orders', api.route('orders', {
  GET: {
    scopes: ['Documents.Read'],
    handler: async (call) => {
      const { json } = await downstream.get(call, 'today');
      return { json: { user: call.caller.objectId, prices: json } };
    },
  },
}));
`;

/** A program that calls an API of the web adapter and prints the response. */
export const webProgram = `
import { createEntra } from 'zero-trust-api';
import { readClaimsChallenge } from 'zero-trust-api/challenges';
import { createWebApi } from 'zero-trust-api/web';

const api = createWebApi({
  name: 'orders-api',
  entra: createEntra({ tenantIds: ['${tenantId}'] }),
  audience: '${audience}',
  clients: ['${clientApp}'],
  log: { info() {}, error() {} },
});
const orders = api.route('orders', {
  GET: { scopes: ['Orders.Read'], handler: async ({ caller }) => ({ text: caller.objectId }) },
});

async function main() {
  const response = await orders(new Request('https://orders.example/orders'));
  const challenge = response.headers.get('www-authenticate') ?? '';
  console.log(response.status, challenge.split(' ')[0], readClaimsChallenge(challenge));
}
main();
`;

/** A program for a browser. */
export const browserProgram = `
import { createApiFetch, createTokenSource, type TokenClient } from 'zero-trust-api/browser';
import { readClaimsChallenge } from 'zero-trust-api/challenges';

export const createFetch = (client: TokenClient) =>
  createApiFetch({
    baseUrl: 'https://orders.example',
    tokens: createTokenSource({ client, scopes: ['a'], consentScope: 'b' }),
  });
export const readClaims = (response: Response) =>
  readClaimsChallenge(response.headers.get('www-authenticate') ?? '');
`;
