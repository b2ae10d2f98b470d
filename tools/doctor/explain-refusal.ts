import type { ApiErrorCode } from '../../shared/api-error.ts';
import { problems } from '../../shared/api-error.ts';
import { type Refusal, readRefusal } from '../../shared/obo/network.ts';
import { apiErrorOf } from '../../shared/obo/refusal.ts';
import { type AadstsCode, aadstsCodes } from './aadsts.ts';
import { describeClaimsRequest } from './claims-words.ts';
import { describeClientApp } from './client-app-words.ts';
import { codeWords } from './code-words.ts';
import { plain } from './plain.ts';

/** A code alone, with what Entra sends along with it. */
export function refusalOfCode(code: number): Refusal {
  const known = aadstsCodes[code];
  return {
    status: 400,
    codes: [code],
    error: known?.error,
    suberror: known?.suberror,
    claims: known?.claims ? { access_token: {} } : undefined,
  };
}

/** An OAuth error word alone, such as `invalid_grant`. */
export const refusalOfError = (error: string): Refusal => ({ status: 400, error });

/** Entra's error body as it came (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow#error-response-example). */
export function refusalOfBody(body: Readonly<Record<string, unknown>>): Refusal {
  const refusal = readRefusal(400, body, undefined);
  const named = [...String(body.error_description).matchAll(/AADSTS(\d{4,8})/g)].map(([, code]) =>
    Number(code),
  );
  const pasted =
    typeof body.claims === 'object' && body.claims !== null && !Array.isArray(body.claims)
      ? body.claims
      : undefined;
  return {
    ...refusal,
    codes: refusal.codes?.length ? refusal.codes : named,
    claims: refusal.claims ?? pasted,
  };
}

/**
 * Why Entra refused, which answer of the API that becomes, and what mends it: the class is the code's own.
 * @param now seconds since 1970
 */
export function explainRefusal(refusal: Refusal, now: number): readonly string[] {
  const { code, options } = apiErrorOf(refusal, []);
  const { status, title } = problems[code];
  const { codes = [] } = refusal;
  const known = codes.map((each) => aadstsCodes[each]).find((each) => each !== undefined);
  const demanded = refusal.claims ? describeClaimsRequest(refusal.claims, now) : [];
  const bare =
    known?.claims &&
    Object.keys((refusal.claims as { access_token?: object } | undefined)?.access_token ?? {})
      .length === 0;
  return [
    [...codes.map((each) => `AADSTS${each}`), ...describeWords(refusal)].join(', '),
    ...(known ? [`  Entra means     ${known.says}`] : unknownCode(refusal)),
    `  class           ${options.logContext?.explanation}`,
    `  the API answers ${status} ${code} (${title})${code === 'step_up_required' ? ' with Entra’s claims' : ''}.`,
    ...(bare
      ? ['  claims          come with Entra’s answer and say what is asked for.']
      : demanded.map((line) => `  it asks for     ${line}`)),
    `  the Client App  ${describeClientApp(code)}`,
    `  Fix: ${fixOf(known, code, codes)}`,
    ...(refusal.correlationId
      ? [
          `  Find it in the sign-in log of Entra and in the APIs' log by the correlation id ${plain(refusal.correlationId)}.`,
        ]
      : []),
  ];
}

const describeWords = ({ error, suberror }: Refusal) => [
  ...(error ? [`error ${plain(error)}`] : []),
  ...(suberror ? [`suberror ${plain(suberror)}`] : []),
];

const fixOf = (known: AadstsCode | undefined, code: ApiErrorCode, codes: readonly number[]) =>
  known?.fix ??
  (codes.length > 0 && code === 'bad_gateway'
    ? 'Look it up there, and in the sign-in log of Entra.'
    : codeWords[code].look);

const unknownCode = ({ codes = [] }: Refusal) =>
  codes.length > 0
    ? [
        `  Entra means     not in the tables here: https://login.microsoftonline.com/error?code=${codes[0]}`,
      ]
    : [];
