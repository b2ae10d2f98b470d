/** Finds the emulators that run on this machine and calls their control API. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultEmulatorPort } from './ports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const notRunning = 'No emulators are running. Start them with: npm start';
const probeMilliseconds = 2_000;

/** The control API cannot be reached, or it refused a request. The message is one line. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  /** Whether no emulators are running. If `false`, they refused the request. */
  readonly unreachable: boolean;

  constructor(message: string, unreachable: boolean) {
    super(message);
    this.unreachable = unreachable;
  }
}

/** Returns EMULATOR_DATA_DIR, or `.local/emulators-<EMULATOR_PORT>` at the project's root. */
export function findDataDir(environment: Readonly<Record<string, string | undefined>>): string {
  if (environment.EMULATOR_DATA_DIR) return environment.EMULATOR_DATA_DIR;
  const port = environment.EMULATOR_PORT?.trim() || defaultEmulatorPort;
  return join(root, '.local', `emulators-${port}`);
}

/**
 * Sends a JSON request to the control API of the running emulators.
 * @param path below `/control/`
 * @returns the JSON body of the response, or `undefined` for a 204
 * @throws {ControlError}
 */
export async function callControlApi(
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const { origin, token } = await readControlFile();
  let response: Response;
  try {
    response = await fetch(`${origin}/control/${path}`, {
      method,
      headers: { 'x-control-token': token, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ControlError(notRunning, true);
  }
  const json: unknown = response.status === 204 ? undefined : await response.json();
  if (response.ok) return json;
  const { error } = Object(json) as { readonly error?: unknown };
  const message =
    typeof error === 'string' ? error : `The emulators responded with status ${response.status}.`;
  throw new ControlError(message, false);
}

async function readControlFile(): Promise<{ readonly origin: string; readonly token: string }> {
  let text: string;
  try {
    text = await readFile(join(findDataDir(process.env), 'control.json'), 'utf8');
  } catch {
    throw new ControlError(notRunning, true);
  }
  return JSON.parse(text);
}

/** Whether the emulators of this repository listen on a port. */
export async function isUsedByEmulators(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://localhost:${port}/control/records`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(probeMilliseconds),
    });
    // The control API refuses a request without its token, and its message names the header.
    return response.status === 401 && (await response.text()).includes('x-control-token');
  } catch {
    return false;
  }
}
