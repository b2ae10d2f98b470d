/** `npm run attack`: tests an API with hostile input. See `--help`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createControlClient } from '../test/support/control-client.ts';
import { type Api, sendToken } from './attack/case.ts';
import { openDeployedApi, openStack } from './attack/open-target.ts';
import { poisonedKeys } from './attack/poisoned-keys.ts';
import {
  algorithmAndKeyName,
  groups,
  type Result,
  runCase,
  runGroup,
  type Verdict,
} from './attack/run.ts';
import { readPorts } from './ports.ts';
import { findDataDir } from './running-emulators.ts';

const usage = `Usage: npm run attack -- [options]

Sends hostile input to both APIs that npm start runs, or to a deployed API of your own, and
compares each response with the expected one.

Options:
  --target URL  The base URL of a deployed API with its route prefix, such as
                https://NAME.azurewebsites.net/api. Requires --token.
  --token FILE  A file with an access token that the API accepts.
  --write       Also run the cases that can change data of the deployed API.
  -h, --help    Show this help.`;

const options = {
  target: { type: 'string' },
  token: { type: 'string' },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** A deployed API with a token that it accepts. */
interface DeployedApi {
  readonly url: string;
  readonly token: string;
}

interface Command {
  readonly help: boolean;
  /** `undefined` for the chain that `npm start` runs. */
  readonly target: DeployedApi | undefined;
  readonly allowWrites: boolean;
}

/** @throws Error with one line that says what is wrong with the arguments */
async function parseCommand(args: string[]): Promise<Command> {
  const { values } = parseArgs({ args, options });
  const { target: url, token: file, write, help } = values;
  if (help) return { help, target: undefined, allowWrites: false };
  if (url === undefined && file === undefined) {
    if (write) throw new Error('The option --write requires --target and --token.');
    return { help, target: undefined, allowWrites: true };
  }
  if (url === undefined || file === undefined)
    throw new Error('The options --target and --token require each other.');
  if (!URL.canParse(url)) throw new Error(`The target is not a URL: ${url}`);
  const token = (await readFile(file, 'utf8')).trim();
  return { help, target: { url, token }, allowWrites: write };
}

async function openRunningStack(): Promise<readonly Api[]> {
  const dataDir = findDataDir(process.env);
  let control: { origin: string; token: string };
  try {
    control = JSON.parse(await readFile(join(dataDir, 'control.json'), 'utf8'));
  } catch {
    throw new Error('No emulators are running. Start the chain with: npm start');
  }
  const { original, downstream, clientApp } = readPorts(process.env);
  const urls = {
    originalApi: `http://localhost:${original}/api`,
    downstreamApi: `http://localhost:${downstream}/api/downstream`,
    clientApp: `http://localhost:${clientApp}`,
  };
  return openStack({
    urls,
    dataDir,
    control: createControlClient(control.origin, control.token),
  });
}

/**
 * Checks that the API accepts its valid token. Otherwise the rejection of an invalid one would mean
 * nothing.
 */
async function requireAcceptedToken(api: Api): Promise<void> {
  let outcome: string;
  try {
    outcome = await sendToken(api, api.token);
  } catch (error) {
    outcome = error instanceof Error ? error.message : String(error);
  }
  if (outcome !== '200')
    throw new Error(
      `${api.name} rejects the valid token for GET ${api.path}/documents (${outcome}). ` +
        'No case was run. Check the URL, and the audience and expiry of the token.',
    );
}

/** Formats the columns of a row, each padded or truncated to its width. */
function formatRow(api: string, name: string, expected: string, actual: string, verdict: string) {
  return [
    formatCell(api, 10),
    formatCell(name, 64),
    formatCell(expected, 30),
    formatCell(actual, 30),
    verdict,
  ].join('  ');
}

function formatCell(text: string, width: number): string {
  const printable = text.replace(/[^\x20-\x7e…“”’]/g, '?');
  return printable.length > width ? `${printable.slice(0, width - 1)}…` : printable.padEnd(width);
}

function printResult({ api, name, expected, actual, verdict }: Result): void {
  console.log(formatRow(api, name, expected, actual, verdict));
}

/** Runs all cases and prints their results. */
async function runCases(apis: readonly Api[], command: Command): Promise<readonly Result[]> {
  const results: Result[] = [];
  const record = (result: Result) => {
    printResult(result);
    results.push(result);
  };
  for (const group of groups) {
    console.log(`\n${group.name}`);
    console.log(formatRow('API', 'case', 'expected', 'actual', 'verdict'));
    for (const api of apis)
      for await (const result of runGroup(api, group, command.allowWrites)) record(result);
    if (group.name === algorithmAndKeyName && !command.target)
      for (const testCase of poisonedKeys()) record(await runCase('shared', group.name, testCase));
  }
  return results;
}

/** @returns the exit code: 0 when no case failed, otherwise 1 */
async function attack(command: Command): Promise<number> {
  const { target } = command;
  const apis = target
    ? [await openDeployedApi(target.url, target.token)]
    : await openRunningStack();
  for (const api of apis) await requireAcceptedToken(api);

  const results = await runCases(apis, command);
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length;
  const accepted = count('ACCEPTED');
  const rejected = count('REJECTED');
  const other = count('other');
  console.log(
    `\n${results.length} cases: ${count('ok')} ok, ${accepted} wrongly accepted, ` +
      `${rejected} wrongly rejected, ${other} with another outcome.`,
  );
  // A gateway before a deployed API may reject requests in its own way. Nothing is before the APIs
  // that run here.
  const failures = accepted + rejected + (target ? 0 : other);
  return failures > 0 ? 1 : 0;
}

async function main(args: string[]): Promise<number> {
  let command: Command;
  try {
    command = await parseCommand(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (command.help) {
    console.log(usage);
    return 0;
  }
  try {
    return await attack(command);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
