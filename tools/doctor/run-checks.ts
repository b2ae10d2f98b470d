import { ApiError } from '../../shared/api-error.ts';
import { createDeadline, withDeadline } from '../../shared/http/deadline.ts';

/** The result of a check: a success, a failure with its fix, or why the check was skipped. */
export type CheckResult =
  | { readonly ok: string }
  | { readonly failed: string; readonly fix: string }
  | { readonly skipped: string };

/** One thing that the chain depends on. */
export interface Check {
  /** The name in the output. */
  readonly name: string;
  /** The checks that must succeed first. Otherwise this one would fail for the same cause. */
  readonly needs: readonly string[];
  /** The fix that is shown when `run` throws. */
  readonly fix: string;
  /**
   * Performs the check.
   * @param signal is aborted when the check exceeds its deadline
   */
  run(signal: AbortSignal): Promise<CheckResult>;
}

const defaultDeadline = 3_000;

/**
 * Runs the checks in order and prints each result as soon as it is known.
 * @param deadline milliseconds for each check
 * @returns the first failure, which is the one to fix first; `undefined` when no check failed
 */
export async function runChecks(
  checks: readonly Check[],
  print: (line: string) => void,
  deadline = defaultDeadline,
): Promise<string | undefined> {
  const passed = new Set<string>();
  const width = Math.max(...checks.map(({ name }) => name.length));
  const printResult = (status: string, { name }: Check, text: string) =>
    print(`  ${status.padEnd(8)}${name.padEnd(width)}  ${text}`);
  let firstFailure: string | undefined;

  for (const check of checks) {
    const missing = check.needs.find((name) => !passed.has(name));
    if (missing !== undefined) {
      printResult('skipped', check, `needs ${missing}`);
      continue;
    }

    const result = await runCheck(check, deadline);
    if ('failed' in result) {
      firstFailure ??= `${check.name} (${result.failed})`;
      printResult('failed', check, result.failed);
      print(`${' '.repeat(width + 12)}Fix: ${result.fix}`);
      continue;
    }

    // A check that skips itself does not apply here. The checks that need it still run.
    passed.add(check.name);
    if ('ok' in result) printResult('ok', check, result.ok);
    else printResult('skipped', check, result.skipped);
  }
  return firstFailure;
}

async function runCheck(check: Check, milliseconds: number): Promise<CheckResult> {
  const deadline = createDeadline(milliseconds);
  try {
    return await withDeadline(deadline.signal, check.run(deadline.signal));
  } catch (error) {
    return { failed: describeFailure(error), fix: check.fix };
  } finally {
    deadline.close();
  }
}

/** Failure reasons and error codes, for display. */
const failureMessages: Readonly<Record<string, string>> = {
  connect: 'connection refused or host unreachable',
  ECONNREFUSED: 'connection refused or host unreachable',
  ENOTFOUND: 'host not found',
  timeout: 'no response in time',
  AbortError: 'no response in time',
  broken: 'the connection was closed before the end of the response',
};

/**
 * Describes why a check failed. The error's message is never shown, because it may contain secrets:
 * only a status, a code, a reason or the name of the error.
 */
export function describeFailure(error: unknown): string {
  if (error instanceof ApiError) return describeApiError(error);
  const { statusCode, reason, code, name } = error as {
    statusCode?: number;
    reason?: string;
    code?: string;
    name?: string;
  };
  if (statusCode) return describeStatus(statusCode);
  const cause = String(reason ?? code ?? name ?? 'unknown error');
  return failureMessages[cause] ?? cause;
}

function describeApiError({ code, options }: ApiError): string {
  const { reason, failure, explanation } = options.logContext ?? {};
  const cause = String(reason ?? failure ?? explanation ?? code);
  const status = /^(?:status )?(\d{3})$/.exec(cause)?.[1];
  if (status !== undefined) return describeStatus(status);
  return failureMessages[cause] ?? cause;
}

function describeStatus(status: number | string): string {
  return `responded with status ${status}`;
}
