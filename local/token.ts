/** `npm run -s token -- alice`: prints an access token from the running emulators, nothing else. */
import { type Command, runCommand, UsageError } from '../tools/command-line.ts';
import { callControlApi } from '../tools/running-emulators.ts';

const command = {
  usage: [
    'npm run -s token -- USER [--scope S] [--client C] [--tenant T] [--acrs c1] [--mfa] [--no-cp1]',
    'npm run -s token -- --app [--client C] [--scope S] [--tenant T]',
  ],
  description: 'Prints an access token from the running emulators.',
  options: {
    scope: { type: 'string', value: 'S[,S]', help: 'The scopes. The default is all of them.' },
    client: { type: 'string', value: 'C', help: 'The name or appId of the client.' },
    tenant: { type: 'string', value: 'T', help: 'The name or id of the tenant.' },
    acrs: { type: 'string', value: 'c1', help: 'The authentication context in the token.' },
    mfa: { type: 'boolean', help: 'The user has passed multi-factor authentication.' },
    app: { type: 'boolean', help: 'Print an app-only token, without a user.' },
    cp1: { type: 'boolean', help: 'The client handles claims challenges. --no-cp1: it does not.' },
  },
  positionals: true,
  negatable: true,
  notes: [
    "A scope is Documents.Read (of the client's first API), downstream-api/Documents.Read,",
    'or api://<appId>/Documents.Read.',
  ].join('\n'),
} as const satisfies Command;

await runCommand(command, async ({ values, positionals }) => {
  const [user, unexpected] = positionals;
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument '${unexpected}'.`);
  const request = { ...values, ...(user !== undefined && { user }) };
  const response = (await callControlApi('POST', 'token', request)) as {
    readonly access_token: string;
  };
  console.log(response.access_token);
});
