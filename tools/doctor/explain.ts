import { readChallenges, readClaimsChallenge } from '../../shared/http/read-challenge.ts';
import { readJsonObject } from '../../shared/json.ts';
import { describeClaimsRequest } from './claims-words.ts';
import { explainChallenge } from './explain-challenge.ts';
import { explainProblem, isApiErrorCode } from './explain-problem.ts';
import { explainRefusal, refusalOfBody, refusalOfCode, refusalOfError } from './explain-refusal.ts';
import { explainToken } from './explain-token.ts';
import type { Surroundings } from './surroundings.ts';

const errorWords =
  /^(invalid_(grant|client|scope|resource)|interaction_required|login_required|unauthorized_client|temporarily_unavailable)$/;

/** What was pasted, in plain words, line by line; `undefined` where it is nothing that the doctor knows. */
export async function explain(
  input: string,
  surroundings: Surroundings,
): Promise<readonly string[] | undefined> {
  const lines = await recognize(input, surroundings);
  return lines?.map((line) =>
    surroundings.apis.reduce(
      (text, { name, clientId }) => text.replaceAll(`<${name}>`, clientId),
      line,
    ),
  );
}

async function recognize(
  input: string,
  surroundings: Surroundings,
): Promise<readonly string[] | undefined> {
  const text = input.trim().replace(/^(["'`])(.*)\1$/s, '$2');
  const now = surroundings.now() / 1_000;
  const token = readTokenText(text);
  if (token) return explainToken(token, surroundings);
  const json = readJson(text);
  const explained = json && (await explainJson(json, surroundings, now));
  if (explained) return explained;
  const header = readHeader(text);
  if (header) return explainChallenge(header, surroundings);
  const claims = readClaimsChallenge(
    `Bearer claims="${text.replace(/^claims=/, '').replaceAll('"', '')}"`,
  );
  if (claims)
    return [
      'A claims request. It asks for:',
      ...describeClaimsRequest(claims, now).map((line) => `  ${line}`),
    ];
  const codes = [...text.matchAll(/AADSTS(\d{4,8})/gi)].map(([, code]) => Number(code));
  const code = codes[0] ?? (/^\d{4,8}$/.test(text) ? Number(text) : undefined);
  if (code !== undefined) return explainRefusal(refusalOfCode(code), now);
  if (isApiErrorCode(text)) return explainProblem({ code: text }, now);
  return errorWords.test(text) ? explainRefusal(refusalOfError(text), now) : undefined;
}

/** A compact JWS or JWE, whole or mangled, alone or behind `Authorization: Bearer`; line breaks that a mail or terminal put in are taken out. */
function readTokenText(text: string): string | undefined {
  const bare = text
    .replace(/^authorization\s*:\s*/i, '')
    .replace(/^bearer\s+/i, '')
    .replace(/\s+/g, '');
  return /^eyJ[\w\-+/=]*(\.[\w\-+/=]*)+$/.test(bare) ? bare : undefined;
}

/** The text itself, or the body behind the headers of a whole answer (`curl -i`). */
function readJson(text: string): Record<string, unknown> | undefined {
  const body = /(?:^|\n)\s*(\{.*\})\s*$/s.exec(text)?.[1];
  return body === undefined ? undefined : readJsonObject(Buffer.from(body));
}

async function explainJson(
  body: Record<string, unknown>,
  surroundings: Surroundings,
  now: number,
): Promise<readonly string[] | undefined> {
  const { code, error, access_token: token } = body;
  if (isApiErrorCode(code)) return explainProblem({ ...body, code }, now);
  if (typeof error === 'string') return explainRefusal(refusalOfBody(body), now);
  if (typeof token === 'string') return explainToken(token, surroundings);
  if (typeof token === 'object')
    return [
      'A claims request. It asks for:',
      ...describeClaimsRequest(body, now).map((line) => `  ${line}`),
    ];
  return undefined;
}

/** The value of a `WWW-Authenticate` header, with or without its name, alone or among other headers. */
function readHeader(text: string): string | undefined {
  const named = [...text.matchAll(/^\s*<?\s*www-authenticate\s*:(.*)$/gim)]
    .map(([, value]) => value)
    .join(', ');
  if (named) return named;
  const looksLikeOne = /^bearer\s*$/i.test(text) || /^[\w-]+\s+[\w-]+\s*=/.test(text);
  return looksLikeOne &&
    readChallenges(text).some(
      ({ scheme, parameters }) => scheme === 'bearer' || parameters.size > 0,
    )
    ? text
    : undefined;
}
