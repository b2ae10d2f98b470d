import type { ApiErrorCode } from '../../shared/api-error.ts';
import { problems } from '../../shared/api-error.ts';
import { wordsOfCheck } from './check-words.ts';
import { describeClaimsRequest } from './claims-words.ts';
import { describeClientApp } from './client-app-words.ts';
import { codeWords } from './code-words.ts';
import { explainRefusal, refusalOfCode } from './explain-refusal.ts';
import { listOf, plain } from './plain.ts';

type Body = Readonly<Record<string, unknown>>;

export const isApiErrorCode = (code: unknown): code is ApiErrorCode =>
  typeof code === 'string' && Object.hasOwn(problems, code);

/**
 * A problem body of the APIs, a log line of theirs, or a code alone: what happened, what the Client App does, where to look.
 * @param now seconds since 1970
 */
export function explainProblem(
  body: Body & { readonly code: ApiErrorCode },
  now: number,
): readonly string[] {
  const { code, detail, claims, scopes, check } = body;
  const { status, title, detail: usual } = problems[code];
  const failed = wordsOfCheck(check);
  const codes = Array.isArray(body.aadsts) ? body.aadsts.filter(Number.isSafeInteger) : [];
  const said = typeof detail === 'string' ? plain(detail) : usual;
  const step =
    typeof claims === 'object' && claims !== null ? describeClaimsRequest(claims, now) : [];
  return [
    `${code}: ${status} ${title}. ${said}`,
    `  means           ${codeWords[code].means}`,
    ...(typeof check === 'string'
      ? [`  failed check    ${plain(check)}${failed ? `: ${failed.cause}` : ''}${reasonOf(body)}`]
      : []),
    ...step.map((line) => `  it asks for     ${line}`),
    ...(Array.isArray(scopes) ? [`  scopes          ${listOf(scopes.map(plain))}`] : []),
    `  the Client App  ${describeClientApp(code)}`,
    `  Fix: ${failed?.fix ?? codeWords[code].look}`,
    ...correlationHint(body.correlationId),
    ...codes.flatMap((each) => ['', ...explainRefusal(refusalOfCode(Number(each)), now)]),
  ];
}

const reasonOf = ({ reason, failure }: Body) =>
  typeof (reason ?? failure) === 'string' ? ` (${plain(reason ?? failure)})` : '';

function correlationHint(id: unknown): readonly string[] {
  if (typeof id !== 'string' || !/^[\w-]{8,64}$/.test(id)) return [];
  return [
    `  Log: grep ${id} in what the APIs write; on Azure, in Application Insights: traces | where message has "${id}".`,
    '       The line with "check" names the check; paste it here too.',
  ];
}
