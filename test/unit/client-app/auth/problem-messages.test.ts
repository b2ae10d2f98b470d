import { expect, test } from '@jest/globals';
import { problemMessages } from '../../../../client-app/auth/problem-messages.ts';
import type { ProblemCode } from '../../../../shared/browser/problem-code.ts';

test.each<ProblemCode>(['blocked', 'account_disabled', 'not_assigned', 'caller_not_allowed'])(
  'offers no retry for %s',
  (code) => {
    expect(problemMessages[code].offers).toEqual(['copy-id']);
  },
);

test.each(Object.entries(problemMessages))(
  'has a full sentence without a code for %s',
  (_code, { message }) => {
    expect(message).toMatch(/^[A-Z][^_]*[.?]$/);
  },
);
