import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { TokenOptions } from '../../test/support/control-client.ts';
import type { Part, Signer, TakenApart } from './forge.ts';
import type { Answered, RawRequest } from './http.ts';

/** One thing tried at one API. */
export interface Case {
  readonly group: string;
  readonly name: string;
  /** What must come back, as `run` says it; alternatives with " or ". */
  readonly expected: string;
  /** Could change something at the target if it were accepted, or does. */
  readonly writes?: boolean;
  run(): Promise<string>;
}

/** Makes the cases of one group for one API; without emulators behind it, only those that need none. */
export type Group = (api: Api) => readonly Case[];

/** An API under attack. */
export interface Api {
  readonly name: string;
  readonly kind: 'original' | 'downstream';
  /** Route prefix, without a slash at its end. */
  readonly path: string;
  /** A token that it takes, and its parts. */
  readonly token: string;
  readonly good: TakenApart;
  /** What Entra publishes. */
  readonly publicKeys: readonly JsonWebKey[];
  readonly emulators: EmulatorAccess | undefined;
  /** Sends, and remembers the answer for the last group. */
  send(request: RawRequest): Promise<Answered>;
  readonly answers: readonly Answered[];
  /**
   * The good token with parts changed. Signed by Entra's own key where there is emulators, so that the change is the only thing wrong with it;
   * otherwise with the signature it had, unless a signer is given.
   */
  forge(parts: { readonly header?: Part; readonly claims?: Part }, signer?: Signer): string;
}

/** What only emulators of one's own makes possible. */
export interface EmulatorAccess {
  readonly clientAppOrigin: string;
  /** Entra's signing key; it changes when Entra rotates it. */
  readonly privateKey: () => { readonly kid: string; readonly key: KeyObject };
  /** A token for this API as Entra makes it; `undefined` as user for an app-only one. */
  token(user: string | undefined, options?: TokenOptions): Promise<string>;
  idToken(user: string): Promise<string>;
  /** A good token for the other API. */
  readonly foreign: () => Promise<string>;
  policy(name: string, value: string): Promise<void>;
}

/** `401 invalid_token`, `404`, `401 invalid_token, bare` for a challenge that names no error, `closed`. */
export function describeAnswer({ status, json, headers }: Answered): string {
  if (status === 0) return 'closed';
  const challenge = String(headers['www-authenticate'] ?? '');
  const bare = status === 401 && !challenge.includes('error=') ? ', bare' : '';
  return `${status}${typeof json.code === 'string' ? ` ${json.code}` : ''}${bare}`;
}

/** What is tried with a token: a read that changes nothing. */
export const probe = (api: Api, headers: RawRequest['headers'] = {}) =>
  api.send({ path: `${api.path}/documents?limit=1`, headers });

export const present = async (api: Api, token: string): Promise<string> =>
  describeAnswer(await probe(api, { authorization: `Bearer ${token}` }));

/**
 * As `present`, for a good token whose key an API may not know yet: it asks for unknown keys at most every 30 s, so right after somebody
 * else's unknown key it takes as long.
 */
export async function patiently(api: Api, token: string): Promise<string> {
  const end = Date.now() + 32_000;
  for (;;) {
    const got = await present(api, token);
    if (got === '200' || Date.now() > end) return got;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

export const invalid = '401 invalid_token';
export const bare = '401 invalid_token, bare';
export const malformed = '400 invalid_request';

/** Cases that differ by their token alone. */
export function tokenCases(
  api: Api,
  group: string,
  rows: readonly (readonly [
    name: string,
    token: () => string | Promise<string>,
    expected?: string,
  ])[],
): readonly Case[] {
  return rows.map(([name, token, expected = invalid]) => ({
    group,
    name,
    expected,
    run: async () => present(api, await token()),
  }));
}

/** Cases that differ by a change to claims that Entra then signs. `() =>` where a change depends on the moment. */
export function claimCases(
  api: Api,
  group: string,
  rows: readonly (readonly [name: string, claims: Part | (() => Part), expected?: string])[],
): readonly Case[] {
  if (!api.emulators) return [];
  return rows.map(([name, claims, expected = invalid]) => ({
    group,
    name,
    expected,
    run: () =>
      inTime(() =>
        present(api, api.forge({ claims: typeof claims === 'function' ? claims() : claims })),
      ),
  }));
}

/** Runs again what took so long that a token made for this very second is no longer what it was. */
async function inTime(run: () => Promise<string>, tries = 3): Promise<string> {
  const began = performance.now();
  const got = await run();
  return performance.now() - began < 900 || tries === 1 ? got : inTime(run, tries - 1);
}
