import { createPublicKey, verify } from 'node:crypto';
import { JwtVerifier } from 'aws-jwt-verify';
import { importJWK, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { JwksClient } from 'jwks-rsa';
import { redact } from '../../shared/redacted.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { createValidator } from '../../shared/token/validate.ts';
import { audience, type Issuer, startIssuer, tenantId } from '../support/issuer.ts';
import { compare, heapUsed, median, microseconds, type Row, ratioOf, times } from './measure.ts';

/** First and repeated validation beside raw `crypto.verify` and the usual libraries, and what a verified token costs to remember. */
export async function measureValidation(): Promise<readonly Row[]> {
  const entra = await startIssuer();
  try {
    return [...(await measureTime(entra)), ...(await measureMemory(entra))];
  } finally {
    await entra.close();
  }
}

async function measureTime(entra: Issuer): Promise<readonly Row[]> {
  const jwk = entra.jwks.keys[0] as Record<string, string>;
  const issuer = `${entra.host.href}${tenantId}/v2.0`;
  const jwksUri = `${entra.host.href}${tenantId}/discovery/v2.0/keys`;
  const tokens = await Promise.all(
    Array.from({ length: 100 }, (_, index) => entra.token({ uti: String(index) })),
  );
  const sealed = tokens.map(redact);
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const joseKey = await importJWK(jwk, 'RS256');
  const rsaClient = new JwksClient({ jwksUri, cache: true, rateLimit: true });
  const aws = JwtVerifier.create({ issuer, audience, jwksUri: 'https://unused.example/keys' });
  aws.cacheJwks({ keys: [jwk as never] });
  const keys = createKeys({ authorityHost: entra.host });
  const newValidator = () => createValidator({ keys, tenantIds: [tenantId], audience });
  const known = newValidator();
  const fresh = Array.from({ length: 50 }, newValidator);
  const one = sealed[0] as (typeof sealed)[0];
  await known(one);

  const rawVerify = (token: string) => {
    const [header, payload, signature = ''] = token.split('.');
    if (
      !verify(
        'RSA-SHA256',
        Buffer.from(`${header}.${payload}`),
        publicKey,
        Buffer.from(signature, 'base64url'),
      )
    )
      throw new Error('bad');
  };
  const jwtVerifyOld = (token: string) =>
    new Promise((resolve, reject) =>
      jsonwebtoken.verify(
        token,
        (header, callback) =>
          void rsaClient.getSigningKey(header.kid, (error, key) =>
            callback(error, key?.getPublicKey()),
          ),
        { algorithms: ['RS256'], issuer, audience },
        (error, claims) => (error ? reject(error) : resolve(claims)),
      ),
    );

  const first = await compare(
    {
      raw: () => tokens.forEach(rawVerify),
      ours: () => Promise.all(sealed.map(fresh.pop() ?? newValidator())),
      jose: () =>
        Promise.all(
          tokens.map((token) =>
            jwtVerify(token, joseKey, { issuer, audience, algorithms: ['RS256'] }),
          ),
        ),
      jsonwebtoken: () => Promise.all(tokens.map(jwtVerifyOld)),
      aws: () => Promise.all(tokens.map((token) => aws.verify(token))),
      repeated: async () => {
        for (let turn = 0; turn < 100; turn += 1) await known(one);
      },
    },
    { rounds: 40, units: 100 },
  );
  const ratio = (name: keyof typeof first) => ratioOf(first[name], first.raw);
  const peers = `jose ${times(ratio('jose'))}, jsonwebtoken + jwks-rsa ${times(ratio('jsonwebtoken'))}, aws-jwt-verify ${times(ratio('aws'))}`;
  return [
    {
      what: `First validation of a token, 100 at once, in raw \`crypto.verify\` (${microseconds(median(first.raw))})`,
      ours: times(ratio('ours')),
      peers,
      goal: 'at most 3.00 ×',
      met: ratio('ours') <= 3,
    },
    {
      what: 'Validation of the same token again, every claim checked again',
      ours: times(ratio('repeated')),
      peers: 'as above: none remembers',
      goal: 'at most 0.50 ×',
      met: ratio('repeated') <= 0.5,
    },
  ];
}

const tokensMade = 5_000;

async function measureMemory(entra: Issuer): Promise<readonly Row[]> {
  const keys = createKeys({ authorityHost: entra.host });
  const validate = createValidator({ keys, tenantIds: [tenantId], audience });
  const good = redact(await entra.token());
  await validate(good);
  const before = heapUsed();
  for (let made = 0; made < tokensMade; made += 1)
    await validate(redact(await entra.token({ uti: String(made) })));
  const perToken = (heapUsed() - before) / tokensMade;

  await validate(good);
  const [head, payload] = (await entra.token()).split('.');
  for (let bad = 0; bad < 20_000; bad += 1) {
    const signature = Buffer.alloc(256, bad)
      .fill(bad >> 8, 0, 8)
      .toString('base64url');
    await validate(redact(`${head}.${payload}.${signature}`)).catch(() => {});
  }
  const verifications = await countVerifications(() => validate(good));
  return [
    {
      what: `Memory of a verified token, of ${tokensMade.toLocaleString('en')}`,
      ours: `${perToken.toFixed(0)} B`,
      goal: 'at most 256 B',
      met: perToken <= 256,
    },
    {
      what: 'Signature checks that a good token needs again after 20,000 bad ones',
      ours: String(verifications),
      goal: '0',
      met: verifications === 0,
    },
  ];
}

async function countVerifications(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const { subtle } = globalThis.crypto;
  const own = subtle.verify;
  subtle.verify = (...args: Parameters<typeof own>) => {
    count += 1;
    return own.apply(subtle, args);
  };
  try {
    await work();
  } finally {
    subtle.verify = own;
  }
  return count;
}
