/** `npm run attack`: tests an API with hostile input. See `--help`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
import { type Command, runCommand, UsageError } from './command-line.ts';
import { readPorts } from './ports.ts';
import { findDataDir } from './running-emulators.ts';

const command = {
  usage: ['npm run attack', 'npm run attack -- --target URL --token FILE [--write]'],
  description: [
    'Sends hostile input to both APIs that npm start runs, or to a deployed API of your own, and',
    'compares each response with the expected one.',
  ].join('\n'),
  options: {
    target: {
      type: 'string',
      value: 'URL',
      help: 'The base URL of a deployed API with its route prefix: https://NAME.example/api.',
    },
    token: {
      type: 'string',
      value: 'FILE',
      help: 'A file with an access token that the deployed API accepts.',
    },
    write: {
      type: 'boolean',
      help: 'Also run the cases that can change data of the deployed API.',
    },
  },
} as const satisfies Command;

/** A deployed API with a token that it accepts. */
interface DeployedApi {
  readonly url: string;
  readonly token: string;
}

interface Plan {
  /** `undefined` for the chain that `npm start` runs. */
  readonly target: DeployedApi | undefined;
  readonly allowWrites: boolean;
}

/** @throws {UsageError} with one line that says what is wrong with the options */
async function readPlan(values: {
  readonly target?: string | undefined;
  readonly token?: string | undefined;
  readonly write?: boolean | undefined;
}): Promise<Plan> {
  const { target: url, token: file, write = false } = values;
  if (url === undefined && file === undefined) {
    if (write) throw new UsageError('The option --write requires --target and --token.');
    return { target: undefined, allowWrites: true };
  }
  if (url === undefined || file === undefined)
    throw new UsageError('The options --target and --token require each other.');
  if (!URL.canParse(url)) throw new UsageError(`The target is not a URL: ${url}`);
  return { target: { url, token: await readTokenFile(file) }, allowWrites: write };
}

async function readTokenFile(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new UsageError(`Cannot read the token file: ${(error as Error).message}`);
  }
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
 * Checks that the API accepts its valid token. If it does not, the rejection of an invalid one
 * shows nothing.
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
async function runCases(apis: readonly Api[], plan: Plan): Promise<readonly Result[]> {
  const results: Result[] = [];
  const record = (result: Result) => {
    printResult(result);
    results.push(result);
  };
  for (const group of groups) {
    console.log(`\n${group.name}`);
    console.log(formatRow('API', 'case', 'expected', 'actual', 'verdict'));
    for (const api of apis)
      for await (const result of runGroup(api, group, plan.allowWrites)) record(result);
    if (group.name === algorithmAndKeyName && !plan.target)
      for (const testCase of poisonedKeys()) record(await runCase('shared', group.name, testCase));
  }
  return results;
}

/** @returns the exit code: 0 when no case failed, otherwise 1 */
async function attack(plan: Plan): Promise<number> {
  const { target } = plan;
  const apis = target
    ? [await openDeployedApi(target.url, target.token)]
    : await openRunningStack();
  for (const api of apis) await requireAcceptedToken(api);

  const results = await runCases(apis, plan);
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length;
  const accepted = count('ACCEPTED');
  const rejected = count('REJECTED');
  const other = count('other');
  console.log(
    `\n${results.length} cases: ${count('ok')} ok, ${accepted} wrongly accepted, ` +
      `${rejected} wrongly rejected, ${other} with another outcome.`,
  );
  // A gateway in front of a deployed API may reject requests in its own way. The APIs of the
  // emulators have no gateway.
  const failures = accepted + rejected + (target ? 0 : other);
  return failures > 0 ? 1 : 0;
}

await runCommand(command, async ({ values }) => attack(await readPlan(values)));
