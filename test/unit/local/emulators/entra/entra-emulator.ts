import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EmulatorContext } from '../../../../../local/emulators/context.ts';
import { createControl } from '../../../../../local/emulators/control/control.ts';
import { createEntra } from '../../../../../local/emulators/entra/entra.ts';
import {
  type MintedTokens,
  mintToken,
} from '../../../../../local/emulators/entra/token/mint-token.ts';
import { createGraph } from '../../../../../local/emulators/graph/graph.ts';
import { createListener } from '../../../../../local/emulators/listener.ts';
import { createTestContext } from '../test-context.ts';

export type Json = Readonly<Record<string, unknown>>;

type Form = Readonly<Record<string, string>>;

export interface JsonResponse {
  readonly status: number;
  readonly body: Json;
}

/** Entra, Graph and the control API on a free port, without Key Vault and tables. */
export interface EntraEmulator {
  readonly context: EmulatorContext;
  /** The id of the home tenant. */
  readonly home: string;
  readonly controlToken: string;
  /** Moves the clock forward. */
  pass(milliseconds: number): void;
  /** Creates an access token and an ID token, as `npm run -s token` does. */
  token(request: object): Promise<MintedTokens>;
  /** Sends a token request. Default: to the home tenant. */
  post(
    form: Form,
    options?: { tenant?: string; headers?: Record<string, string> },
  ): Promise<JsonResponse>;
  /**
   * Sends an On-Behalf-Of request: Original API exchanges token A of alice for token B.
   * @param form Fields to change. An empty string removes a field.
   */
  exchange(form?: Form, options?: { tenant?: string }): Promise<JsonResponse>;
  close(): Promise<void>;
}

/** The claims of a JWT, without verification. */
export function readClaims(token: unknown): Json {
  const [, payload = ''] = String(token).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

/** Starts Entra, Graph and the control API on a free port. */
export async function startEntra(): Promise<EntraEmulator> {
  const { context: testContext, pass, remove } = await createTestContext();
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const context = { ...testContext, origin: `http://localhost:${port}` };
  const controlToken = randomBytes(24).toString('base64url');
  const listener = createListener(context, [
    createControl(context, controlToken),
    createGraph(context),
    createEntra(context),
  ]);
  server.on('request', (request, response) => void listener(request, response));
  const home = context.directory.homeTenant.id;
  const appId = (name: string) => context.directory.app(name)?.appId ?? '';
  const token: EntraEmulator['token'] = (request) => mintToken(context, { ...request });

  const post: EntraEmulator['post'] = async (form, { tenant = home, headers = {} } = {}) => {
    const body = new URLSearchParams(Object.entries(form).filter(([, value]) => value !== ''));
    const url = `${context.origin}/${tenant}/oauth2/v2.0/token`;
    const response = await fetch(url, { method: 'POST', headers, body });
    return { status: response.status, body: (await response.json()) as Json };
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
