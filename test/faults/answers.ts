import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Answers a request of a server that a test lets fail. */
export type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** The claims in a token or in `Bearer …`, unverified. */
export function readClaims(text = ''): Record<string, unknown> {
  return JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
}

/** The whole body of a request. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Answers JSON. */
export const sendJson = (response: ServerResponse, body: object): void =>
  void response.end(JSON.stringify(body));

/** Says nothing and keeps the sockets, so that a test can see them go. */
export function hang(): Respond & { readonly sockets: Set<Socket>; readonly open: () => number } {
  const sockets = new Set<Socket>();
  const respond: Respond = (request) => void sockets.add(request.socket);
  return Object.assign(respond, {
    sockets,
    open: () => [...sockets].filter((socket) => !socket.destroyed).length,
  });
}

/** As Entra refuses a client secret that has ended. */
export const refuseCredential = (response: ServerResponse): void =>
  sendJson(response.writeHead(401), { error: 'invalid_client', error_codes: [7000222] });

/** Answers a status and no more. */
export const status =
  (code: number, headers: Record<string, string> = {}): Respond =>
  (_request, response) =>
    void response.writeHead(code, headers).end('{}');

/** As Key Vault: without a token 401 and where to get one, then the secret. */
export function answerVault(
  request: IncomingMessage,
  response: ServerResponse,
  value = 'secret',
  version = '1',
): void {
  if (request.headers.authorization)
    sendJson(response, {
      value,
      id: `https://vault.example/secrets/credential/${version}`,
      attributes: {},
    });
  else challengeVault(response);
}

/** As Key Vault answers who brings no token. */
export const challengeVault = (response: ServerResponse): void =>
  void response
    .writeHead(401, {
      'www-authenticate':
        'Bearer authorization="https://login.example/t", resource="https://vault.azure.net"',
    })
    .end();
