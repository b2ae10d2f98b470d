import { expect, test } from '@jest/globals';
import { parseObjectIds } from '../../../../client-app/people/object-ids.ts';

const a = 'a11ce000-0000-4000-8000-000000000001';
const b = 'b0b00000-0000-4000-8000-000000000002';

test.each([
  { title: 'one id', text: a, ids: [a], rest: [] },
  { title: 'ids with any separator', text: `${a}; ${b},\n`, ids: [a, b], rest: [] },
  { title: 'the same id twice', text: `${a} ${a.toUpperCase()}`, ids: [a], rest: [] },
  { title: 'an id next to a name', text: `Bob ${b}`, ids: [b], rest: ['Bob'] },
  { title: 'an id that is too short', text: a.slice(1), ids: [], rest: [a.slice(1)] },
  {
    title: 'an id with a letter beyond f',
    text: `g${a.slice(1)}`,
    ids: [],
    rest: [`g${a.slice(1)}`],
  },
  { title: 'white space', text: ' \n', ids: [], rest: [] },
])('reads $title', ({ text, ids, rest }) => {
  expect(parseObjectIds(text)).toEqual({ ids, rest });
});
