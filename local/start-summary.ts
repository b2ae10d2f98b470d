import { relative } from 'node:path';
import { defaultEmulatorPort } from '../tools/ports.ts';
import type { Emulators } from './emulators/emulators.ts';
import type { StartOptions } from './start-options.ts';

/** The port on which `func start` listens by default. */
const defaultFuncPort = 7071;

/** The details of a completed start. */
export interface StartResult {
  /** The time until everything was ready. */
  readonly seconds: number;
  /** The program that runs the APIs. */
  readonly host: string;
  /** The line about `local.settings.json`, or `undefined` if the APIs run too. */
  readonly localSettings: string | undefined;
}

/** Describes what runs, where it runs and what to try first. */
export function formatSummary(
  emulators: Emulators,
  options: StartOptions,
  { seconds, host, localSettings }: StartResult,
): string {
  const { ports } = options;
  const { clientAppOrigin, directory } = emulators.context;
  const homeTenant = directory.homeTenant.key;
  const homeUsers = directory.users.filter(({ tenant }) => tenant === homeTenant);
  const foreignUsers = directory.users.filter(({ tenant }) => tenant !== homeTenant);
  const users = homeUsers.map(({ name, note }) => (note ? `${name} (${note})` : name)).join(', ');
  const foreign = foreignUsers.map(({ name, tenant }) => `${name} (${tenant})`).join(', ');

  const lines = [
    `Ready after ${seconds.toFixed(1)} s.`,
    '',
    `  open         ${clientAppOrigin}`,
    `  sign in as   ${users}`,
    `  other tenant ${foreign}: the APIs refuse them unless ALLOWED_TENANT_IDS lists the tenant`,
    `  or type      ${curlCommand(options)}`,
  ];
  if (localSettings !== undefined) {
    const port = ports.original === defaultFuncPort ? '' : ` --port ${ports.original}`;
    lines.push(`  settings     ${localSettings}`, `  next         func start${port}`);
  } else {
    lines.push(
      `  APIs         http://localhost:${ports.original}/api`,
      `               http://localhost:${ports.downstream}/api/downstream`,
      `  run by       ${host}`,
    );
  }
  lines.push(`  data         ${describeDataDir(options)}`, '', 'Press Ctrl-C to stop.');
  return `\n${lines.join('\n')}\n`;
}

function curlCommand({ ports, dataDir }: StartOptions): string {
  const environment: string[] = [];
  if (ports.emulators !== defaultEmulatorPort)
    environment.push(`EMULATOR_PORT=${ports.emulators} `);
  if (process.env.EMULATOR_DATA_DIR) environment.push(`EMULATOR_DATA_DIR='${dataDir}' `);
  const token = `$(${environment.join('')}npm run -s token -- alice)`;
  const url = `http://localhost:${ports.original}/api/journey`;
  return `curl -H "Authorization: Bearer ${token}" ${url}`;
}

function describeDataDir({ dataDir, emulatorsOnly }: StartOptions): string {
  const path = relative(process.cwd(), dataDir) || dataDir;
  const script = emulatorsOnly ? 'npm run emulators' : 'npm start';
  return `${path} (empty it with: ${script} -- --fresh)`;
}
