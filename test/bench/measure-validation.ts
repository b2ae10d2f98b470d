import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { JwtVerifier } from 'aws-jwt-verify';
import { importJWK, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { JwksClient } from 'jwks-rsa';
import { type Redacted, redact } from '../../shared/redacted.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { createValidator } from '../../shared/token/validate.ts';
import { audience, type Issuer, startIssuer, tenantId } from '../support/issuer.ts';
import { compare, measureHeap, median, medianRatio, warmUpRounds } from './compare.ts';
import { formatMicroseconds, formatRatio, type Row } from './table.ts';

const tokenCount = 100;
const rounds = 40;

const maxRatioOfFirst = 3;
const maxRatioOfRepeated = 0.5;

/**
 * Measures first and repeated validation, next to other libraries and to `crypto.verify` alone, and
 * what the validator remembers about tokens.
 */
export async function measureValidation(): Promise<readonly Row[]> {
  const entra = await startIssuer();
  try {
    return [
      ...(await measureTime(entra)),
      await measureMemory(entra),
      await measureInvalidTokens(entra),
    ];
  } finally {
    await entra.close();
  }
}

async function measureTime(entra: Issuer): Promise<readonly Row[]> {
  const jwk = entra.jwks.keys[0] as Record<string, string>;
  const tokens = await Promise.all(
    Array.from({ length: tokenCount }, (_, index) => entra.token({ uti: String(index) })),
  );
  const redacted = tokens.map(redact);
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const validateWithJose = await createJoseValidator(entra, jwk);
  const validateWithJsonwebtoken = createJsonwebtokenValidator(entra);
  const validateWithAws = createAwsValidator(entra, jwk);

  const keys = createKeys({ authorityHost: entra.host });
  const createOurValidator = () => createValidator({ keys, tenantIds: [tenantId], audience });
  // A validator remembers tokens, so each round needs a new one.
  const unusedValidators = Array.from({ length: warmUpRounds + rounds }, createOurValidator);
  const usedValidator = createOurValidator();
  const knownToken = redacted[0] as Redacted;
  await usedValidator(knownToken);

  const times = await compare(
    {
      cryptoVerify: () => {
        for (const token of tokens) verifySignature(token, publicKey);
      },
      ours: () => Promise.all(redacted.map(unusedValidators.pop() ?? createOurValidator())),
      jose: () => Promise.all(tokens.map(validateWithJose)),
      jsonwebtoken: () => Promise.all(tokens.map(validateWithJsonwebtoken)),
      aws: () => Promise.all(tokens.map(validateWithAws)),
      repeated: async () => {
        for (let turn = 0; turn < tokenCount; turn += 1) await usedValidator(knownToken);
      },
    },
    { rounds, units: tokenCount },
  );
  const ratioOf = (name: keyof typeof times) => medianRatio(times[name], times.cryptoVerify);
  const first = ratioOf('ours');
  const repeated = ratioOf('repeated');
  const baseTime = formatMicroseconds(median(times.cryptoVerify));
  return [
    {
      measurement:
        `First validation of ${tokenCount} tokens, ` +
        `relative to \`crypto.verify\` alone (${baseTime} per token)`,
      result: formatRatio(first),
      peers: [
        `jose ${formatRatio(ratioOf('jose'))}`,
        `jsonwebtoken + jwks-rsa ${formatRatio(ratioOf('jsonwebtoken'))}`,
        `aws-jwt-verify ${formatRatio(ratioOf('aws'))}`,
      ].join(', '),
      goal: `at most ${formatRatio(maxRatioOfFirst)}`,
      isMet: first <= maxRatioOfFirst,
    },
    {
      measurement: 'Repeated validation of one token, with all claims checked again',
      result: formatRatio(repeated),
      peers: 'as above: they cache no results',
      goal: `at most ${formatRatio(maxRatioOfRepeated)}`,
      isMet: repeated <= maxRatioOfRepeated,
    },
  ];
}

/** @throws {Error} when the signature is invalid. */
function verifySignature(token: string, publicKey: KeyObject): void {
  const [header, payload, signature = ''] = token.split('.');
  const signed = Buffer.from(`${header}.${payload}`);
  const isValid = verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'));
  if (!isValid) throw new Error('The signature is invalid.');
}

type ValidateText = (token: string) => Promise<unknown>;

const issuerOf = (entra: Issuer): string => `${entra.host.href}${tenantId}/v2.0`;

async function createJoseValidator(
  entra: Issuer,
  jwk: Record<string, string>,
): Promise<ValidateText> {
  const key = await importJWK(jwk, 'RS256');
  const options = { issuer: issuerOf(entra), audience, algorithms: ['RS256'] };
  return (token) => jwtVerify(token, key, options);
}

function createJsonwebtokenValidator(entra: Issuer): ValidateText {
  const jwksUri = `${entra.host.href}${tenantId}/discovery/v2.0/keys`;
  const client = new JwksClient({ jwksUri, cache: true, rateLimit: true });
  const getKey: jsonwebtoken.GetPublicKeyOrSecret = (header, callback) => {
    client.getSigningKey(header.kid, (error, key) => callback(error, key?.getPublicKey()));
  };
  return (token) =>
    new Promise((resolve, reject) => {
      const options = { algorithms: ['RS256' as const], issuer: issuerOf(entra), audience };
      jsonwebtoken.verify(token, getKey, options, (error, claims) => {
        if (error) reject(error);
        else resolve(claims);
      });
    });
}

function createAwsValidator(entra: Issuer, jwk: Record<string, string>): ValidateText {
  const verifier = JwtVerifier.create({
    issuer: issuerOf(entra),
    audience,
    jwksUri: 'https://unused.example/keys',
  });
  verifier.cacheJwks({ keys: [jwk as never] });
  return (token) => verifier.verify(token);
}

async function measureMemory(entra: Issuer): Promise<Row> {
  const count = 5_000;
  const maxBytes = 256;
  const validate = createValidator({
    keys: createKeys({ authorityHost: entra.host }),
    tenantIds: [tenantId],
    audience,
  });
  await validate(redact(await entra.token()));
  const before = measureHeap();
  for (let index = 0; index < count; index += 1)
    await validate(redact(await entra.token({ uti: String(index) })));
  const bytes = (measureHeap() - before) / count;
  // Keeps the validator and its cache reachable until here.
  await validate(redact(await entra.token()));
  return {
    measurement: `Memory per validated token, with ${formatCount(count)} tokens`,
    result: `${bytes.toFixed(0)} B`,
    goal: `at most ${maxBytes} B`,
    isMet: bytes <= maxBytes,
  };
}

async function measureInvalidTokens(entra: Issuer): Promise<Row> {
  const invalidCount = 20_000;
  const validate = createValidator({
    keys: createKeys({ authorityHost: entra.host }),
    tenantIds: [tenantId],
    audience,
  });
  const valid = redact(await entra.token());
  await validate(valid);

  const [header, payload] = (await entra.token()).split('.');
  for (let index = 0; index < invalidCount; index += 1) {
    const token = redact(`${header}.${payload}.${createWrongSignature(index)}`);
    await validate(token).catch(ignoreRejection);
  }

  const verifications = await countVerifications(() => validate(valid));
  return {
    measurement: `Signature checks of a known token after ${formatCount(invalidCount)} bad ones`,
    result: String(verifications),
    goal: '0',
    isMet: verifications === 0,
  };
}

const formatCount = (count: number): string => count.toLocaleString('en');

/** The invalid tokens must be rejected: that is their purpose. */
const ignoreRejection = () => {};

/** A different one for each index below 65,536. */
function createWrongSignature(index: number): string {
  const signature = Buffer.alloc(256);
  signature.writeUInt16BE(index);
  return signature.toString('base64url');
}

/** Counts the calls of Web Crypto's `verify`, which jose uses, during `work`. */
async function countVerifications(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const { subtle } = globalThis.crypto;
  const original = subtle.verify;
  subtle.verify = (...args: Parameters<typeof original>) => {
    count += 1;
    return original.apply(subtle, args);
  };
  try {
    await work();
  } finally {
    subtle.verify = original;
  }
  return count;
}
