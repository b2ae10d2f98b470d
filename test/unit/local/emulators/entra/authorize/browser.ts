/** A browser's part of the authorization code flow without a browser: cookies, buttons, redirects, PKCE. */
import { createHash } from 'node:crypto';
import type { EntraEmulator, Json } from '../entra-emulator.ts';

export interface Visit {
  readonly status: number;
  /** The page that was shown. */
  readonly page: string;
  /** The parameters that came back to the Client App; empty while a page is shown. */
  readonly answer: Readonly<Record<string, string>>;
}

export interface Browser {
  /** Opens the sign-in for all of Original's scopes; `changes` sets parameters, an empty string leaves one out. */
  open(changes?: Readonly<Record<string, string>>, tenant?: string): Promise<Visit>;
  /** Presses a button of the page last shown. */
  press(form: Readonly<Record<string, string>>): Promise<Visit>;
  /** Redeems a code as the Client App's page does. */
  redeem(
    code: string | undefined,
    changes?: Readonly<Record<string, string>>,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Json }>;
  /** Signs in all the way: the token endpoint's answer. */
  signIn(user: string): Promise<Json>;
  get(path: string): Promise<Response>;
}

export const verifier = 'a-code-verifier-of-more-than-43-characters-as-RFC-7636-wants';

export function openBrowser(entra: EntraEmulator): Browser {
  const { origin, clientAppOrigin, directory } = entra.context;
  const clientId = directory.app('client-app')?.appId ?? '';
  const original = `api://${directory.app('original-api')?.appId}`;
  const redirectUri = `${clientAppOrigin}/redirect.html`;
  let cookie = '';
  let address = '';

  async function visit(init: RequestInit = {}): Promise<Visit> {
    const response = await fetch(address, {
      redirect: 'manual',
      ...init,
      headers: { cookie, ...init.headers },
    });
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    const location = response.headers.get('location');
    const { hash = '', search = '' } = location ? new URL(location) : {};
    const answer = Object.fromEntries([
      ...new URLSearchParams(hash.slice(1)),
      ...new URLSearchParams(search),
    ]);
    return { status: response.status, page: await response.text(), answer };
  }
  const browser: Browser = {
    open: (changes = {}, tenant = entra.home) => {
      const parameters = {
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        response_mode: 'fragment',
        scope: `openid profile offline_access ${original}/Documents.Read`,
        state: 'the state',
        nonce: 'the nonce',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        client_info: '1',
        ...changes,
      };
      const query = new URLSearchParams(
        Object.entries(parameters).filter(([, value]) => value !== ''),
      );
      address = `${origin}/${tenant}/oauth2/v2.0/authorize?${query}`;
      return visit();
    },
    press: (form) =>
      visit({ method: 'POST', headers: { origin }, body: new URLSearchParams(form) }),
    redeem: (code = '', changes = {}, headers = { origin: clientAppOrigin }) =>
      entra.post(
        {
          grant_type: 'authorization_code',
          client_id: clientId,
          code,
          redirect_uri: redirectUri,
          code_verifier: verifier,
          client_info: '1',
          ...changes,
        },
        { headers },
      ),
    signIn: async (user) => {
      await browser.open({ prompt: 'select_account' });
      const { answer } = await browser.press({ user });
      return (await browser.redeem(answer.code)).body;
    },
    get: (path) => fetch(origin + path, { redirect: 'manual', headers: { cookie } }),
  };
  return browser;
}
