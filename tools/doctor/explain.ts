import { readChallenges, readClaimsChallenge } from '../../shared/http/read-challenge.ts';
import { readJsonObject } from '../../shared/json.ts';
import type { ChainContext } from './chain-context.ts';
import { describeClaimsRequest } from './describe-claims-request.ts';
import { explainChallenge } from './explain-challenge.ts';
import { createEntraError, explainEntraError, readEntraError } from './explain-entra-error.ts';
import { explainProblem, isApiErrorCode } from './explain-problem.ts';
import { explainToken } from './explain-token.ts';

/** The `error` values of an OAuth 2.0 error response that the doctor explains on their own. */
const oauthErrors: readonly string[] = [
  'invalid_grant',
  'invalid_client',
  'invalid_scope',
  'invalid_resource',
  'interaction_required',
  'login_required',
  'unauthorized_client',
  'temporarily_unavailable',
];

/**
 * Explains a token, a problem, a challenge, a claims request or an error code of Entra.
 * @param input the pasted text
 * @returns the lines of the explanation, or `undefined` for an input of an unknown kind
 */
export async function explain(
  input: string,
  context: ChainContext,
): Promise<readonly string[] | undefined> {
  const lines = await recognizeAndExplain(input, context);
  return lines?.map((line) => insertClientIds(line, context));
}

/** Replaces the placeholders `<Original API>` and `<Downstream API>` of the messages. */
function insertClientIds(line: string, { apis }: ChainContext): string {
  let text = line;
  for (const { name, clientId } of apis) text = text.replaceAll(`<${name}>`, clientId);
  return text;
}

async function recognizeAndExplain(
  input: string,
  context: ChainContext,
): Promise<readonly string[] | undefined> {
  const text = input.trim().replace(/^(["'`])(.*)\1$/s, '$2');
  const token = readToken(text);
  if (token) return explainToken(token, context);

  const json = readJson(text);
  const explanation = json && (await explainJson(json, context));
  if (explanation) return explanation;

  const header = readChallengeHeader(text);
  if (header) return explainChallenge(header, context);

  const claims = readEncodedClaims(text);
  if (claims) return explainClaimsRequest(claims, context);

  const aadstsCode = readAadstsCode(text);
  if (aadstsCode !== undefined) return explainEntraError(createEntraError(aadstsCode), context);
  if (isApiErrorCode(text)) return explainProblem({ code: text }, context);
  if (oauthErrors.includes(text)) return explainEntraError({ status: 400, error: text }, context);
  return undefined;
}

/**
 * Reads a compact JWS or JWE, which may be malformed or follow `Authorization: Bearer`. Line breaks
 * inserted by a mail client or a terminal are removed.
 */
function readToken(text: string): string | undefined {
  const token = text
    .replace(/^authorization\s*:\s*/i, '')
    .replace(/^bearer\s+/i, '')
    .replace(/\s+/g, '');
  return /^eyJ[\w\-+/=]*(\.[\w\-+/=]*)+$/.test(token) ? token : undefined;
}

/** Reads a JSON object, alone or as the body of a whole response (`curl -i`). */
function readJson(text: string): Record<string, unknown> | undefined {
  const body = /(?:^|\n)\s*(\{.*\})\s*$/s.exec(text)?.[1];
  return body === undefined ? undefined : readJsonObject(Buffer.from(body));
}

async function explainJson(
  body: Record<string, unknown>,
  context: ChainContext,
): Promise<readonly string[] | undefined> {
  const { code, error, access_token: token } = body;
  if (isApiErrorCode(code)) return explainProblem({ ...body, code }, context);
  if (typeof error === 'string') return explainEntraError(readEntraError(body), context);
  if (typeof token === 'string') return explainToken(token, context);
  if (typeof token === 'object') return explainClaimsRequest(body, context);
  return undefined;
}

function explainClaimsRequest(claims: object, context: ChainContext): readonly string[] {
  const lines = describeClaimsRequest(claims, context).map((line) => `  ${line}`);
  return ['A claims request. It requires:', ...lines];
}

/** Reads the value of a `WWW-Authenticate` header, alone or among other response headers. */
function readChallengeHeader(text: string): string | undefined {
  const values = [...text.matchAll(/^\s*<?\s*www-authenticate\s*:(.*)$/gim)].map(
    ([, value]) => value,
  );
  const combined = values.join(', ');
  if (combined) return combined;

  const looksLikeChallenge = /^bearer\s*$/i.test(text) || /^[\w-]+\s+[\w-]+\s*=/.test(text);
  if (!looksLikeChallenge) return undefined;
  const isChallenge = readChallenges(text).some(
    ({ scheme, parameters }) => scheme === 'bearer' || parameters.size > 0,
  );
  return isChallenge ? text : undefined;
}

/** Reads the value of a challenge's `claims` parameter, with or without its name. */
function readEncodedClaims(text: string): object | undefined {
  const value = text.replace(/^claims=/, '').replaceAll('"', '');
  return readClaimsChallenge(`Bearer claims="${value}"`);
}

/** Reads `AADSTS65001`, anywhere in a text, or the number alone. */
function readAadstsCode(text: string): number | undefined {
  const code = /AADSTS(\d{4,8})/i.exec(text)?.[1] ?? /^\d{4,8}$/.exec(text)?.[0];
  return code === undefined ? undefined : Number(code);
}
