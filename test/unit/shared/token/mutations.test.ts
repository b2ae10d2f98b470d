import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as sealing from '../../../../shared/redacted.ts';
import * as authorization from '../../../../shared/token/authorize.ts';
import { claimChecks } from '../../../../shared/token/checks.ts';
import * as keyStore from '../../../../shared/token/keys.ts';
import { headerChecks } from '../../../../shared/token/parse.ts';
import * as validation from '../../../../shared/token/validate.ts';
import { base64url, rsa, signedBy, takeApart } from '../../../../tools/attack/forge.ts';
import {
  audience,
  clientApp,
  type Issuer,
  otherTenantId,
  publicJwk,
  rsaKey,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';

/** The modules under test, whole or with one check taken out. */
interface Source {
  readonly createKeys: typeof keyStore.createKeys;
  readonly createValidator: typeof validation.createValidator;
  readonly authorize: typeof authorization.authorize;
  readonly redact: typeof sealing.redact;
}

type Changes = Readonly<Record<string, unknown>>;
type Edit = readonly [file: string, from: string, to: string];

/** One check: how its code is taken out, and a token that only this check keeps away. */
interface Mutant {
  readonly check: string;
  readonly edits: readonly Edit[];
  readonly token: () => string | Promise<string>;
}

const now = Date.UTC(2026, 10, 22);
const seconds = now / 1_000;
const hour = 3_600;
const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
const foreign = rsaKey();
let issuer: Issuer;

beforeAll(async () => {
  symlinkSync(
    fileURLToPath(new URL('../../../../node_modules', import.meta.url)),
    join(folder, 'node_modules'),
  );
  issuer = await startIssuer(() => now);
  issuer.jwks.keys.push({
    ...publicJwk(foreign.publicKey, 'foreign'),
    issuer: `https://login.microsoftonline.com/${otherTenantId}/v2.0`,
  });
});
afterAll(async () => {
  await issuer.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Good for a Downstream, too: its client has proved itself. */
const make = (claims: Changes = {}, header: Changes = {}, key = issuer.privateKey) =>
  issuer.token({ azpacr: '1', ...claims }, header, key);
const withClaims = (claims: Changes) => () => make(claims);
const withHeader = (header: Changes) => () => make({}, header);

/** Takes out a check that stands in a table by its name. */
const inTable = (file: string, table: string, check: string): Edit => [
  file,
  '',
  `Object.assign(${table}.find(({ name }) => name === '${check}') as object, { holds: () => true });`,
];
const claim = (check: string, claims: () => Changes): Mutant => ({
  check,
  edits: [inTable('checks.ts', 'claimChecks', check)],
  token: () => withClaims(claims())(),
});
const header = (check: string, changes: Changes): Mutant => ({
  check,
  edits: [inTable('parse.ts', 'headerChecks', check)],
  token: withHeader(changes),
});

const mutants: readonly Mutant[] = [
  {
    check: 'size',
    edits: [['parse.ts', 'token.length > maxTokenLength', 'false']],
    token: withClaims({ extra: 'x'.repeat(16 * 1024) }),
  },
  {
    check: 'form',
    edits: [
      ['parse.ts', '(segments.length !== 3 || !segments.every(isCanonicalBase64url))', 'false'],
    ],
    token: async () => `${await make()}==`,
  },
  {
    check: 'form',
    edits: [['parse.ts', '!namesTwice(text, value)', 'true']],
    token: async () => {
      const { header: good, claims } = takeApart(await make());
      const payload = JSON.stringify(claims).replace('{', '{"aud":"another",');
      return signedBy(`${base64url(good)}.${base64url(payload)}`, rsa(issuer.privateKey));
    },
  },
  header('typ', { typ: 'id+jwt' }),
  {
    check: 'alg',
    // Three guards emulators behind each other here: our table, the list given to jose, and a key that is bound to one hash.
    edits: [
      inTable('parse.ts', 'headerChecks', 'alg'),
      [
        'validate.ts',
        "compactVerify(reveal(token.text), key, { algorithms: ['RS256'] })",
        "import('jose').then(async ({ exportJWK, importJWK }) => compactVerify(reveal(token.text), await importJWK(await exportJWK(key), String(token.header.alg))))",
      ],
    ],
    token: withHeader({ alg: 'RS512' }),
  },
  header('kid', { kid: ['key-1'] }),
  header('embedded-key', { jwk: { kty: 'RSA' } }),
  header('extension', { zip: 'DEF' }),
  header('nonce', { nonce: 'x' }),
  {
    check: 'key',
    edits: [
      [
        'keys.ts',
        '(await source.get()).keys.get(kid)',
        "((await source.get()).keys.get(kid) ?? (await source.get()).keys.get('key-1'))",
      ],
    ],
    token: withHeader({ kid: 'key-9' }),
  },
  {
    check: 'signature',
    edits: [
      [
        'validate.ts',
        "compactVerify(reveal(token.text), key, { algorithms: ['RS256'] })",
        'Promise.resolve(compactVerify)',
      ],
    ],
    token: () => make({}, {}, rsaKey().privateKey),
  },
  {
    check: 'version',
    edits: [
      [
        'checks.ts',
        "claims.ver === '1.0' || claims.ver === '2.0' ? claims.ver : undefined",
        "claims.ver === '1.0' ? '1.0' : '2.0'",
      ],
    ],
    token: withClaims({ ver: '3.0' }),
  },
  {
    check: 'key-issuer',
    edits: [inTable('checks.ts', 'claimChecks', 'key-issuer')],
    token: () => make({}, { kid: 'foreign' }, foreign.privateKey),
  },
  claim('issuer', () => ({ iss: `${issuer.host.href}${tenantId}/v2.0/` })),
  {
    check: 'tenant',
    // Looked at twice: when it chooses whose keys to try, and among the claims.
    edits: [
      inTable('checks.ts', 'claimChecks', 'tenant'),
      ['checks.ts', 'tenantIds.find((id) => id === claims.tid)', 'String(claims.tid ?? tenantIds)'],
    ],
    token: withClaims({ tid: otherTenantId }),
  },
  claim('audience', () => ({ aud: 'd0375100-0000-4000-8000-0000000000a3' })),
  claim('lifetime', () => ({ exp: seconds + 49 * hour })),
  claim('not-before', () => ({ nbf: seconds + 61 })),
  claim('issued-at', () => ({ iat: seconds + 61 })),
  claim('expiry', () => ({ exp: seconds - 61, iat: seconds - hour, nbf: seconds - hour })),
  claim('user', () => ({ oid: 'alice@contoso.example' })),
  claim('actor', () => ({ azpacr: '3' })),
  claim('shape', () => ({ roles: [7] })),
  {
    check: 'kind',
    edits: [['validate.ts', '    refuseUnlessUser(claims);', '']],
    token: withClaims({ idtyp: 'app' }),
  },
  {
    check: 'calling-app',
    edits: [['authorize.ts', '!clients.clientIds.includes(caller.clientId)', 'false']],
    token: withClaims({ azp: '07e20000-0000-4000-8000-0000000000a4' }),
  },
  {
    check: 'confidential-client',
    edits: [['authorize.ts', 'clients.confidential && !caller.confidential', 'false']],
    token: withClaims({ azpacr: '0' }),
  },
  {
    check: 'scope',
    edits: [['authorize.ts', '!scopes.every((one) => caller.scopes.includes(one))', 'false']],
    token: withClaims({ scp: 'Documents.ReadWrite' }),
  },
];

const whole: Source = { ...keyStore, ...validation, ...authorization, ...sealing };

/** `accepted`, or the check that a token fails. Confidential clients only, as at a Downstream. */
async function outcome(
  { createKeys, createValidator, authorize, redact }: Source,
  token: string,
): Promise<string> {
  const keys = createKeys({ authorityHost: issuer.host, now: () => now });
  const validate = createValidator({ keys, tenantIds: [tenantId], audience, now: () => now });
  try {
    authorize(
      await validate(redact(token)),
      { scopes: ['Documents.Read'] },
      { clientIds: [clientApp], confidential: true },
    );
    return 'accepted';
  } catch (error) {
    const { options, message } = error as {
      options?: { logContext?: { check?: unknown } };
      message: string;
    };
    return String(options?.logContext?.check ?? message);
  }
}

/** The sources with edits made; each place that is edited must be there exactly once, so that no mutant is the original by mistake. */
async function mutate(edits: readonly Edit[], name: string): Promise<Source> {
  const copy = join(folder, name);
  cpSync(shared, join(copy, 'shared'), { recursive: true });
  for (const [file, from, to] of edits) {
    const path = join(copy, 'shared', 'token', file);
    const text = readFileSync(path, 'utf8');
    if (from !== '' && text.split(from).length !== 2)
      throw new Error(`${file} no longer has this once: ${from}`);
    writeFileSync(path, from === '' ? `${text}\n${to}\n` : text.replace(from, () => to));
  }
  const load = (file: string) => import(pathToFileURL(join(copy, 'shared', file)).href);
  const modules = await Promise.all(
    ['token/keys.ts', 'token/validate.ts', 'token/authorize.ts', 'sealed.ts'].map(load),
  );
  return Object.assign({}, ...modules);
}

test('the good token of these tests is accepted', async () => {
  expect(await outcome(whole, await make())).toBe('accepted');
});

test.each(mutants)(
  'without the check "$check" a token comes in that it keeps out',
  async ({ check, edits, token }) => {
    const hostile = await token();
    expect(await outcome(whole, hostile)).toBe(check);
    expect(
      await outcome(
        await mutate(edits, `${check}-${mutants.findIndex((mutant) => mutant.edits === edits)}`),
        hostile,
      ),
    ).toBe('accepted');
  },
);

test('no check is without such a token', () => {
  const named = [...headerChecks, ...claimChecks].map(({ name }) => name);
  const refusing = ['parse.ts', 'validate.ts'].flatMap((file) =>
    [...readFileSync(`${shared}token/${file}`, 'utf8').matchAll(/refuse\('([\w-]+)'/g)].map(
      ([, name]) => name ?? '',
    ),
  );
  const all = [
    ...named,
    ...refusing,
    ...authorization.authorizeChecks({ clientIds: [], confidential: true }),
  ];
  expect(new Set(mutants.map(({ check }) => check))).toEqual(new Set(all));
});
