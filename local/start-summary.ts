import { relative } from 'node:path';
import { defaultEmulatorPort } from '../tools/ports.ts';
import type { Emulators } from './emulators/emulators.ts';
import type { StartOptions } from './start-options.ts';

/** Where `func start` listens when nobody says otherwise. */
const funcPort = 7071;

/** What a person needs once all is running: where to go, who to be, what to type. */
export function summarize(
  emulators: Emulators,
  options: StartOptions,
  how: { readonly seconds: number; readonly host: string; readonly localSettings?: string },
): string {
  const { ports, dataDir, emulatorsOnly } = options;
  const { clientAppOrigin, directory } = emulators.context;
  const isAtHome = ({ tenant }: { readonly tenant: string }) => tenant === directory.homeTenant.key;
  const users = directory.users
    .filter(isAtHome)
    .map(({ name, note }) => (note ? `${name} (${note})` : name));
  const others = directory.users
    .filter((user) => !isAtHome(user))
    .map(({ name, tenant }) => `${name} (of ${tenant})`);
  const emulatorPort =
    ports.emulators === defaultEmulatorPort ? '' : `EMULATOR_PORT=${ports.emulators} `;
  const dataDirSet = process.env.EMULATOR_DATA_DIR ? `EMULATOR_DATA_DIR='${dataDir}' ` : '';
  const curl = `curl -H "Authorization: Bearer $(${emulatorPort}${dataDirSet}npm run -s token -- alice)" http://localhost:${ports.original}/api/journey`;
  const next = emulatorsOnly
    ? [
        `  settings     ${how.localSettings ?? 'your own'}`,
        `  next         func start${ports.original === funcPort ? '' : ` --port ${ports.original}`}`,
      ]
    : [
        `  APIs         http://localhost:${ports.original}/api and http://localhost:${ports.downstream}/api/downstream, run by ${how.host}`,
      ];
  return [
    '',
    `Ready after ${how.seconds.toFixed(1)} s.`,
    '',
    `  open         ${clientAppOrigin}`,
    `  sign in as   ${users.join(', ')}`,
    `  of others    ${others.join(', ')}: for tokens only, and refused until ALLOWED_TENANT_IDS names the tenant`,
    `  or type      ${curl}`,
    ...next,
    `  data         ${relative(process.cwd(), dataDir) || dataDir}   (npm ${emulatorsOnly ? 'run emulators' : 'start'} -- --fresh begins anew)`,
    '',
    'Ctrl-C stops all of it.',
    '',
  ].join('\n');
}
