import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Respond } from '../support/downstream.ts';

/** Decodes the claims of a token, or of an Authorization header, without validating them. */
export function readClaims(text = ''): Record<string, unknown> {
  const payload = text.split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

/** Reads the whole body of a request. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Reads the object id of the user from the assertion of an On-Behalf-Of request. */
export async function readUserOfExchange(request: IncomingMessage): Promise<unknown> {
  const form = new URLSearchParams(await readBody(request));
  return readClaims(form.get('assertion') ?? '').oid;
}

/** Sends a JSON body. */
export function sendJson(response: ServerResponse, body: object): void {
  response.end(JSON.stringify(body));
}

/** A server that never responds. */
export interface Silence {
  /** Never responds. */
  readonly respond: Respond;
  /** The sockets of all requests so far. */
  readonly sockets: ReadonlySet<Socket>;
  /** Counts the sockets that are still open. */
  countOpen(): number;
}

/** Creates a server that never responds. */
export function createSilence(): Silence {
  const sockets = new Set<Socket>();
  return {
    respond: (request) => {
      sockets.add(request.socket);
    },
    sockets,
    countOpen: () => [...sockets].filter((socket) => !socket.destroyed).length,
  };
}

/** Responds as Entra does when the client secret is expired. */
export function refuseCredential(response: ServerResponse): void {
  sendJson(response.writeHead(401), { error: 'invalid_client', error_codes: [7000222] });
}

/** Creates a response with this status and an empty JSON object as its body. */
export function respondWithStatus(status: number, headers: Record<string, string> = {}): Respond {
  return (_request, response) => {
    response.writeHead(status, headers).end('{}');
  };
}

/** Creates a response that closes the connection. */
export function breakConnection(): Respond {
  return (request) => {
    request.socket.destroy();
  };
}

/** Writes blocks until the body is complete or the client closes the connection. */
export function sendLargeBody(
  response: ServerResponse,
  totalBytes: number,
  onSent: (bytes: number) => void,
): void {
  const block = Buffer.alloc(65_536, 'x');
  let sent = 0;
  function writeMore(): void {
    while (!response.destroyed && sent < totalBytes) {
      sent += block.length;
      onSent(block.length);
      if (!response.write(block)) {
        response.once('drain', writeMore);
        return;
      }
    }
    response.end();
  }
  writeMore();
}

/** Responds as Key Vault does: a challenge to a request without a token, else the secret. */
export function respondAsVault(
  request: IncomingMessage,
  response: ServerResponse,
  value = 'secret',
  version = '1',
): void {
  if (!request.headers.authorization) {
    challengeVault(response);
    return;
  }
  sendJson(response, {
    value,
    id: `https://vault.example/secrets/credential/${version}`,
    attributes: {},
  });
}

/** Responds as Key Vault does to a request without a token. */
export function challengeVault(response: ServerResponse): void {
  response
    .writeHead(401, {
      'www-authenticate':
        'Bearer authorization="https://login.example/t", resource="https://vault.azure.net"',
    })
    .end();
}
