import { type Problem, ProblemError } from '../../shared/browser/problem.ts';
import type { ProblemCode } from '../../shared/browser/problem-code.ts';
import { requiresInteraction } from '../../shared/browser/recovery.ts';
import type { Api } from '../api.ts';
import type { Person } from '../auth/sign-in.ts';
import { shorten } from '../ui/format.ts';
import { type DirectoryUser, readUser, searchUsers } from './directory.ts';

/** Finds people of the organization, and caches their names in memory. */
export interface People {
  /**
   * Returns a user from the cache. The first call for an id starts its lookup. When the lookup has
   * finished, the view is drawn again.
   * @param id the object id
   * @returns `undefined` for a user who is unknown, or not known yet
   */
  get(id: string): DirectoryUser | undefined;
  /** Returns the name of the user that `get` returns, or the shortened id without one. */
  nameOf(id: string): string;
  /**
   * Finds users whose name or user name starts with a text.
   * @throws {ProblemError} when the users cannot be looked up
   */
  search(text: string): Promise<readonly DirectoryUser[]>;
  /**
   * Why users cannot be looked up, if the signed-in user cannot solve it. `undefined` before the
   * first request, and after a request that succeeded.
   */
  readonly unavailable: Problem | undefined;
  /** Forgets that users cannot be looked up. The next request shows whether they can. */
  retry(): void;
}

/** The most entries in the cache, including those for ids without a user. */
const maxUsers = 1_000;
/** The number of concurrent lookups. */
const maxLookups = 4;
/** Milliseconds without lookups after one has failed. */
const cooldown = 60_000;

/**
 * Creates the people of one session. It sends at most one request per id, because it also caches
 * that an id has no user. After a failure it looks up no names until the cooldown has passed.
 */
export function createPeople(dependencies: {
  /** The client of Original API. */
  readonly api: Api;
  /** The signed-in user, who needs no lookup. */
  readonly person: Pick<Person, 'oid' | 'name' | 'userName'>;
  /** Draws the view. */
  refresh(): void;
  /** Returns the milliseconds since 1970. Replaces the browser's clock in tests. */
  now?(): number;
}): People {
  const { api, person, refresh, now = Date.now } = dependencies;
  const self: DirectoryUser = { id: person.oid, name: person.name, userName: person.userName };
  /** `undefined` for an id without a user, and for one whose lookup has not finished. */
  const users = new Map<string, DirectoryUser | undefined>();
  const queue: string[] = [];
  let lookups = 0;
  let pausedUntil = 0;
  let unavailable: Problem | undefined;

  function remember(user: DirectoryUser): void {
    const [oldest] = users.keys();
    if (users.size >= maxUsers && !users.has(user.id) && oldest !== undefined) users.delete(oldest);
    users.set(user.id, user);
  }

  /** Looks up the ids in the queue, one after another. */
  async function lookUpQueue(): Promise<void> {
    lookups += 1;
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      await lookUp(id);
      // The lookups become concurrent after the first one, because a failure empties the queue.
      if (queue.length > 0 && lookups < maxLookups) void lookUpQueue();
    }
    lookups -= 1;
  }

  async function lookUp(id: string): Promise<void> {
    try {
      users.set(id, await readUser(api, id));
      recordSuccess();
    } catch (error) {
      if (!hasCode(error, 'not_found')) stopLookups(id, error);
    }
    refresh();
  }

  function stopLookups(failedId: string, error: unknown): void {
    for (const id of [failedId, ...queue.splice(0)]) users.delete(id);
    recordFailure(error);
    if (!(error instanceof ProblemError)) reportError(error);
  }

  function recordSuccess(): void {
    pausedUntil = 0;
    unavailable = undefined;
  }

  function recordFailure(error: unknown): void {
    pausedUntil = now() + cooldown;
    if (error instanceof ProblemError && !requiresInteraction(error.problem))
      unavailable = error.problem;
  }

  function get(id: string): DirectoryUser | undefined {
    if (id === self.id) return self;
    // With a full cache, no lookup starts. Otherwise a long list would repeat its lookups forever.
    const isMissing = !users.has(id) && users.size < maxUsers;
    if (isMissing && now() >= pausedUntil) {
      users.set(id, undefined);
      queue.push(id);
      if (lookups === 0) void lookUpQueue();
    }
    return users.get(id);
  }

  return {
    get,
    nameOf: (id) => get(id)?.name ?? shorten(id),
    async search(text) {
      try {
        const found = await searchUsers(api, text);
        recordSuccess();
        found.forEach(remember);
        return found;
      } catch (error) {
        // The API accepts no such text, so no name starts with it.
        if (hasCode(error, 'bad_request')) return [];
        recordFailure(error);
        throw error;
      }
    },
    get unavailable() {
      return unavailable;
    },
    retry: recordSuccess,
  };
}

function hasCode(error: unknown, code: ProblemCode): boolean {
  return error instanceof ProblemError && error.problem.code === code;
}
