import type { Api, ApiRequest } from '../../../../client-app/api.ts';
import { createPeople } from '../../../../client-app/people/people.ts';
import { ProblemError } from '../../../../shared/browser/problem.ts';
import type { ProblemCode } from '../../../../shared/browser/problem-code.ts';

export const alice = { id: 'a11ce000-0000-4000-8000-000000000001', name: 'Alice Almeida' };
export const bob = {
  id: 'b0b00000-0000-4000-8000-000000000002',
  name: 'Bob Berg',
  userName: 'bob@contoso.example',
};
export const bobby = {
  id: 'b0bb0000-0000-4000-8000-000000000003',
  name: 'Bobby Brown',
  userName: 'bobby@contoso.example',
};
export const unknownId = '00000000-0000-4000-8000-000000000000';

const directory = [bob, bobby, { ...alice, userName: 'alice@contoso.example' }];

/** Resolves when everything that waits for no timer and no response has run. */
export const settle = () => new Promise(setImmediate);

/** Returns the response of the directory to a request. */
function respond(path: string): unknown {
  const url = new URL(path, 'http://localhost');
  const text = url.searchParams.get('search');
  if (text !== null) {
    const isMatch = ({ name }: { readonly name: string }) =>
      name.toLowerCase().startsWith(text.toLowerCase());
    return { people: directory.filter(isMatch) };
  }
  const id = url.pathname.split('/').at(-1);
  const user = directory.find((candidate) => candidate.id === id);
  if (!user) throw createProblem('not_found');
  return user;
}

function createProblem(code: ProblemCode): ProblemError {
  return new ProblemError({ code, status: 0, correlationId: '' });
}

/**
 * The people of Alice's session, with an API that the test controls: it answers when the test says
 * so, or immediately, and fails with `problem`.
 */
export function createTestPeople() {
  const paths: string[] = [];
  const waiting: (() => void)[] = [];
  const world = {
    /** The paths of all requests, in order. */
    paths,
    /** The requests fail with this code. */
    problem: undefined as ProblemCode | undefined,
    /** Whether the requests wait for `answer`. */
    holds: false,
    /** Answers the oldest request that waits. */
    async answer() {
      waiting.shift()?.();
      await settle();
    },
    /** The number of requests that wait. */
    get waitingCount() {
      return waiting.length;
    },
    /** Milliseconds since 1970. */
    time: 0,
    draws: 0,
  };
  const call = async ({ path }: ApiRequest) => {
    paths.push(path);
    if (world.holds) await new Promise<void>((resolve) => waiting.push(resolve));
    if (world.problem) throw createProblem(world.problem);
    return { value: respond(path), etag: undefined };
  };
  const people = createPeople({
    api: { call } as unknown as Api,
    person: { oid: alice.id, name: alice.name, userName: 'alice@contoso.example' },
    refresh() {
      world.draws += 1;
    },
    now: () => world.time,
  });
  return { people, world };
}
