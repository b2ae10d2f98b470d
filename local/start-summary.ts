import { relative } from 'node:path';
import { defaultStandPort } from './ports.ts';
import type { Stand } from './stand.ts';
import type { StartOptions } from './start-options.ts';

/** Where `func start` listens when nobody says otherwise. */
const funcPort = 7071;

/** What a person needs once all is running: where to go, who to be, what to type. */
export function summarize(
  stand: Stand,
  options: StartOptions,
  how: { readonly seconds: number; readonly host: string; readonly localSettings?: string },
): string {
  const { ports, dataDir, standOnly } = options;
  const { clientAppOrigin, directory } = stand.context;
  const isAtHome = ({ tenant }: { readonly tenant: string }) => tenant === directory.homeTenant.key;
  const users = directory.users.filter(isAtHome).map(({ name, note }) => (note ? `${name} (${note})` : name));
  const others = directory.users.filter((user) => !isAtHome(user)).map(({ name, tenant }) => `${name} (of ${tenant})`);
  const standPort = ports.stand === defaultStandPort ? '' : `STAND_PORT=${ports.stand} `;
  const dataDirSet = process.env.STAND_DATA_DIR ? `STAND_DATA_DIR='${dataDir}' ` : '';
  const curl = `curl -H "Authorization: Bearer $(${standPort}${dataDirSet}npm run -s token -- alice)" http://localhost:${ports.original}/api/journey`;
  const next = standOnly
    ? [
        `  settings     ${how.localSettings ?? 'your own'}`,
        `  next         func start${ports.original === funcPort ? '' : ` --port ${ports.original}`}`,
      ]
    : [`  APIs         http://localhost:${ports.original}/api and http://localhost:${ports.downstream}/api/downstream, run by ${how.host}`];
  return [
    '',
    `Ready after ${how.seconds.toFixed(1)} s.`,
    '',
    `  open         ${clientAppOrigin}`,
    `  sign in as   ${users.join(', ')}`,
    `  of others    ${others.join(', ')}: for tokens only, and refused until ALLOWED_TENANT_IDS names the tenant`,
    `  or type      ${curl}`,
    ...next,
    `  data         ${relative(process.cwd(), dataDir) || dataDir}   (npm ${standOnly ? 'run stand' : 'start'} -- --fresh begins anew)`,
    '',
    'Ctrl-C stops all of it.',
    '',
  ].join('\n');
}
