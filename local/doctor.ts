/** `npm run doctor`: finds what is wrong with this chain's surroundings. `npm run doctor -- THING`: says what a token, an answer or a code means. */
import { parseArgs } from 'node:util';
import { runChecks } from '../tools/doctor/check-up.ts';
import { explain } from '../tools/doctor/explain.ts';
import { findSettings, type WhereToLook } from './doctor/find-settings.ts';
import { listChecks } from '../tools/doctor/list-checks.ts';
import { readInput } from '../tools/doctor/read-input.ts';
import { readSurroundings } from '../tools/doctor/surroundings.ts';

const kinds = `a token, a problem body ('{"code":"consent_required"}'), a WWW-Authenticate header ('Bearer error="invalid_token"') or an AADSTS code (AADSTS65001)`;
const usage = `Usage: npm run -s doctor                 checks the settings and everything they lead to
       npm run -s doctor -- --stand      the same for the emulators that runs, whatever settings there are
       npm run -s doctor -- THING        says what THING means; - reads it from standard input
THING is ${kinds}.
For example: npm run -s token -- alice | npm run -s doctor`;

async function checkUp(where: WhereToLook): Promise<number> {
  const found = await findSettings(where);
  if (!found) {
    console.log(
      'No settings: no local.settings.json, none in the environment, and no emulators runs here.\nFix first: start the chain with npm start.',
    );
    return 1;
  }
  console.log(`With the settings of ${found.source}:`);
  const first = await runChecks(listChecks(found), console.log);
  console.log(first === undefined ? '\nAll is well.' : `\nFix first: ${first}.`);
  return first === undefined ? 0 : 1;
}

async function explainInput(input: string, where: WhereToLook): Promise<number> {
  const found = await findSettings(where).catch(() => undefined);
  const lines = await explain(input, readSurroundings(found));
  if (lines) console.log(lines.join('\n'));
  else console.error(`This is nothing that the doctor knows: give it ${kinds}.`);
  return lines ? 0 : 2;
}

async function main(args: string[]): Promise<number> {
  const options = {
    emulators: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  let given: {
    values: { emulators?: boolean | undefined; help?: boolean | undefined };
    positionals: string[];
  };
  try {
    given = parseArgs({ args, allowPositionals: true, options });
  } catch {
    console.error(usage);
    return 2;
  }
  const { values, positionals } = given;
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const where = { environment: process.env, emulatorsOnly: values.emulators ?? false };
  const input = await readInput(positionals, process.stdin);
  if (input === '' && positionals.length === 0) return checkUp(where);
  return explainInput(input, where);
}

const code = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return 1;
});
// A check that was given up may still hold a socket open; nothing more is to be said.
process.stdout.write('', () => process.exit(code));
