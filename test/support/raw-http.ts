import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** The head as it came over the wire, without the status line. */
  readonly head: string;
  /** The body as it came over the wire: chunk sizes included. */
  readonly body: string;
}

/** Sends exactly these bytes and returns what comes back until the server closes; ask for `Connection: close`. */
export function sendRaw(port: number, bytes: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setEncoding('latin1');
    socket.on('data', (data) => {
      received += data;
    });
    socket.on('error', (error) => (received ? undefined : reject(error)));
    socket.on('close', () => {
      const [top = '', ...rest] = received.split('\r\n\r\n');
      const [statusLine = '', ...lines] = top.split('\r\n');
      resolve({
        status: Number(statusLine.split(' ')[1]),
        head: lines.join('\r\n'),
        body: rest.join('\r\n\r\n'),
      });
    });
  });
}

/** A request of one line and some headers, as text; adds Host and `Connection: close`. */
export function rawRequest(line: string, headers: readonly string[] = [], body = ''): string {
  return [`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', body].join(
    '\r\n',
  );
}
