import { connect } from 'node:net';

/** An HTTP response as text. */
export interface RawResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The header lines as received, without the status line. */
  readonly head: string;
  /** The body as received, including chunk sizes. */
  readonly body: string;
}

/**
 * Sends exactly these bytes and reads until the server closes the connection. The request must
 * contain `Connection: close`; `rawRequest` adds it.
 */
export function sendRaw(port: number, bytes: string): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setEncoding('latin1');
    socket.on('data', (data) => {
      received += data;
    });
    socket.on('error', (error) => {
      // A server that rejects a request may reset the connection after its response.
      if (received === '') reject(error);
    });
    socket.on('close', () => {
      const [head = '', ...bodyParts] = received.split('\r\n\r\n');
      const [statusLine = '', ...headerLines] = head.split('\r\n');
      resolve({
        status: Number(statusLine.split(' ')[1]),
        head: headerLines.join('\r\n'),
        body: bodyParts.join('\r\n\r\n'),
      });
    });
  });
}

/** Builds the text of a request; adds `Host` and `Connection: close` to the headers. */
export function rawRequest(
  requestLine: string,
  headers: readonly string[] = [],
  body = '',
): string {
  const lines = [
    `${requestLine} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    ...headers,
    '',
    body,
  ];
  return lines.join('\r\n');
}
