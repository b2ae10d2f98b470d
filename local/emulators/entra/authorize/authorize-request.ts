/** Parses an authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1). */
import { type ClaimsRequest, parseClaimsRequest } from '../claims-request.ts';
import type { App, Directory } from '../directory.ts';
import { Refusal } from '../refusal.ts';
import { parseScopes, type RequestedScopes } from '../scopes.ts';

/** Where the response goes. An error that occurs before this is known is shown on a page. */
export interface RedirectTarget {
  /** The app that sent the request. */
  readonly client: App;
  /** A registered redirect URI of the client. */
  readonly redirectUri: string;
  /** The part of the redirect URI that carries the response. */
  readonly responseMode: 'query' | 'fragment';
  /** The client's `state`, which the response repeats (RFC 6749 §4.1.2). */
  readonly state: string | undefined;
}

/** The values of the `prompt` parameter. */
const prompts = ['none', 'login', 'select_account', 'consent'] as const;

/** A valid authorization request. */
export interface AuthorizeRequest extends RedirectTarget {
  /** The parsed `scope` parameter. */
  readonly scopes: RequestedScopes;
  /** The parsed `claims` parameter. */
  readonly claimsRequest: ClaimsRequest;
  /** Which page the user must see. With `none`, the user must not see any. */
  readonly prompt: (typeof prompts)[number] | undefined;
  /** A user's upn or short name. */
  readonly loginHint: string | undefined;
  /** The value that the ID token repeats (OpenID Connect Core §3.1.2.1). */
  readonly nonce: string | undefined;
  /** The S256 challenge of PKCE (RFC 7636). */
  readonly codeChallenge: string | undefined;
  /** Whether the response has MSAL's `client_info`. */
  readonly clientInfo: boolean;
}

/**
 * Reads the client and checks its redirect URI.
 * @throws {Refusal} (700016, 900971, 50011). It must not be sent to the redirect URI.
 */
export function parseRedirectTarget(directory: Directory, params: URLSearchParams): RedirectTarget {
  const clientId = params.get('client_id') ?? '';
  const client = directory.apps.find(({ appId }) => appId === clientId.toLowerCase());
  if (!client) {
    throw new Refusal(700016, {
      detail: `Application with identifier '${clientId}' was not found.`,
    });
  }
  const redirectUri = params.get('redirect_uri');
  if (!redirectUri) throw new Refusal(900971);
  if (!client.redirectUris.includes(redirectUri)) {
    throw new Refusal(50011, { detail: `'${redirectUri}' of '${client.appId}'.` });
  }
  const responseMode = params.get('response_mode') === 'fragment' ? 'fragment' : 'query';
  return { client, redirectUri, responseMode, state: params.get('state') ?? undefined };
}

/**
 * Parses the other parameters. A refusal is sent to the redirect URI.
 * @throws {Refusal} 700054 for the response type, 9002325 and 9002313 for PKCE, 9002313 for prompt
 *   and claims, and those of `parseScopes`.
 */
export function parseAuthorizeRequest(
  directory: Directory,
  target: RedirectTarget,
  params: URLSearchParams,
): AuthorizeRequest {
  const get = (name: string) => params.get(name) ?? undefined;

  const responseType = get('response_type');
  if (responseType !== 'code') {
    throw new Refusal(700054, { detail: `response_type '${responseType}'.` });
  }
  const codeChallenge = get('code_challenge');
  if (codeChallenge !== undefined && get('code_challenge_method') !== 'S256') {
    throw new Refusal(9002313, { detail: 'code_challenge_method must be S256.' });
  }
  if (target.client.public && codeChallenge === undefined) throw new Refusal(9002325);
  const promptText = get('prompt');
  const prompt = prompts.find((name) => name === promptText);
  if (promptText !== undefined && !prompt) {
    throw new Refusal(9002313, { detail: `prompt '${promptText}'.` });
  }
  return {
    ...target,
    scopes: parseScopes(directory, get('scope')),
    claimsRequest: parseClaimsRequest(get('claims')),
    prompt,
    loginHint: get('login_hint') ?? get('username'),
    nonce: get('nonce'),
    codeChallenge,
    clientInfo: get('client_info') === '1',
  };
}
