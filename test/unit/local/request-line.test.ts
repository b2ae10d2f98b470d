import { expect, test } from '@jest/globals';
import { formatLogLine } from '../../../local/request-line.ts';

const entry = {
  status: 200,
  api: 'original-api',
  method: 'GET',
  route: 'documents/{id}',
  milliseconds: 12.4,
  correlationId: '0af76519-16cd-43dd-8448-eb211c80319c',
};

test('shows the API, the method, the route template, the status and the time', () => {
  expect(formatLogLine(JSON.stringify(entry))).toBe(
    'original-api    GET      documents/{id}             200     12 ms',
  );
});

test('shows the reason of a failure', () => {
  const failed = { ...entry, status: 403, code: 'insufficient_scope', check: 'scope' };
  expect(formatLogLine(JSON.stringify(failed))).toMatch(
    / {2}403 +12 ms {2}insufficient_scope \(scope\)$/,
  );
});

test('shows a reason without a check', () => {
  const failed = { ...entry, status: 404, code: 'not_found' };
  expect(formatLogLine(JSON.stringify(failed))).toMatch(/ {2}404 +12 ms {2}not_found$/);
});

test('drops the timestamp that Core Tools puts first', () => {
  const line = JSON.stringify(entry);
  expect(formatLogLine(`[2026-11-28T12:00:00.000Z] ${line}`)).toBe(formatLogLine(line));
});

test.each([
  'Worker process started and initialized.',
  '[2026-11-28T12:00:00.000Z] Host lock lease acquired.',
  '{"ready":true}',
  '{broken}',
  '',
])('leaves %j as it is', (line) => {
  expect(formatLogLine(line)).toBe(line);
});
