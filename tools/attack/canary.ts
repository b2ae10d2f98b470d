import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Api, type Case, type CreateCases, invalidToken, sendToken } from './case.ts';
import { rsa, type TokenParts } from './forge.ts';

const attackerKey = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Tokens that contain the URL of a server from which the API must not fetch a key. */
export const canaries: CreateCases = (api) => [
  canaryCase(api, 'jku', (url) => ({ header: { jku: url } })),
  canaryCase(api, 'x5u', (url) => ({ header: { x5u: url } })),
  canaryCase(api, 'kid', (url) => ({ header: { kid: url } })),
  canaryCase(api, 'iss', (url) => ({
    claims: { iss: `${url}/${api.decoded.claims.tid}/v2.0` },
  })),
];

/**
 * Sends two tokens with the URL of a canary: one signed with the attacker's key, which the canary
 * publishes, and one signed with Entra's. The API must reject both and must not connect.
 */
function canaryCase(api: Api, member: string, createParts: (url: string) => TokenParts): Case {
  return {
    name: `${member} with the URL of a canary server`,
    expected: `${invalidToken}, ${invalidToken}, 0 connections`,
    async run() {
      const jwk = {
        ...attackerKey.publicKey.export({ format: 'jwk' }),
        kid: api.decoded.header.kid,
        use: 'sig',
        alg: 'RS256',
      };
      const canary = await startCanary({ keys: [jwk] });
      try {
        const parts = createParts(canary.url);
        const signedByAttacker = await sendToken(
          api,
          api.forge(parts, rsa(attackerKey.privateKey)),
        );
        const signedByEntra = await sendToken(api, api.forge(parts));
        return `${signedByAttacker}, ${signedByEntra}, ${canary.connections()} connections`;
      } finally {
        await canary.close();
      }
    },
  };
}

/** Starts a server that counts its connections and responds with the given document. */
async function startCanary(document: object) {
  let connections = 0;
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
