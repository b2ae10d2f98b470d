import { connect, createServer } from 'node:net';

/** The ports of one stack on the loopback interface. */
export interface Ports {
  readonly emulators: number;
  readonly original: number;
  readonly downstream: number;
  readonly clientApp: number;
  readonly table: number;
}

const variables: {
  readonly [K in keyof Ports]: { readonly name: string; readonly byDefault: number };
} = {
  emulators: { name: 'EMULATOR_PORT', byDefault: 7070 },
  original: { name: 'ORIGINAL_API_PORT', byDefault: 7071 },
  downstream: { name: 'DOWNSTREAM_API_PORT', byDefault: 7072 },
  clientApp: { name: 'CLIENT_APP_PORT', byDefault: 5173 },
  table: { name: 'TABLE_PORT', byDefault: 10002 },
};

export const defaultEmulatorPort = variables.emulators.byDefault;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The ports from the environment, with their defaults.
 * @throws Error with one line for each value that is no port or is given twice
 */
export function readPorts(environment: Environment): Ports {
  const problems: string[] = [];
  const taken = new Map<number, string>();
  const read = (part: keyof Ports): number => {
    const { name, byDefault } = variables[part];
    const text = environment[name]?.trim() || String(byDefault);
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
      problems.push(`${name} must be a port from 1 to 65535, not "${text}".`);
    else if (taken.has(port))
      problems.push(
        `${name} and ${taken.get(port)} must be two different ports, not both ${port}.`,
      );
    taken.set(port, name);
    return port;
  };
  const ports = {
    emulators: read('emulators'),
    original: read('original'),
    downstream: read('downstream'),
    clientApp: read('clientApp'),
    table: read('table'),
  };
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return ports;
}

/** One line for each port that something listens on already, naming the port, its variable and the way out. */
export async function findBusyPorts(ports: Partial<Ports>): Promise<readonly string[]> {
  const parts = Object.keys(ports) as (keyof Ports)[];
  const lines = await Promise.all(
    parts.map(async (part) => {
      const port = ports[part];
      return port !== undefined && (await isBusy(port))
        ? busyLine(port, variables[part].name)
        : undefined;
    }),
  );
  return lines.filter((line) => line !== undefined);
}

/** Both `localhost` addresses count, since a browser may pick either; connecting also finds a listener on all interfaces. */
async function isBusy(port: number): Promise<boolean> {
  return (
    (await answers(port, '127.0.0.1')) || (await answers(port, '::1')) || !(await canListen(port))
  );
}

function busyLine(port: number, variable: string): string {
  return `Port ${port} (${variable}) is in use. Stop what uses it, or set ${variable} to another port.`;
}

function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const settle = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(500, () => settle(false));
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
