import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ProbeHost, startProbeHost } from './probe-host.ts';

let probe: ProbeHost;

beforeAll(async () => {
  probe = await startProbeHost();
});

afterAll(() => probe.host.close());

test('sends header names in lower case and joins repeated headers', async () => {
  const { status, head } = await probe.send('GET /api/headers');
  expect(status).toBe(401);
  expect(head).toMatch(/^x-custom: Value\r?$/m);
  expect(head).toMatch(/^x-twice: one, two\r?$/m);
  expect(head).toMatch(/^www-authenticate: Bearer realm="x"\r?$/m);
});

test('keeps only the last Set-Cookie header of the function', async () => {
  const { head } = await probe.send('GET /api/headers');
  expect(head.match(/set-cookie: .*/g)).toEqual(['set-cookie: b=2']);
});

test('chunks the body', async () => {
  const { head, body } = await probe.send('GET /api/headers');
  expect(head).toMatch(/transfer-encoding: chunked/i);
  expect(body).toBe('5\r\nhello\r\n0\r\n\r\n');
});

test('does not chunk the body if the function has set Content-Length', async () => {
  const { head, body } = await probe.send('GET /api/headers?length');
  expect(head).not.toMatch(/chunked/);
  expect(body).toBe('hello');
});

test('sends every cookie of the `cookies` list', async () => {
  const { head } = await probe.send('GET /api/cookies');
  expect(head.match(/set-cookie: .*/g)).toEqual([
    'set-cookie: a=1; max-age=0; path=/; samesite=strict; httponly',
    'set-cookie: b=2',
  ]);
});

test('answers with an empty 500 if the function throws', async () => {
  const response = await probe.send('GET /api/throws');
  expect(response).toMatchObject({ status: 500, body: '' });
});

test('answers with 204 if the function returns nothing', async () => {
  const response = await probe.send('GET /api/nothing');
  expect(response).toMatchObject({ status: 204, body: '' });
});

test("passes on the app's log lines unchanged", async () => {
  await probe.send('GET /api/slow');
  expect(probe.lines).toContain('{"slow":"started"}');
});

describe('the record of a request', () => {
  beforeEach(() => probe.recorder.clear());

  test('contains the route template, the status and the trace id as a GUID', async () => {
    await probe.send('GET /api/things/secret-id', [
      'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ]);
    const [entry] = probe.recorder.since(0);
    expect(entry).toMatchObject({
      hop: 'original-api',
      operation: 'GET things/{id}',
      status: 200,
      correlationId: '0af76519-16cd-43dd-8448-eb211c80319c',
    });
    expect(JSON.stringify(entry)).not.toContain('secret');
  });

  test('contains the challenge', async () => {
    await probe.send('GET /api/headers');
    const [entry] = probe.recorder.since(0);
    expect(entry).toMatchObject({
      operation: 'GET headers',
      status: 401,
      facts: { method: 'GET', path: 'headers', wwwAuthenticate: 'Bearer realm="x"' },
    });
  });

  test('does not contain an unknown path', async () => {
    await probe.send('GET /api/secret-path');
    const [entry] = probe.recorder.since(0);
    expect(entry).toMatchObject({ operation: 'GET (no such route)', status: 404 });
    expect(JSON.stringify(entry)).not.toContain('secret');
  });
});
