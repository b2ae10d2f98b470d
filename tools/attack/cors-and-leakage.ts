import {
  type Api,
  type Case,
  type CreateCases,
  describeResponse,
  invalidToken,
  listDocuments,
  missingToken,
} from './case.ts';
import type { RawResponse } from './http.ts';
import { findLeaks } from './leaks.ts';

/** The response headers that the Client App may read. */
const exposedHeaders = 'WWW-Authenticate, Retry-After, ETag';

/** Milliseconds to wait until an API is available again after a simulated outage of Entra. */
const recoveryTimeout = 15_000;
const retryDelay = 250;

/**
 * Checks who may read responses in a browser, and what responses reveal. It examines all responses
 * of the groups before it.
 */
export const corsAndLeakage: CreateCases = (api) => {
  const clientAppOrigin = api.emulators?.clientAppOrigin;
  const cases = foreignOrigins(clientAppOrigin).flatMap((origin) =>
    foreignOriginCases(api, origin),
  );
  if (clientAppOrigin !== undefined) {
    if (api.kind === 'original') cases.push(...clientAppCases(api, clientAppOrigin));
    else cases.push(downstreamCase(api, clientAppOrigin));
  }
  cases.push(
    {
      name: 'all rejections of a token are identical except for their ids',
      expected: 'variants: 1',
      run: async () => `variants: ${countRejectionVariants(api)}`,
    },
    {
      name: 'no response may be cached or sniffed as another type',
      expected: '0 responses',
      run: async () => `${api.responses.filter(mayBeCachedOrSniffed).length} responses`,
    },
    {
      name: 'no response contains a token, secret, e-mail address, stack trace or path',
      expected: 'no leaks',
      run: async () => describeLeaks(api),
    },
  );
  return cases;
};

/** Origins that no API allows, some of which resemble the Client App's. */
function foreignOrigins(clientAppOrigin: string | undefined): readonly string[] {
  const origins = ['https://attacker.example', 'null', 'file://', '*'];
  if (clientAppOrigin === undefined) return origins;
  return [
    ...origins,
    `${clientAppOrigin}.attacker.example`,
    `${clientAppOrigin}/`,
    `${clientAppOrigin}@attacker.example`,
    clientAppOrigin.replace(/^http:/, 'https:'),
    clientAppOrigin.replace('localhost', '127.0.0.1'),
    clientAppOrigin.toUpperCase(),
    clientAppOrigin.replace(/:\d+$/, ''),
    `${clientAppOrigin}, https://attacker.example`,
    `attacker${clientAppOrigin}`,
  ];
}

function foreignOriginCases(api: Api, origin: string): readonly Case[] {
  const authorization = `Bearer ${api.token}`;
  return [
    {
      name: `origin ${origin} is not allowed in a success`,
      expected: 'no origin',
      run: async () => allowedOrigin(await listDocuments(api, { authorization, origin })),
    },
    {
      name: `origin ${origin} is not allowed in an error`,
      expected: 'no origin',
      run: async () => allowedOrigin(await listDocuments(api, { origin })),
    },
    {
      name: `origin ${origin} is not allowed in a preflight`,
      expected: 'no origin',
      run: async () => allowedOrigin(await sendPreflight(api, origin)),
    },
  ];
}

function downstreamCase(api: Api, origin: string): Case {
  return {
    name: 'Downstream API allows no origin, not even the Client App’s',
    expected: 'no origin, no origin',
    async run() {
      const authorization = `Bearer ${api.token}`;
      const response = await listDocuments(api, { authorization, origin });
      const preflight = await sendPreflight(api, origin);
      return `${allowedOrigin(response)}, ${allowedOrigin(preflight)}`;
    },
  };
}

function clientAppCases(api: Api, origin: string): readonly Case[] {
  const clientAppCase = (
    name: string,
    expected: string,
    send: () => Promise<RawResponse>,
  ): Case => ({
    name: `the Client App ${name}`,
    expected: `${expected}, ${origin}, ${exposedHeaders}, without credentials`,
    async run() {
      const response = await send();
      const { headers } = response;
      const credentials = headers['access-control-allow-credentials'] ? 'with' : 'without';
      return [
        describeResponse(response),
        allowedOrigin(response),
        headers['access-control-expose-headers'],
        `${credentials} credentials`,
      ].join(', ');
    },
  });
  const sendTokenFromOrigin = (token: string) =>
    listDocuments(api, { authorization: `Bearer ${token}`, origin });
  return [
    clientAppCase('needs no token for a preflight', '204', () => sendPreflight(api, origin)),
    clientAppCase('can read a success', '200', () => sendTokenFromOrigin(api.token)),
    clientAppCase('can read a 401 for a missing token', missingToken, () =>
      listDocuments(api, { origin }),
    ),
    clientAppCase('can read a 401 for an invalid token', invalidToken, () =>
      sendTokenFromOrigin('opaque'),
    ),
    clientAppCase('can read a 403', '403 insufficient_scope', () =>
      sendTokenFromOrigin(api.forge({ claims: { scp: 'Profile.Read' } })),
    ),
    clientAppCase('can read a 404', '404 not_found', () =>
      api.send({ path: `${api.path}/nothing`, headers: { origin } }),
    ),
    clientAppCase('can read a 503', '503 unavailable', async () => {
      const { emulators } = api;
      await emulators?.setPolicy('fault', 'token=503:1');
      try {
        return await sendTokenFromOrigin((await emulators?.getToken('alice')) ?? '');
      } finally {
        await emulators?.setPolicy('fault', 'token=off');
        await waitForRecovery(api);
      }
    }),
  ];
}

function sendPreflight(api: Api, origin: string): Promise<RawResponse> {
  return api.send({
    method: 'OPTIONS',
    path: `${api.path}/documents/x`,
    headers: {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization',
    },
  });
}

function allowedOrigin({ headers }: RawResponse): string {
  return String(headers['access-control-allow-origin'] ?? 'no origin');
}

/** Waits until the API sends requests to Entra again, so that later cases are not affected. */
async function waitForRecovery(api: Api): Promise<void> {
  const end = Date.now() + recoveryTimeout;
  while (Date.now() < end) {
    const token = (await api.emulators?.getToken('alice')) ?? api.token;
    const response = await listDocuments(api, { authorization: `Bearer ${token}` });
    if (describeResponse(response) === '200') return;
    await new Promise((resolve) => setTimeout(resolve, retryDelay));
  }
}

/**
 * Counts the different responses to invalid tokens, ignoring date, length and correlation ids.
 * Expired tokens have a different detail on purpose.
 */
function countRejectionVariants({ responses }: Api): number {
  const variants = new Set<string>();
  for (const response of responses.filter(isTokenRejection)) {
    const {
      date: _date,
      'x-correlation-id': _correlationId,
      'content-length': _contentLength,
      ...headers
    } = response.headers;
    const text = response.text.replace(/"correlationId":"[0-9a-f-]{36}"/, '');
    variants.add(JSON.stringify([response.status, headers, text]));
  }
  return variants.size;
}

function isTokenRejection({ json, headers, request }: RawResponse): boolean {
  return (
    json.code === 'invalid_token' &&
    String(headers['www-authenticate']).includes('error=') &&
    !request.headers?.origin &&
    !/ expired/.test(String(json.detail))
  );
}

/** The host's own responses have no body, so they need no protection. */
function mayBeCachedOrSniffed({ status, text, headers }: RawResponse): boolean {
  if (status === 0 || text === '') return false;
  return headers['cache-control'] !== 'no-store' || headers['x-content-type-options'] !== 'nosniff';
}

/** Whether a response is a document of these cases, which may contain naughty strings. */
function isOwnDocument({ status, request }: RawResponse): boolean {
  return status < 300 && /\/documents\/attack-/.test(request.path);
}

function describeLeaks({ responses, decoded }: Api): string {
  const [, , signature] = decoded.segments;
  const found = new Set<string>();
  for (const response of responses) {
    if (isOwnDocument(response)) continue;
    const text = `${JSON.stringify(response.headers)}\n${response.text}`;
    for (const { kind, excerpt } of findLeaks(text, [signature])) found.add(`${kind}: ${excerpt}`);
  }
  return found.size === 0 ? 'no leaks' : [...found].join(', ');
}
