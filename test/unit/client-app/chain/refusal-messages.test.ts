import { describe, expect, test } from '@jest/globals';
import {
  describeReaction,
  explainEntraRefusal,
} from '../../../../client-app/chain/refusal-messages.ts';

const defaultReaction = describeReaction(undefined);

describe.each([50013, 50057, 50076, 50105, 50173, 53003, 65001, 90094, 500133, 7000222])(
  'AADSTS%i',
  (aadsts) => {
    const { cause, code } = explainEntraRefusal(aadsts, 400);

    test('has a cause that is a sentence', () => {
      expect(cause).toMatch(/^[A-Z].*\.$/);
    });

    test('has a problem code that the Client App reacts to', () => {
      expect(describeReaction(code)).not.toBe(defaultReaction);
    });
  },
);

test.each([
  { status: 429, code: 'unavailable' },
  { status: 503, code: 'unavailable' },
  { status: 0, code: 'unavailable' },
  { status: 400, code: 'bad_gateway' },
])('an error response with status $status and no known number is $code', ({ status, code }) => {
  expect(explainEntraRefusal(undefined, status).code).toBe(code);
});

test('the Client App tells the user about a problem with an unknown code', () => {
  expect(defaultReaction).toBe('tells the user.');
});
