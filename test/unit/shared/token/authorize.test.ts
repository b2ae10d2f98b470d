import { expect, test } from '@jest/globals';
import type { ApiError } from '../../../../shared/api-error.ts';
import { authorize, type Policy } from '../../../../shared/token/authorize.ts';
import type { Caller } from '../../../../shared/token/caller.ts';
import { callerWith, clientApp } from '../http/route-under-test.ts';

/** Returns `authorized`, or the code of the error and the check that failed. */
function outcomeOf(policy: Policy, caller: Partial<Caller>): string {
  try {
    authorize(callerWith(caller), policy, { clientIds: [clientApp], confidential: false });
    return 'authorized';
  } catch (error) {
    const { code, options } = error as ApiError;
    return `${code}: ${options.logContext?.check}`;
  }
}

const insufficientScope = 'insufficient_scope: scope';

test.each<{ name: string; policy: Policy; caller: Partial<Caller>; outcome: string }>([
  {
    name: 'scopes, all of which are granted',
    policy: { scopes: ['A', 'B'] },
    caller: { scopes: ['B', 'C', 'A'] },
    outcome: 'authorized',
  },
  {
    name: 'scopes, one of which is missing',
    policy: { scopes: ['A', 'B'] },
    caller: { scopes: ['A'] },
    outcome: insufficientScope,
  },
  {
    name: 'anyScope, the second of which is granted',
    policy: { anyScope: ['A', 'B'] },
    caller: { scopes: ['B'] },
    outcome: 'authorized',
  },
  {
    name: 'anyScope, none of which is granted',
    policy: { anyScope: ['A', 'B'] },
    caller: { scopes: ['C'] },
    outcome: insufficientScope,
  },
  {
    name: 'scopes and anyScope, and only scopes are granted',
    policy: { scopes: ['A'], anyScope: ['B', 'C'] },
    caller: { scopes: ['A'] },
    outcome: insufficientScope,
  },
  {
    name: 'scopes and anyScope, and only one of anyScope is granted',
    policy: { scopes: ['A'], anyScope: ['B', 'C'] },
    caller: { scopes: ['B'] },
    outcome: insufficientScope,
  },
  {
    name: 'no scope at all, against the types',
    policy: { roles: ['R'] } as never,
    caller: { scopes: ['A'], roles: ['R'] },
    outcome: insufficientScope,
  },
  {
    name: 'roles, one of which the user has',
    policy: { scopes: ['A'], roles: ['R', 'S'] },
    caller: { scopes: ['A'], roles: ['S'] },
    outcome: 'authorized',
  },
  {
    name: 'roles, none of which the user has',
    policy: { scopes: ['A'], roles: ['R', 'S'] },
    caller: { scopes: ['A'], roles: ['T'] },
    outcome: 'forbidden: role',
  },
  {
    name: 'roles, and the role is only a scope',
    policy: { scopes: ['A'], roles: ['R'] },
    caller: { scopes: ['A', 'R'], roles: [] },
    outcome: 'forbidden: role',
  },
  {
    name: 'roles and a scope, and the scope is missing',
    policy: { scopes: ['A'], roles: ['R'] },
    caller: { scopes: ['B'], roles: ['R'] },
    outcome: insufficientScope,
  },
  {
    name: 'an authentication context that the user has satisfied',
    policy: { scopes: ['A'], authContext: 'c1' },
    caller: { scopes: ['A'], authContexts: ['c2', 'c1'] },
    outcome: 'authorized',
  },
  {
    name: 'an authentication context that the user has not satisfied',
    policy: { scopes: ['A'], authContext: 'c1' },
    caller: { scopes: ['A'], authContexts: ['c2', 'c10'] },
    outcome: 'step_up_required: auth-context',
  },
  {
    name: 'an authentication context, and the app cannot handle a challenge',
    policy: { scopes: ['A'], authContext: 'c1' },
    caller: { scopes: ['A'], handlesChallenges: false },
    outcome: 'forbidden: auth-context',
  },
  {
    name: 'a role and an authentication context, and both are missing',
    policy: { scopes: ['A'], roles: ['R'], authContext: 'c1' },
    caller: { scopes: ['A'] },
    outcome: 'forbidden: role',
  },
])('a policy with $name: $outcome', ({ policy, caller, outcome }) => {
  expect(outcomeOf(policy, caller)).toBe(outcome);
});
