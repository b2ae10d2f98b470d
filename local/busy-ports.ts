import { describeBusyPort, findBusyPorts, type Ports } from '../tools/ports.ts';
import { isUsedByEmulators } from '../tools/running-emulators.ts';

/**
 * Explains why the chain cannot start on these ports.
 * @returns `undefined` if all ports are free
 */
export async function describeBusyPorts(ports: Partial<Ports>): Promise<string | undefined> {
  const busy = await findBusyPorts(ports);
  if (busy.length === 0) return undefined;
  const { emulators, clientApp } = ports;
  if (
    emulators !== undefined &&
    busy.includes('emulators') &&
    (await isUsedByEmulators(emulators))
  ) {
    const clientAppPort = busy.includes('clientApp') ? clientApp : undefined;
    return describeRunning(emulators, clientAppPort);
  }
  return busy.map((key) => describeBusyPort(key, ports[key] ?? 0)).join('\n');
}

function describeRunning(emulatorPort: number, clientAppPort: number | undefined): string {
  const places = [`the emulators at http://localhost:${emulatorPort}`];
  if (clientAppPort !== undefined)
    places.unshift(`the Client App at http://localhost:${clientAppPort}`);
  return (
    `Already running: ${places.join(' and ')}.\n` +
    'Stop it with Ctrl-C in its terminal, or set EMULATOR_PORT and the other ports to free ones.'
  );
}
