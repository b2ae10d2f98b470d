import { connect, createServer } from 'node:net';

/** The ports of the local chain on the loopback interface. */
export interface Ports {
  /** Entra, Key Vault, managed identity and the control API. */
  readonly emulators: number;
  /** Original API. */
  readonly original: number;
  /** Downstream API. */
  readonly downstream: number;
  /** The website of the Client App. */
  readonly clientApp: number;
  /** The table store. */
  readonly table: number;
}

interface PortVariable {
  /** The environment variable that sets the port. */
  readonly name: string;
  readonly defaultPort: number;
}

const variables: Readonly<Record<keyof Ports, PortVariable>> = {
  emulators: { name: 'EMULATOR_PORT', defaultPort: 7070 },
  original: { name: 'ORIGINAL_API_PORT', defaultPort: 7071 },
  downstream: { name: 'DOWNSTREAM_API_PORT', defaultPort: 7072 },
  clientApp: { name: 'CLIENT_APP_PORT', defaultPort: 5173 },
  table: { name: 'TABLE_PORT', defaultPort: 10002 },
};

const largestPort = 65_535;
/** Milliseconds. A loopback connection succeeds or fails much faster, except under heavy load. */
const connectMilliseconds = 500;

/** The port of the emulators if EMULATOR_PORT is not set. */
export const defaultEmulatorPort = variables.emulators.defaultPort;

/**
 * Reads the ports from the environment, with their defaults.
 * @throws {Error} with one line for each port that is invalid or used twice
 */
export function readPorts(environment: Readonly<Record<string, string | undefined>>): Ports {
  const problems: string[] = [];
  const variableByPort = new Map<number, string>();
  const readPort = (key: keyof Ports): number => {
    const { name, defaultPort } = variables[key];
    const text = environment[name]?.trim() || String(defaultPort);
    const port = Number(text);
    const other = variableByPort.get(port);
    if (!/^\d+$/.test(text) || port < 1 || port > largestPort)
      problems.push(`${name} must be a port from 1 to ${largestPort}, not "${text}".`);
    else if (other !== undefined)
      problems.push(`${name} and ${other} must be different ports, not both ${port}.`);
    variableByPort.set(port, name);
    return port;
  };
  const ports = {
    emulators: readPort('emulators'),
    original: readPort('original'),
    downstream: readPort('downstream'),
    clientApp: readPort('clientApp'),
    table: readPort('table'),
  };
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return ports;
}

/** Finds the ports that another program listens on. */
export async function findBusyPorts(ports: Partial<Ports>): Promise<readonly (keyof Ports)[]> {
  const keys = Object.keys(ports) as (keyof Ports)[];
  const results = await Promise.all(
    keys.map(async (key) => {
      const port = ports[key];
      return { key, busy: port !== undefined && (await isBusy(port)) };
    }),
  );
  return results.filter(({ busy }) => busy).map(({ key }) => key);
}

/** Describes a busy port in one line: the port, its variable and how to continue. */
export function describeBusyPort(key: keyof Ports, port: number): string {
  const { name } = variables[key];
  return (
    `Port ${port} (${name}) is in use. ` +
    `Stop the program that uses it, or set ${name} to another port.`
  );
}

/**
 * Whether a program listens on a port. A browser may resolve `localhost` to either address, so both
 * count. A connection also succeeds if the program listens on all interfaces.
 */
async function isBusy(port: number): Promise<boolean> {
  if (await acceptsConnections(port, '127.0.0.1')) return true;
  if (await acceptsConnections(port, '::1')) return true;
  return !(await canListen(port));
}

function acceptsConnections(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const settle = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.setTimeout(connectMilliseconds, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
