/** `npm run attack`: the hostile matrix against the chain that runs here, or against a deployment of one's own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Api, present } from './attack/case.ts';
import { openForeign, openStack } from './attack/open-target.ts';
import { poisonedKeys } from './attack/poisoned-keys.ts';
import { groups, type Result, runCase, runGroup } from './attack/run.ts';
import { createControlClient } from '../test/support/control-client.ts';
import { readPorts } from './ports.ts';
import { findDataDir } from './running-emulators.ts';

const usage = `Usage: npm run attack                                         against the chain that npm start runs
       npm run attack -- --target URL --token FILE [--write]
URL: the base URL of an API of yours, route prefix included, such as https://NAME.azurewebsites.net/api
FILE: holds an access token for that API. Only cases that change nothing run, unless --write; nothing is aimed at anybody else.`;

interface Options {
  readonly target?: { readonly url: string; readonly token: string };
  readonly write: boolean;
}

async function readOptions(args: string[]): Promise<Options | undefined> {
  try {
    const { values } = parseArgs({
      args,
      options: {
        target: { type: 'string' },
        token: { type: 'string' },
        write: { type: 'boolean' },
      },
    });
    const { target: url, token: file, write = false } = values;
    if (url === undefined && file === undefined) return write ? undefined : { write: true };
    if (url === undefined || file === undefined || !URL.canParse(url)) return undefined;
    return { target: { url, token: (await readFile(file, 'utf8')).trim() }, write };
  } catch (error) {
    console.error((error as Error).message);
    return undefined;
  }
}

async function openRunningStack() {
  const dataDir = findDataDir(process.env);
  const text = await readFile(join(dataDir, 'control.json'), 'utf8').catch(() => {
    throw new Error('No emulators are running here. Start it with: npm start');
  });
  const { origin, token } = JSON.parse(text) as { origin: string; token: string };
  const { original, downstream, clientApp } = readPorts(process.env);
  const urls = {
    emulators: origin,
    originalApi: `http://localhost:${original}/api`,
    downstreamApi: `http://localhost:${downstream}/api/downstream`,
    clientApp: `http://localhost:${clientApp}`,
  };
  return openStack({ urls, dataDir, control: createControlClient(origin, token) });
}

const cell = (text: string, width: number) => {
  const plain = text.replace(/[^\x20-\x7e…“”’]/g, '?');
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain.padEnd(width);
};

function print({ api, name, expected, got, mark }: Result): void {
  console.log([cell(api, 10), cell(name, 64), cell(expected, 30), cell(got, 30), mark].join('  '));
}

/** Where the good token is refused, every refusal of a bad one would mean nothing. */
async function demandGoodToken(api: Api): Promise<void> {
  const got = await present(api, api.token).catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  if (got !== '200')
    throw new Error(
      `${api.name}: the good token was not taken for GET ${api.path}/documents (${got}). Nothing was tried.`,
    );
}

async function attack({ target, write }: Options): Promise<number> {
  const apis = target ? [await openForeign(target.url, target.token)] : await openRunningStack();
  for (const api of apis) await demandGoodToken(api);
  const results: Result[] = [];
  const note = (result: Result) => {
    print(result);
    results.push(result);
  };
  for (const [name, group] of groups) {
    console.log(
      `\n${name}\n${[cell('api', 10), cell('case', 64), cell('expected', 30), cell('got', 30), 'mark'].join('  ')}`,
    );
    for (const api of apis) for await (const result of runGroup(api, group, write)) note(result);
    if (name === 'Algorithm and key' && !target)
      for (const one of poisonedKeys()) note(await runCase('shared', one));
  }
  const count = (mark: Result['mark']) => results.filter((result) => result.mark === mark).length;
  console.log(
    `\n${results.length} cases: ${count('ok')} ok, ${count('ACCEPTED')} accepted that must not be, ${count('REFUSED')} refused that must not be, ${count('other')} answered in another way.`,
  );
  // What stands before a deployment, a gateway for instance, may refuse in its own words; here nothing stands before the APIs.
  return count('ACCEPTED') + count('REFUSED') + (target ? 0 : count('other')) > 0 ? 1 : 0;
}

const options = await readOptions(process.argv.slice(2));
if (!options) {
  console.error(usage);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await attack(options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
