/** `npm run -s token -- alice`: prints an access token of the running emulators, and nothing else. */
import { parseArgs } from 'node:util';
import { askControl, ControlFailed } from '../tools/running-emulators.ts';

const usage = `Usage: npm run -s token -- USER [--scope S[,S]] [--client NAME|appId] [--tenant NAME|id] [--acrs c1] [--mfa] [--no-cp1]
       npm run -s token -- --app [--client NAME|appId] [--scope S] [--tenant NAME|id]
Scopes: Documents.Read (the client's first API), downstream-api/Documents.Read, or api://<appId>/Documents.Read; default: all of them.`;

const options = {
  scope: { type: 'string' },
  client: { type: 'string' },
  tenant: { type: 'string' },
  acrs: { type: 'string' },
  mfa: { type: 'boolean' },
  app: { type: 'boolean' },
  cp1: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

function readAsked(args: string[]): object | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      options,
      allowPositionals: true,
      allowNegative: true,
    });
    const { help, ...asked } = values;
    if (help || positionals.length > 1) return undefined;
    return { ...asked, ...(positionals[0] === undefined ? {} : { user: positionals[0] }) };
  } catch (error) {
    console.error((error as Error).message);
    return undefined;
  }
}

const asked = readAsked(process.argv.slice(2));
if (!asked) {
  console.error(usage);
  process.exitCode = 2;
} else {
  try {
    const { access_token: token } = (await askControl('POST', 'token', asked)) as {
      access_token: string;
    };
    console.log(token);
  } catch (error) {
    if (!(error instanceof ControlFailed)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
