import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Api, type Case, type Group, invalid, present } from './case.ts';
import { rsa } from './forge.ts';

const mine = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Tokens that name a place of the attacker's to fetch a key from. */
export const canaries: Group = (api) => [
  ...['jku', 'x5u'].map((name) => canaryCase(api, name, (url) => ({ header: { [name]: url } }))),
  canaryCase(api, 'kid', (url) => ({ header: { kid: url } })),
  canaryCase(api, 'iss', (url) => ({ claims: { iss: `${url}/${api.good.claims.tid}/v2.0` } })),
];

/** Signed by the attacker's key, and by Entra's: refused both times, and nobody goes there. */
const canaryCase = (
  api: Api,
  where: string,
  parts: (url: string) => Parameters<Api['forge']>[0],
): Case => ({
  group: 'Algorithm and key',
  name: `${where} that leads to a canary`,
  expected: `${invalid}, ${invalid}, 0 connections`,
  async run() {
    const key = {
      ...mine.publicKey.export({ format: 'jwk' }),
      kid: api.good.header.kid,
      use: 'sig',
      alg: 'RS256',
    };
    const canary = await startCanary({ keys: [key] });
    try {
      const own = await present(api, api.forge(parts(canary.url), rsa(mine.privateKey)));
      const entras = await present(api, api.forge(parts(canary.url)));
      return `${own}, ${entras}, ${canary.connections()} connections`;
    } finally {
      await canary.close();
    }
  },
});

/** A server that nobody has a reason to call: it counts who does, and answers with the attacker's document. */
async function startCanary(document: object) {
  let connections = 0;
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(document)),
  );
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
