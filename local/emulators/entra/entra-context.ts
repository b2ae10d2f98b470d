import type { EmulatorContext } from '../context.ts';
import type { Consents } from './consents.ts';
import type { CodeGrant, GrantStore, RefreshGrant } from './grant-store.ts';
import type { Sessions } from './sessions.ts';

/** The context of the emulators with the state that only Entra has. */
export interface EntraContext extends EmulatorContext {
  /** The permissions of the clients. */
  readonly consents: Consents;
  /** The browser sessions. */
  readonly sessions: Sessions;
  /** Authorization codes. */
  readonly codes: GrantStore<CodeGrant>;
  /** The refresh tokens. */
  readonly refreshTokens: GrantStore<RefreshGrant>;
}

/** Adds members to `facts` in the record of the request. Never pass a token or a secret. */
export type AddFacts = (facts: Readonly<Record<string, unknown>>) => void;
