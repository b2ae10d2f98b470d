import type { Stack } from '../support/stack.ts';

/** A token A of a user. */
export interface SoakToken {
  readonly user: number;
  readonly token: string;
}

const userName = (user: number): string => `user-${user}`;

/** The object id of a user. */
export const objectIdOf = (user: number): string =>
  `50a40000-0000-4000-8000-${String(user).padStart(12, '0')}`;

/** Creates the emulators' directory with more users. */
export async function createDirectory(users: number): Promise<object> {
  const { default: directory } = await import('../../local/tenant.json', {
    with: { type: 'json' },
  });
  const added = Array.from({ length: users }, (_, user) => ({
    name: userName(user),
    tenant: 'contoso',
    oid: objectIdOf(user),
    displayName: `User ${user}`,
    upn: `${userName(user)}@contoso.example`,
  }));
  return { ...directory, users: [...directory.users, ...added] };
}

/** Signs every user in, `sessions` times each. */
export async function createTokens(
  stack: Stack,
  users: number,
  sessions: number,
): Promise<readonly SoakToken[]> {
  const concurrentSignIns = 8;
  const tokens: SoakToken[] = [];
  const waiting = Array.from({ length: users * sessions }, (_, index) => index % users);
  async function signInNext(): Promise<void> {
    for (let user = waiting.pop(); user !== undefined; user = waiting.pop())
      tokens.push({ user, token: await stack.token(userName(user)) });
  }
  await Promise.all(Array.from({ length: concurrentSignIns }, signInNext));
  return tokens;
}

/**
 * Whether the `mfa` policy applies to a user while it is on: to every fifth one. The chain must not
 * refuse the calls of the others.
 */
export const requiresMfa = (user: number): boolean => user % 5 === 0;

/** Sets the `mfa` policy for those users. */
export async function setMfaPolicy(stack: Stack, users: number, value: string): Promise<void> {
  for (let user = 0; user < users; user += 1)
    if (requiresMfa(user)) await stack.policy('mfa', value, userName(user));
}
