import { type Api, bare, type Case, describeAnswer, type Group, probe } from './case.ts';
import type { Answered } from './http.ts';
import { scanForLeaks } from './leaks.ts';

const group = 'CORS and leakage';
const allowed = (answer: Answered) =>
  String(answer.headers['access-control-allow-origin'] ?? 'nobody');
const readable = 'WWW-Authenticate, Retry-After, ETag';

/** Who may read answers in a browser, and what answers give away. It looks at all answers of the groups before it. */
export const corsAndLeakage: Group = (api) => {
  const { emulators } = api;
  const bearer = { authorization: `Bearer ${api.token}` };
  const known = emulators?.clientAppOrigin;
  const origins = [
    'https://attacker.example',
    'null',
    'file://',
    '*',
    ...(known
      ? [
          `${known}.attacker.example`,
          `${known}/`,
          `${known}@attacker.example`,
          known.replace(/^http:/, 'https:'),
          known.replace('localhost', '127.0.0.1'),
          known.toUpperCase(),
          known.replace(/:\d+$/, ''),
          `${known}, https://attacker.example`,
          `attacker${known}`,
        ]
      : []),
  ];
  const one = (name: string, expected: string, run: () => Promise<string>): Case => ({
    group,
    name,
    expected,
    run,
  });
  const preflight = (origin: string) =>
    api.send({
      method: 'OPTIONS',
      path: `${api.path}/documents/x`,
      headers: {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization',
      },
    });
  return [
    ...origins.flatMap((origin) => [
      one(`origin ${origin}: not named in an answer`, 'nobody', async () =>
        allowed(await probe(api, { ...bearer, origin })),
      ),
      one(`origin ${origin}: not named in a refusal`, 'nobody', async () =>
        allowed(await probe(api, { origin })),
      ),
      one(`origin ${origin}: not named in a preflight`, 'nobody', async () =>
        allowed(await preflight(origin)),
      ),
    ]),
    ...(known
      ? api.kind === 'original'
        ? forTheClientApp(api, known, preflight)
        : [
            one(
              'Downstream answers no browser, not even the Client App’s origin',
              'nobody, nobody',
              async () =>
                `${allowed(await probe(api, { ...bearer, origin: known }))}, ${allowed(await preflight(known))}`,
            ),
          ]
      : []),
    one(
      'every refusal of a token is the same to the byte, but for its ids',
      'one answer',
      async () => alikeness(api),
    ),
    one(
      'no answer may be kept by a cache or taken for another type',
      '0 of them may',
      async () => `${api.answers.filter(mayBeKept).length} of them may`,
    ),
    one(
      'no answer gives away a token, a secret, an address, a trace or a path',
      'nothing',
      async () => leaksOf(api),
    ),
  ];
};

function forTheClientApp(
  api: Api,
  origin: string,
  preflight: (origin: string) => Promise<Answered>,
): readonly Case[] {
  const { emulators } = api;
  const one = (name: string, expected: string, run: () => Promise<Answered>): Case => ({
    group,
    name,
    expected: `${expected}, ${origin}, ${readable}, without cookies`,
    run: async () => {
      const answer = await run();
      const cookies = answer.headers['access-control-allow-credentials'] ? 'with' : 'without';
      return `${describeAnswer(answer)}, ${allowed(answer)}, ${answer.headers['access-control-expose-headers']}, ${cookies} cookies`;
    },
  });
  const probeWith = (token: string) => probe(api, { authorization: `Bearer ${token}`, origin });
  return [
    one('the Client App’s preflight needs no token', '204', () => preflight(origin)),
    one('the Client App may read a success', '200', () => probeWith(api.token)),
    one('the Client App may read a 401 without credentials', bare, () => probe(api, { origin })),
    one('the Client App may read a 401 of a token', '401 invalid_token', () => probeWith('opaque')),
    one('the Client App may read a 403', '403 insufficient_scope', () =>
      probeWith(api.forge({ claims: { scp: 'Profile.Read' } })),
    ),
    one('the Client App may read a 404', '404 not_found', () =>
      api.send({ path: `${api.path}/nothing`, headers: { origin } }),
    ),
    one('the Client App may read a 503', '503 unavailable', async () => {
      await emulators?.policy('fault', 'token=503:1');
      try {
        return await probeWith((await emulators?.token('alice')) ?? '');
      } finally {
        await emulators?.policy('fault', 'token=off');
        await untilBack(api);
      }
    }),
  ];
}

/** The API may wait a while before it asks Entra again; the cases that follow are not to see that. */
async function untilBack(api: Api): Promise<void> {
  const end = Date.now() + 15_000;
  while (
    Date.now() < end &&
    describeAnswer(
      await probe(api, {
        authorization: `Bearer ${(await api.emulators?.token('alice')) ?? api.token}`,
      }),
    ) !== '200'
  ) {
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function alikeness({ answers }: Api): string {
  const kinds = new Set(
    answers
      .filter(
        ({ json, headers, request }) =>
          json.code === 'invalid_token' &&
          String(headers['www-authenticate']).includes('error=') &&
          !request.headers?.origin &&
          !/ expired/.test(String(json.detail)),
      )
      .map(
        ({
          status,
          headers: { date: _date, 'x-correlation-id': _id, 'content-length': _length, ...headers },
          text,
        }) =>
          JSON.stringify([status, headers, text.replace(/"correlationId":"[0-9a-f-]{36}"/, '')]),
      ),
  );
  return kinds.size === 1 ? 'one answer' : `${kinds.size} answers`;
}

/** Answers that the host gives by itself have no body and nothing to keep. */
const mayBeKept = ({ status, text, headers }: Answered) =>
  status !== 0 &&
  text !== '' &&
  (headers['cache-control'] !== 'no-store' || headers['x-content-type-options'] !== 'nosniff');

/** What a document gives back is what was written into it, naughty strings among them. */
const isOwnDocument = ({ status, request }: Answered) =>
  status < 300 && /\/documents\/attack-/.test(request.path);

function leaksOf({ answers, token }: Api): string {
  const [, , signature = ''] = token.split('.');
  const texts = answers
    .filter((answer) => !isOwnDocument(answer))
    .map(({ headers, text }) => `${JSON.stringify(headers)}\n${text}`);
  const found = texts.flatMap((text) => scanForLeaks(text, [signature]));
  return found.length === 0
    ? 'nothing'
    : [...new Set(found.map(({ kind, begins }) => `${kind}: ${begins}`))].join(', ');
}
