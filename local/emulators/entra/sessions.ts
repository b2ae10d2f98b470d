/** The browser sessions: which accounts are signed in with which cookie. */
import { randomBytes } from 'node:crypto';
import type { SignIn } from './conditional-access.ts';
import type { User } from './directory.ts';

/** A user who is signed in to one browser. */
export interface Account {
  /** The user who is signed in. */
  readonly user: User;
  /** How and when the user signed in. */
  readonly signIn: SignIn;
}

/** Reads and changes the accounts of browser sessions. */
export interface Sessions {
  /** The accounts of a request's Cookie header, the latest sign-in last. */
  accounts(cookies: string | undefined): readonly Account[];
  /** Adds or replaces an account. Returns the value of the Set-Cookie header. */
  signIn(cookies: string | undefined, account: Account): string;
  /** Signs out one user, or all accounts of the session. */
  signOut(cookies: string | undefined, user?: User): void;
}

/** Creates the sessions of the emulator at `origin`. They are in memory only. */
export function createSessions(origin: string): Sessions {
  // Cookies are shared by all ports of a host. The port in the name separates two emulators.
  const cookieName = `ESTSAUTH-${new URL(origin).port}`;
  /** By session id, then by the user's oid. */
  const sessions = new Map<string, Map<string, Account>>();

  function readSessionId(cookies = ''): string | undefined {
    const pairs = cookies.split(/;\s*/);
    const pair = pairs.find((candidate) => candidate.startsWith(`${cookieName}=`));
    return pair?.slice(cookieName.length + 1);
  }

  return {
    accounts: (cookies) => {
      const session = sessions.get(readSessionId(cookies) ?? '');
      return [...(session?.values() ?? [])];
    },
    signIn: (cookies, account) => {
      const sentId = readSessionId(cookies);
      const isKnown = sentId !== undefined && sessions.has(sentId);
      const id = isKnown ? sentId : randomBytes(24).toString('base64url');
      const session = sessions.get(id) ?? new Map<string, Account>();
      // Deleting first moves the account to the end.
      session.delete(account.user.oid);
      session.set(account.user.oid, account);
      sessions.set(id, session);
      return `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax`;
    },
    signOut: (cookies, user) => {
      const id = readSessionId(cookies) ?? '';
      if (user) sessions.get(id)?.delete(user.oid);
      else sessions.delete(id);
    },
  };
}
