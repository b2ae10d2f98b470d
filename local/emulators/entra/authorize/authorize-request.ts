/** Reads and checks a request to the authorization endpoint (RFC 6749 4.1.1, OpenID Connect Core 3.1.2.1). */
import { type ClaimsRequest, readClaimsRequest } from '../claims-request.ts';
import type { App, Directory } from '../directory.ts';
import { Refusal } from '../refusal.ts';
import { type AskedScopes, readScopes } from '../scopes.ts';

/** Where the answer goes. Until it is known to be the client's own, no refusal may be sent there. */
export interface AnswerTarget {
  readonly client: App;
  readonly redirectUri: string;
  readonly responseMode: 'query' | 'fragment';
  readonly state: string | undefined;
}

export interface AuthorizeRequest extends AnswerTarget {
  readonly scopes: AskedScopes;
  readonly asked: ClaimsRequest;
  readonly prompt: 'none' | 'login' | 'select_account' | 'consent' | undefined;
  /** A upn, or a user's name at the emulators. */
  readonly loginHint: string | undefined;
  readonly nonce: string | undefined;
  readonly codeChallenge: string | undefined;
  readonly clientInfo: boolean;
}

/** Throws a Refusal that is shown to the person (700016, 900971, 50011), never sent to the unproven address. */
export function readAnswerTarget(directory: Directory, params: URLSearchParams): AnswerTarget {
  const clientId = params.get('client_id') ?? '';
  const client = directory.apps.find(({ appId }) => appId === clientId.toLowerCase());
  if (!client)
    throw new Refusal(700016, {
      detail: `Application with identifier '${clientId}' was not found.`,
    });
  const redirectUri = params.get('redirect_uri');
  if (!redirectUri) throw new Refusal(900971);
  if (!client.redirectUris.includes(redirectUri))
    throw new Refusal(50011, { detail: `'${redirectUri}' of '${client.appId}'.` });
  const responseMode = params.get('response_mode') === 'fragment' ? 'fragment' : 'query';
  return { client, redirectUri, responseMode, state: params.get('state') ?? undefined };
}

const prompts = ['none', 'login', 'select_account', 'consent'] as const;

/** Throws a Refusal that goes back to the client: response type (700054), PKCE (9002325), prompt, scope, claims. */
export function readAuthorizeRequest(
  directory: Directory,
  target: AnswerTarget,
  params: URLSearchParams,
): AuthorizeRequest {
  const get = (name: string) => params.get(name) ?? undefined;
  if (get('response_type') !== 'code')
    throw new Refusal(700054, { detail: `response_type '${get('response_type')}'.` });
  const codeChallenge = get('code_challenge');
  if (codeChallenge !== undefined && get('code_challenge_method') !== 'S256') {
    throw new Refusal(9002313, { detail: 'code_challenge_method must be S256.' });
  }
  if (target.client.public && codeChallenge === undefined) throw new Refusal(9002325);
  const prompt = get('prompt');
  const known = prompts.find((name) => name === prompt);
  if (prompt !== undefined && !known) throw new Refusal(9002313, { detail: `prompt '${prompt}'.` });
  return {
    ...target,
    scopes: readScopes(directory, get('scope')),
    asked: readClaimsRequest(get('claims')),
    prompt: known,
    loginHint: get('login_hint') ?? get('username'),
    nonce: get('nonce'),
    codeChallenge,
    clientInfo: get('client_info') === '1',
  };
}
