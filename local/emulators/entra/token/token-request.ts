/** A request to the token endpoint, read and client-authenticated: what every grant starts from. */
import type { EmulatorContext } from '../../context.ts';
import type { Consents } from '../consents.ts';
import type { App, Tenant } from '../directory.ts';
import type { CodeGrant, KeptGrants, RefreshGrant } from '../grant-store.ts';
import { Refusal } from '../refusal.ts';
import type { Sessions } from '../sessions.ts';
import type { ClientProof } from './access-token.ts';

/** What Entra keeps between requests, beside what the whole emulators shares. */
export interface EntraContext extends EmulatorContext {
  readonly consents: Consents;
  readonly sessions: Sessions;
  readonly codes: KeptGrants<CodeGrant>;
  readonly refreshTokens: KeptGrants<RefreshGrant>;
}

export interface TokenRequest {
  /** `undefined` for /common and /organizations. */
  readonly tenant: Tenant | undefined;
  readonly form: URLSearchParams;
  readonly origin: string | undefined;
  readonly client: App;
  readonly proof: ClientProof;
  /** Adds facts for the recorder: never a token or a secret. */
  note(facts: Readonly<Record<string, unknown>>): void;
}

/** A grant's answer is the JSON body of a 200. */
export type Grant = (context: EntraContext, request: TokenRequest) => Promise<object>;

/** A parameter the grant cannot do without (900144). */
export function requireParameter(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value)
    throw new Refusal(900144, {
      detail: `The request body must contain the following parameter: '${name}'.`,
    });
  return value;
}
