import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { TokenOptions } from '../../test/support/control-client.ts';
import type { DecodedToken, Part, Signer, TokenParts } from './forge.ts';
import type { RawRequest, RawResponse } from './http.ts';

/** One hostile (or unusual but valid) input to one API, with the expected outcome. */
export interface Case {
  /** The name for the results. */
  readonly name: string;
  /** The outcome that `run` must return; alternatives are separated by " or ". */
  readonly expected: string;
  /** Whether the case changes data at the target, or would do so if it were accepted. */
  readonly writes?: boolean;
  /** Runs the case and returns its outcome. */
  run(): Promise<string>;
}

/**
 * Creates the cases of a group for an API. Cases that need the emulators are left out when the API
 * has none.
 */
export type CreateCases = (api: Api) => readonly Case[];

/** The API under test. */
export interface Api {
  /** The name for the results. */
  readonly name: string;
  /** Which API of the chain it is. */
  readonly kind: 'original' | 'downstream';
  /** The route prefix, without a trailing slash. */
  readonly path: string;
  /** An access token that the API accepts. */
  readonly token: string;
  /** The parts of `token`. */
  readonly decoded: DecodedToken;
  /** The signing keys that Entra publishes. */
  readonly publicKeys: readonly JsonWebKey[];
  /** `undefined` for an API that does not run with the emulators. */
  readonly emulators: EmulatorAccess | undefined;
  /** Every response so far. The last cases examine them all. */
  readonly responses: readonly RawResponse[];
  /** Sends a request and records the response. */
  send(request: RawRequest): Promise<RawResponse>;
  /**
   * Creates a variant of `token`. Unless a signer is given, Entra's key signs it, so that the
   * change is the only fault. Without the emulators, it keeps the original signature.
   */
  forge(parts: TokenParts, signer?: Signer): string;
}

/** Operations that are possible only with the emulators. */
export interface EmulatorAccess {
  /** The origin of the Client App, which Original API allows. */
  readonly clientAppOrigin: string;
  /** Reads Entra's current signing key, which changes with a key rotation. */
  readPrivateKey(): { readonly kid: string; readonly key: KeyObject };
  /**
   * Gets a token for this API.
   * @param user `undefined` for an app-only token
   */
  getToken(user: string | undefined, options?: TokenOptions): Promise<string>;
  /** Gets an ID token for the Client App. */
  getIdToken(user: string): Promise<string>;
  /** Gets a token that only the other API of the chain accepts. */
  getTokenForOtherApi(): Promise<string>;
  /** Sets a policy of the emulators. */
  setPolicy(name: string, value: string): Promise<void>;
}

/** The outcome for an invalid token. */
export const invalidToken = '401 invalid_token';
/** The outcome for a request without a token: its challenge contains no error (RFC 6750 §3.1). */
export const missingToken = '401 invalid_token, no error';
/** The outcome for a malformed Authorization header or several tokens. */
export const malformedRequest = '400 invalid_request';

/** Milliseconds. An API fetches keys for unknown key ids at most every 30 s. */
const keyRefreshTimeout = 32_000;
const retryDelay = 500;

/** Milliseconds. A claims case that takes longer runs again, because its times are out of date. */
const maxDuration = 900;
const maxAttempts = 3;

/** Describes a response by status and problem code: `401 invalid_token`, `404`, `closed`. */
export function describeResponse({ status, json, headers }: RawResponse): string {
  if (status === 0) return 'closed';
  const challenge = String(headers['www-authenticate'] ?? '');
  const code = typeof json.code === 'string' ? ` ${json.code}` : '';
  const suffix = status === 401 && !challenge.includes('error=') ? ', no error' : '';
  return `${status}${code}${suffix}`;
}

/** Sends the request with which tokens are tested. It reads documents and changes nothing. */
export function listDocuments(api: Api, headers: RawRequest['headers'] = {}): Promise<RawResponse> {
  return api.send({ path: `${api.path}/documents?limit=1`, headers });
}

/** Sends a token to the API and returns the outcome. */
export async function sendToken(api: Api, token: string): Promise<string> {
  return describeResponse(await listDocuments(api, { authorization: `Bearer ${token}` }));
}

/**
 * Sends a valid token whose signing key the API may not know yet, until the API accepts it. The API
 * may have fetched the keys for an unknown key just before, so this can take over 30 s.
 */
export async function sendTokenUntilAccepted(api: Api, token: string): Promise<string> {
  const end = Date.now() + keyRefreshTimeout;
  for (;;) {
    const outcome = await sendToken(api, token);
    if (outcome === '200' || Date.now() > end) return outcome;
    await new Promise((resolve) => setTimeout(resolve, retryDelay));
  }
}

/** A case that differs from others only in its token; expected is `invalidToken` by default. */
export type TokenRow = readonly [
  name: string,
  createToken: () => string | Promise<string>,
  expected?: string,
];

/** Creates the cases for a table of tokens. */
export function tokenCases(api: Api, rows: readonly TokenRow[]): readonly Case[] {
  return rows.map(([name, createToken, expected = invalidToken]) => ({
    name,
    expected,
    run: async () => sendToken(api, await createToken()),
  }));
}

/**
 * A case that differs from others only in the claims that Entra signs. They are computed by a
 * function when they depend on the current time. Expected is `invalidToken` by default.
 */
export type ClaimsRow = readonly [name: string, claims: Part | (() => Part), expected?: string];

/** Creates the cases for a table of claims; none without the emulators. */
export function claimsCases(api: Api, rows: readonly ClaimsRow[]): readonly Case[] {
  if (!api.emulators) return [];
  return rows.map(([name, claims, expected = invalidToken]) => ({
    name,
    expected,
    run: () =>
      repeatWhenSlow(() => {
        const part = typeof claims === 'function' ? claims() : claims;
        return sendToken(api, api.forge({ claims: part }));
      }),
  }));
}

/** Repeats a run that took so long that the times in its token may be out of date. */
async function repeatWhenSlow(run: () => Promise<string>): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const start = performance.now();
    const outcome = await run();
    if (performance.now() - start < maxDuration || attempt === maxAttempts) return outcome;
  }
}

/** Converts an upper-case text to lower case, and any other text to upper case. */
export function swapLetterCase(text: string): string {
  return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
}
