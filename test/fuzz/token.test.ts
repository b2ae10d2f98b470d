/**
 * Validates random tokens. For a longer run: `FUZZ_RUNS=200000 npm test -- test/fuzz`. The test
 * prints its seed; `FUZZ_SEED` repeats a run.
 */
import { createHmac, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ApiError } from '../../shared/api-error.ts';
import { redact } from '../../shared/redacted.ts';
import { authorize } from '../../shared/token/authorize.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { createValidator, type Validate } from '../../shared/token/validate.ts';
import { appendSignature, base64url, rsa, rsaPss, type Signer } from '../../tools/attack/forge.ts';
import {
  audience,
  clientApp,
  type Issuer,
  rsaKey,
  startIssuer,
  tenantId,
} from '../support/issuer.ts';
import { type BadChange, badChanges } from './bad-changes.ts';
import { badTexts } from './bad-texts.ts';
import { goodTokens, scope, type UnsignedToken } from './good-tokens.ts';

const defaultRuns = 20_000;
const runs = Number(process.env.FUZZ_RUNS ?? defaultRuns);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
/** With fewer runs a test may miss one of its checks. */
const isLongEnough = runs >= defaultRuns;
const timeout = 600_000;
const maxTokenBytes = 16 * 1024;
const signatureBytes = 256;
/** In seconds. */
const now = Date.UTC(2026, 10, 22) / 1_000;
const refusalCodes: readonly string[] = [
  'invalid_token',
  'insufficient_scope',
  'caller_not_allowed',
];

let issuer: Issuer;
let validate: Validate;
beforeAll(async () => {
  process.stderr.write(`fuzz: FUZZ_SEED=${seed} FUZZ_RUNS=${runs}\n`);
  issuer = await startIssuer(() => now * 1_000);
  const keys = createKeys({ authorityHost: issuer.host, now: () => now * 1_000 });
  validate = createValidator({ keys, tenantIds: [tenantId], audience, now: () => now * 1_000 });
});
afterAll(() => issuer.close());

/** What happened to a token. */
type Decision =
  | { readonly accepted: true; readonly objectId: string }
  | { readonly accepted: false; readonly check: string };

/** Validates and authorizes a token. Throws every error that is not a refusal. */
async function decide(token: string): Promise<Decision> {
  try {
    const caller = await validate(redact(token));
    authorize(caller, { scopes: [scope] }, { clientIds: [clientApp], confidential: false });
    return { accepted: true, objectId: caller.objectId };
  } catch (error) {
    if (!(error instanceof ApiError) || !refusalCodes.includes(error.code)) throw error;
    return { accepted: false, check: String(error.options.logContext?.check) };
  }
}

/**
 * Expects that each token is refused, and that together they fail all of these checks.
 *
 * @param share the part of all runs that this test makes
 */
async function expectRefusals(
  tokens: fc.Arbitrary<string>,
  share: number,
  checks: readonly string[],
): Promise<void> {
  const counts = new Map<string, number>();
  const property = fc.asyncProperty(tokens, async (token) => {
    const decision = await decide(token);
    if (decision.accepted) throw new Error(`A bad token was accepted: ${token}`);
    counts.set(decision.check, (counts.get(decision.check) ?? 0) + 1);
  });
  await fc.assert(property, { numRuns: Math.ceil(runs * share), seed });

  const summary = [...counts].map(([check, count]) => `${check} ${count}`);
  process.stderr.write(`fuzz: refused by ${summary.join(', ')}\n`);
  const missed = checks.filter((check) => !counts.has(check));
  if (isLongEnough) expect(missed).toEqual([]);
}

function sign({ header, claims }: UnsignedToken, signer: Signer = rsa(issuer.privateKey)): string {
  return appendSignature(`${base64url(header)}.${base64url(claims)}`, signer);
}

const good = () => goodTokens(issuer.host, now);

test(
  'every good token is accepted as the user whom it names',
  async () => {
    const withoutSignature: Signer = () => Buffer.alloc(signatureBytes);
    const tokens = good().filter((token) => sign(token, withoutSignature).length <= maxTokenBytes);
    const property = fc.asyncProperty(tokens, async (token) => {
      const expected = { accepted: true, objectId: token.claims.oid };
      expect(await decide(sign(token))).toEqual(expected);
    });
    await fc.assert(property, { numRuns: Math.ceil(runs / 2), seed });
  },
  timeout,
);

/** Applies changes of different members. */
function applyChanges(token: UnsignedToken, changes: readonly BadChange[]): UnsignedToken {
  const header = { ...token.header };
  const claims = { ...token.claims };
  for (const { part, name, value } of changes) {
    const target: Record<string, unknown> = part === 'header' ? header : claims;
    target[name] = value;
  }
  return { header, claims };
}

test(
  'no token with one or two bad members is accepted, although the key of Entra signed it',
  async () => {
    const tokens = good().chain((token) =>
      fc
        .uniqueArray(badChanges(token, now), {
          minLength: 1,
          maxLength: 2,
          // Two changes of one member could cancel each other out.
          selector: ({ part, name }) => `${part} ${name}`,
        })
        .map((changes) => sign(applyChanges(token, changes))),
    );
    await expectRefusals(tokens, 0.4, [
      'typ',
      'alg',
      'kid',
      'embedded-key',
      'extension',
      'nonce',
      'key',
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
    ]);
  },
  timeout,
);

test(
  'no token with an edited text is accepted',
  async () => {
    const samples = fc.sample(good(), { numRuns: 50, seed }).map((token) => sign(token));
    for (const token of samples) expect(await decide(token)).toMatchObject({ accepted: true });
    const tokens = fc
      .constantFrom(...samples)
      .chain((token) => badTexts(token).filter((text) => text !== token));
    await expectRefusals(tokens, 0.5, ['form', 'size', 'signature']);
  },
  timeout,
);

/** Signers with another key, hash or padding, and signers that return random bytes. */
function badSigners(): fc.Arbitrary<Signer> {
  const publicKey = createPublicKey(issuer.privateKey).export({ type: 'spki', format: 'pem' });
  const hmac =
    (secret: string | Buffer): Signer =>
    (input) =>
      createHmac('sha256', secret).update(input).digest();
  const randomBytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes): Signer => {
    return () => Buffer.from(bytes);
  });
  return fc.oneof(
    fc.constantFrom(
      rsa(rsaKey().privateKey),
      rsa(rsaKey(3072).privateKey),
      rsa(issuer.privateKey, 'sha384'),
      rsa(issuer.privateKey, 'sha512'),
      rsaPss(issuer.privateKey),
      hmac(publicKey),
      hmac(''),
    ),
    randomBytes,
  );
}

test(
  'no token with the signature of another key, hash, padding or algorithm is accepted',
  async () => {
    const alg = fc.constantFrom('RS256', 'HS256', 'PS256', 'RS512', 'none');
    const tokens = fc
      .record({ token: good(), signer: badSigners(), alg })
      .map(({ token, signer, alg }) => {
        return sign({ ...token, header: { ...token.header, alg } }, signer);
      });
    await expectRefusals(tokens, 0.05, ['alg', 'signature']);
  },
  timeout,
);

test(
  'no token with a duplicate claim is accepted',
  async () => {
    const tokens = fc
      .record({
        token: good(),
        name: fc.constantFrom('aud', 'iss', 'exp', 'scp', 'oid', 'tid'),
        value: fc.jsonValue({ maxDepth: 1 }),
      })
      .map(({ token, name, value }) => {
        const duplicate = `${JSON.stringify(name)} :${JSON.stringify(value)}`;
        const otherMembers = JSON.stringify(token.claims).slice(1);
        const payload = base64url(`{${duplicate},${otherMembers}`);
        return appendSignature(`${base64url(token.header)}.${payload}`, rsa(issuer.privateKey));
      });
    await expectRefusals(tokens, 0.05, ['form']);
  },
  timeout,
);
