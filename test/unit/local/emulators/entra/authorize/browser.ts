import { createHash } from 'node:crypto';
import type { EntraEmulator, Json, JsonResponse } from '../entra-emulator.ts';

type Parameters = Readonly<Record<string, string>>;

/** The response to a visit of the authorization endpoint. */
export interface Visit {
  readonly status: number;
  /** The HTML of the page. */
  readonly page: string;
  /** The parameters of the redirect to the Client App. Empty when a page is shown. */
  readonly redirect: Parameters;
}

/** The browser's part of the authorization code flow: cookies, forms, redirects and PKCE. */
export interface Browser {
  /**
   * Opens the authorization endpoint for the scope Documents.Read of Original API.
   * @param changes Parameters to change. An empty string removes a parameter.
   * @param tenant Default: the home tenant.
   */
  open(changes?: Parameters, tenant?: string): Promise<Visit>;
  /** Submits the form of the last page. */
  submit(form: Parameters): Promise<Visit>;
  /** Redeems a code as the Client App does. An empty string in `changes` removes a field. */
  redeem(
    code: string | undefined,
    changes?: Parameters,
    headers?: Record<string, string>,
  ): Promise<JsonResponse>;
  /** Signs a user in and redeems the code. Resolves to the token response. */
  signIn(user: string): Promise<Json>;
  /** Opens another path of Entra with the cookies of the session. */
  get(path: string): Promise<Response>;
}

const codeVerifier = 'a-code-verifier-of-more-than-43-characters-for-RFC-7636';

/** Opens a browser without a session. */
export function openBrowser(entra: EntraEmulator): Browser {
  const { origin, clientAppOrigin, directory } = entra.context;
  const clientId = directory.app('client-app')?.appId ?? '';
  const original = `api://${directory.app('original-api')?.appId}`;
  const redirectUri = `${clientAppOrigin}/redirect.html`;
  let cookie = '';
  let url = '';

  async function visit(init: RequestInit = {}): Promise<Visit> {
    const headers = { cookie, ...init.headers };
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    const location = response.headers.get('location');
    const { hash = '', search = '' } = location ? new URL(location) : {};
    const redirect = Object.fromEntries([
      ...new URLSearchParams(hash.slice(1)),
      ...new URLSearchParams(search),
    ]);
    return { status: response.status, page: await response.text(), redirect };
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
        code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
        code_challenge_method: 'S256',
        client_info: '1',
        ...changes,
      };
      const present = Object.entries(parameters).filter(([, value]) => value !== '');
      const query = new URLSearchParams(present);
      url = `${origin}/${tenant}/oauth2/v2.0/authorize?${query}`;
      return visit();
    },
    submit: (form) =>
      visit({ method: 'POST', headers: { origin }, body: new URLSearchParams(form) }),
    redeem: (code = '', changes = {}, headers = { origin: clientAppOrigin }) => {
      const form = {
        grant_type: 'authorization_code',
        client_id: clientId,
        code,
        redirect_uri: redirectUri,
        code_verifier: codeVerifier,
        client_info: '1',
        ...changes,
      };
      return entra.post(form, { headers });
    },
    signIn: async (user) => {
      await browser.open({ prompt: 'select_account' });
      const { redirect } = await browser.submit({ user });
      return (await browser.redeem(redirect.code)).body;
    },
    get: (path) => fetch(origin + path, { redirect: 'manual', headers: { cookie } }),
  };
  return browser;
}
