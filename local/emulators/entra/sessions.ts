/** Browser sessions: who is signed in behind which cookie, and what each of them went through. */
import { randomBytes } from 'node:crypto';
import type { SignInFacts } from './conditional-access.ts';
import type { User } from './directory.ts';

export interface Account {
  readonly user: User;
  readonly signIn: SignInFacts;
}

export interface Sessions {
  /** The accounts behind a request's Cookie header, the latest sign-in last. */
  accounts(cookies: string | undefined): readonly Account[];
  /** Adds or replaces the account; gives the Set-Cookie value. */
  signIn(cookies: string | undefined, account: Account): string;
  /** Signs one user out, or everybody behind the cookie. */
  signOut(cookies: string | undefined, user?: User): void;
}

/** Cookies do not tell ports apart, so the name holds the emulators's: two stacks side by side keep two sessions. */
export function createSessions(origin: string): Sessions {
  const name = `ESTSAUTH-${new URL(origin).port}`;
  const sessions = new Map<string, Map<string, Account>>();
  const idOf = (cookies = '') =>
    cookies
      .split(/;\s*/)
      .find((cookie) => cookie.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  return {
    accounts: (cookies) => [...(sessions.get(idOf(cookies) ?? '')?.values() ?? [])],
    signIn: (cookies, account) => {
      const known = idOf(cookies);
      const id = known && sessions.has(known) ? known : randomBytes(24).toString('base64url');
      const accounts = sessions.get(id) ?? new Map<string, Account>();
      accounts.delete(account.user.oid);
      accounts.set(account.user.oid, account);
      sessions.set(id, accounts);
      return `${name}=${id}; Path=/; HttpOnly; SameSite=Lax`;
    },
    signOut: (cookies, user) => {
      const id = idOf(cookies) ?? '';
      if (user) sessions.get(id)?.delete(user.oid);
      else sessions.delete(id);
    },
  };
}
