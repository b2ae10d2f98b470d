/** Finds the emulators that runs on this machine and talks to its control API. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultEmulatorPort } from './ports.ts';

/** No emulators, or it said no; the message is one line for a person. */
export class ControlFailed extends Error {
  /** Nothing answered; otherwise the emulators refused what was asked. */
  readonly unreachable: boolean;

  constructor(message: string, unreachable: boolean) {
    super(message);
    this.unreachable = unreachable;
  }
}

/** EMULATOR_DATA_DIR, else `.local/emulators-<EMULATOR_PORT>` at the project's root. */
export function findDataDir(environment: Readonly<Record<string, string | undefined>>): string {
  const port = environment.EMULATOR_PORT?.trim() || defaultEmulatorPort;
  return (
    environment.EMULATOR_DATA_DIR ||
    join(fileURLToPath(new URL('..', import.meta.url)), '.local', `emulators-${port}`)
  );
}

/** Sends JSON to the control API, gives its JSON; throws ControlFailed. */
export async function askControl(method: string, path: string, body?: object): Promise<unknown> {
  const notRunning = 'No emulators are running here. Start it with: npm start';
  const text = await readFile(join(findDataDir(process.env), 'control.json'), 'utf8').catch(() => {
    throw new ControlFailed(notRunning, true);
  });
  const { origin, token } = JSON.parse(text) as { origin: string; token: string };
  const headers = { 'x-control-token': token, 'content-type': 'application/json' };
  const answer = await fetch(`${origin}/control/${path}`, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch(() => {
    throw new ControlFailed(notRunning, true);
  });
  const answered: unknown = answer.status === 204 ? undefined : await answer.json();
  if (answer.ok) return answered;
  const { error } = (answered ?? {}) as { error?: unknown };
  throw new ControlFailed(
    typeof error === 'string' ? error : `The emulators answered ${answer.status}.`,
    false,
  );
}
