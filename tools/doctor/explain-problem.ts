import type { ApiErrorCode } from '../../shared/api-error.ts';
import { problems } from '../../shared/api-error.ts';
import type { ChainContext } from './chain-context.ts';
import { describeClaimsRequest } from './describe-claims-request.ts';
import { describeClientApp } from './describe-client-app.ts';
import { createEntraError, explainEntraError } from './explain-entra-error.ts';
import { formatList, formatRow, sanitize } from './format.ts';
import { problemMessages } from './problem-messages.ts';
import { findTokenCheckMessage } from './token-check-messages.ts';

/** A problem body or a log line of the APIs. Only its code is verified. */
export interface ProblemInput {
  /** The code of the problem. */
  readonly code: ApiErrorCode;
  /** Any other member, unverified. */
  readonly [name: string]: unknown;
}

/** Whether an untrusted value is the `code` of a problem. */
export function isApiErrorCode(code: unknown): code is ApiErrorCode {
  return typeof code === 'string' && Object.hasOwn(problems, code);
}

/** Explains a problem: what happened, how the Client App handles it, and how to fix it. */
export function explainProblem(problem: ProblemInput, context: ChainContext): readonly string[] {
  const { code, detail, claims, scopes, check, aadsts } = problem;
  const { status, title, detail: defaultDetail } = problems[code];
  const { meaning, fix } = problemMessages[code];
  const checkMessage = findTokenCheckMessage(check);
  const lines = [
    `${code}: ${status} ${title}. ${typeof detail === 'string' ? sanitize(detail) : defaultDetail}`,
    formatRow('meaning', meaning),
  ];

  if (typeof check === 'string') {
    const cause = checkMessage ? `: ${checkMessage.cause}` : '';
    lines.push(formatRow('failed check', `${sanitize(check)}${cause}${describeReason(problem)}`));
  }
  if (typeof claims === 'object' && claims !== null)
    for (const line of describeClaimsRequest(claims, context))
      lines.push(formatRow('requires', line));
  if (Array.isArray(scopes)) lines.push(formatRow('scopes', formatList(scopes.map(sanitize))));
  lines.push(
    formatRow('Client App', describeClientApp(code)),
    `  Fix: ${checkMessage?.fix ?? fix}`,
    ...describeLogSearch(problem.correlationId),
  );

  const aadstsCodes = Array.isArray(aadsts) ? aadsts.filter(Number.isSafeInteger) : [];
  for (const aadstsCode of aadstsCodes)
    lines.push('', ...explainEntraError(createEntraError(Number(aadstsCode)), context));
  return lines;
}

function describeReason({ reason, failure }: ProblemInput): string {
  const cause = reason ?? failure;
  return typeof cause === 'string' ? ` (${sanitize(cause)})` : '';
}

function describeLogSearch(correlationId: unknown): readonly string[] {
  if (typeof correlationId !== 'string' || !/^[\w-]{8,64}$/.test(correlationId)) return [];
  return [
    `  Log: grep ${correlationId} in the output of the APIs. On Azure, query Application ` +
      `Insights: traces | where message has "${correlationId}".`,
    '       The line with "check" names the failed check. You can paste that line here too.',
  ];
}
