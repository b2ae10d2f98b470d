/** The emulators's Entra and its control API on a free port, without vault and tables, for the tests beside this file. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EmulatorContext } from '../../../../../local/emulators/context.ts';
import { createControl } from '../../../../../local/emulators/control/control.ts';
import { createEntra } from '../../../../../local/emulators/entra/entra.ts';
import { mintToken } from '../../../../../local/emulators/entra/token/mint-token.ts';
import { createListener } from '../../../../../local/emulators/listener.ts';
import { createAzureContext } from '../azure-context.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface EntraEmulator {
  readonly context: EmulatorContext;
  readonly home: string;
  readonly controlToken: string;
  /** Moves the clock. */
  pass(milliseconds: number): void;
  /** An access token and an id token as `npm run -s token` makes them. */
  token(asked: object): Promise<{ access_token: string; id_token?: string }>;
  /** POST to the token endpoint of a tenant (default: home). */
  post(
    form: Readonly<Record<string, string>>,
    options?: { tenant?: string; headers?: Record<string, string> },
  ): Promise<{ status: number; body: Json }>;
  /** Alice's token A exchanged by Original for Downstream with its secret; `form` changes fields, an empty string leaves one out. */
  exchange(
    form?: Readonly<Record<string, string>>,
    options?: { tenant?: string },
  ): Promise<{ status: number; body: Json }>;
  close(): Promise<void>;
}

/** A JWT's claims, unverified. */
export function readClaims(token: unknown): Json {
  return JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString('utf8'));
}

export async function startEntra(): Promise<EntraEmulator> {
  const { context: made, pass, remove } = await createAzureContext();
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const context = { ...made, origin: `http://localhost:${(server.address() as AddressInfo).port}` };
  const controlToken = randomBytes(24).toString('base64url');
  const listen = createListener(context, [
    createControl(context, controlToken),
    createEntra(context),
  ]);
  server.on('request', (request, response) => void listen(request, response));
  const home = context.directory.homeTenant.id;
  const appId = (name: string) => context.directory.app(name)?.appId ?? '';
  const token: EntraEmulator['token'] = (asked) => mintToken(context, { ...asked });

  const post: EntraEmulator['post'] = async (form, { tenant = home, headers = {} } = {}) => {
    const body = new URLSearchParams(Object.entries(form).filter(([, value]) => value !== ''));
    const answer = await fetch(`${context.origin}/${tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      headers,
      body,
    });
    return { status: answer.status, body: (await answer.json()) as Json };
  };

  return {
    context,
    home,
    controlToken,
    pass,
    token,
    post,
    exchange: async (form = {}, options = {}) =>
      post(
        {
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          client_id: appId('original-api'),
          client_secret: context.credentials.secretOf('original-api'),
          assertion: form.assertion ?? (await token({ user: 'alice' })).access_token,
          requested_token_use: 'on_behalf_of',
          scope: `api://${appId('downstream-api')}/Documents.Read`,
          ...form,
        },
        options,
      ),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await remove();
    },
  };
}
