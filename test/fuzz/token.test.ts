/** For longer: `FUZZ_RUNS=200000 npm test -- test/fuzz`; a failure comes again with its seed (FUZZ_SEED), which is printed. */
import { createHmac, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ApiError } from '../../shared/api-error.ts';
import { redact } from '../../shared/redacted.ts';
import { authorize } from '../../shared/token/authorize.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { createValidator, type Validate } from '../../shared/token/validate.ts';
import { base64url, rsa, rsaPss, type Signer, signedBy } from '../../tools/attack/forge.ts';
import {
  audience,
  clientApp,
  type Issuer,
  rsaKey,
  startIssuer,
  tenantId,
} from '../support/issuer.ts';
import { badChanges } from './bad-changes.ts';
import { badTexts } from './bad-texts.ts';
import { goodTokens, scope, type Unsigned } from './good-tokens.ts';

const numRuns = Number(process.env.FUZZ_RUNS ?? 20_000);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const now = Date.UTC(2026, 10, 22) / 1_000;
let issuer: Issuer;
let validate: Validate;
/** How often each check was the one that refused. */
const refusals = new Map<string, number>();

beforeAll(async () => {
  process.stderr.write(`fuzz: FUZZ_SEED=${seed} FUZZ_RUNS=${numRuns}\n`);
  issuer = await startIssuer(() => now * 1_000);
  const keys = createKeys({ authorityHost: issuer.host, now: () => now * 1_000 });
  validate = createValidator({ keys, tenantIds: [tenantId], audience, now: () => now * 1_000 });
});
afterAll(() => issuer.close());

/** Who may call with this token, or `undefined`; anything that is not a apiError is a failure of the test. */
async function admit(token: string): Promise<string | undefined> {
  try {
    const caller = await validate(redact(token));
    authorize(caller, { scopes: [scope] }, { clientIds: [clientApp], confidential: false });
    return caller.objectId;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (!['invalid_token', 'insufficient_scope', 'caller_not_allowed'].includes(error.code))
      throw error;
    const check = String(error.options.logContext?.check);
    refusals.set(check, (refusals.get(check) ?? 0) + 1);
    return undefined;
  }
}

const signed = ({ header, claims }: Unsigned, signer: Signer = rsa(issuer.privateKey)) =>
  signedBy(`${base64url(header)}.${base64url(claims)}`, signer);
const good = () => goodTokens(issuer.host, now);
const assert = (runs: number, property: fc.IAsyncProperty<[string]>) =>
  fc.assert(property, { numRuns: Math.ceil(runs), seed });
const refused = (tokens: fc.Arbitrary<string>) =>
  fc.asyncProperty(tokens, async (token) => {
    expect(await admit(token)).toBeUndefined();
  });

test('every good token is admitted, as the user whom it names', async () => {
  const property = fc.asyncProperty(
    good().filter((token) => signed(token, () => Buffer.alloc(256)).length <= 16 * 1024),
    async (token) => {
      expect(await admit(signed(token))).toBe(token.claims.oid);
    },
  );
  await fc.assert(property, { numRuns: Math.ceil(numRuns / 2), seed });
}, 600_000);

test('no token with one or two members that may not be so is admitted, though Entra’s own key signed it', async () => {
  const tokens = good().chain((token) =>
    fc.array(badChanges(token, now), { minLength: 1, maxLength: 2 }).map((changes) => {
      const changed = { header: { ...token.header }, claims: { ...token.claims } } as {
        header: Record<string, unknown>;
        claims: Record<string, unknown>;
      };
      // Of two changes of one member the first would be undone.
      for (const { name, value, at } of changes.slice(
        0,
        new Set(changes.map((change) => `${change.at} ${change.name}`)).size,
      ))
        changed[at][name] = value;
      return signed(changed);
    }),
  );
  await assert(numRuns * 0.4, refused(tokens));
}, 600_000);

test('no edit of a token’s text is admitted', async () => {
  const pool = await Promise.all(
    fc.sample(good(), { numRuns: 50, seed }).map((token) => signed(token)),
  );
  for (const token of pool) expect(await admit(token)).toBeDefined();
  const tokens = fc
    .constantFrom(...pool)
    .chain((token) => badTexts(token).filter((text) => text !== token));
  await assert(numRuns * 0.5, refused(tokens));
}, 600_000);

test('no token that another key, hash, padding or algorithm signed is admitted, nor one that says a thing twice', async () => {
  const others = [rsaKey().privateKey, rsaKey(3072).privateKey];
  const pem = createPublicKey(issuer.privateKey).export({ type: 'spki', format: 'pem' });
  const hmac =
    (secret: string | Buffer): Signer =>
    (input) =>
      createHmac('sha256', secret).update(input).digest();
  const signers = fc.oneof(
    fc.constantFrom(
      ...others.map((key) => rsa(key)),
      rsa(issuer.privateKey, 'sha384'),
      rsa(issuer.privateKey, 'sha512'),
      rsaPss(issuer.privateKey),
      hmac(pem),
      hmac(''),
    ),
    fc.uint8Array({ minLength: 1, maxLength: 300 }).map(
      (bytes): Signer =>
        () =>
          Buffer.from(bytes),
    ),
  );
  const forged = fc
    .tuple(good(), signers, fc.constantFrom('RS256', 'HS256', 'PS256', 'RS512', 'none'))
    .map(([token, signer, alg]) => signed({ ...token, header: { ...token.header, alg } }, signer));
  const twice = fc
    .tuple(
      good(),
      fc.constantFrom('aud', 'iss', 'exp', 'scp', 'oid', 'tid'),
      fc.jsonValue({ maxDepth: 1 }),
    )
    .map(([token, name, value]) => {
      const claims = JSON.stringify(token.claims).replace(
        '{',
        `{${JSON.stringify(name)} :${JSON.stringify(value)},`,
      );
      return signedBy(`${base64url(token.header)}.${base64url(claims)}`, rsa(issuer.privateKey));
    });
  await assert(numRuns * 0.1, refused(fc.oneof(forged, twice)));
}, 600_000);

// Fewer runs may miss one.
(numRuns < 20_000 ? test.skip : test)('all of that has met every check', () => {
  process.stderr.write(
    `fuzz: refused by ${[...refusals].map(([check, count]) => `${check} ${count}`).join(', ')}\n`,
  );
  const all = [
    'form',
    'size',
    'typ',
    'alg',
    'kid',
    'embedded-key',
    'extension',
    'nonce',
    'key',
    'signature',
    'version',
    'tenant',
    'issuer',
    'audience',
    'lifetime',
    'not-before',
    'issued-at',
    'expiry',
    'user',
    'actor',
    'shape',
    'kind',
    'calling-app',
    'scope',
  ];
  expect(all.filter((check) => !refusals.has(check))).toEqual([]);
});
