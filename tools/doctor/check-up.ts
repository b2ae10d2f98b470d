import { ApiError } from '../../shared/api-error.ts';
import { createDeadline, withDeadline } from '../../shared/http/deadline.ts';

/** What a check found: good in words, bad with what mends it, or not looked at with the reason. */
export type Outcome =
  | { readonly ok: string }
  | { readonly failed: string; readonly fix: string }
  | { readonly skipped: string };

export interface Check {
  readonly name: string;
  /** Checks without which this one would only fail for the same cause again. */
  readonly needs: readonly string[];
  /** What mends it where `run` throws instead of saying more. */
  readonly fix: string;
  /** The signal is aborted when its time is over. */
  run(signal: AbortSignal): Promise<Outcome>;
}

/**
 * Runs the checks one after the other and says a line or two about each as it is done.
 * @param deadline milliseconds for each check
 * @returns the first that failed and why, which is the one to mend first; `undefined` where all is well
 */
export async function runChecks(
  checks: readonly Check[],
  say: (line: string) => void,
  deadline = 3_000,
): Promise<string | undefined> {
  const good = new Set<string>();
  const width = Math.max(...checks.map(({ name }) => name.length));
  let first: string | undefined;
  for (const check of checks) {
    const missing = check.needs.find((name) => !good.has(name));
    const outcome =
      missing === undefined ? await runOne(check, deadline) : { skipped: `needs ${missing}` };
    const line = (word: string, text: string) =>
      say(`  ${word.padEnd(8)}${check.name.padEnd(width)}  ${text}`);
    if ('failed' in outcome) {
      first ??= `${check.name} (${outcome.failed})`;
      line('failed', outcome.failed);
      say(`${' '.repeat(width + 12)}Fix: ${outcome.fix}`);
    } else {
      if ('ok' in outcome || missing === undefined) good.add(check.name);
      if ('ok' in outcome) line('ok', outcome.ok);
      else line('skipped', outcome.skipped);
    }
  }
  return first;
}

async function runOne({ fix, run }: Check, deadline: number): Promise<Outcome> {
  const budget = createDeadline(deadline);
  try {
    return await withDeadline(budget.signal, run(budget.signal));
  } catch (error) {
    return { failed: describeFailure(error), fix };
  } finally {
    budget.close();
  }
}

const reasons: Readonly<Record<string, string>> = {
  connect: 'nothing answers there',
  ECONNREFUSED: 'nothing answers there',
  ENOTFOUND: 'there is no such host',
  timeout: 'no answer in time',
  AbortError: 'no answer in time',
  broken: 'the answer broke off',
};

/** Why something failed, in words without anything secret: the logContext of a apiError, a status, a code or a kind; never a message. */
export function describeFailure(error: unknown): string {
  if (error instanceof ApiError) {
    const { reason, failure, explanation } = error.options.logContext ?? {};
    const why = String(reason ?? failure ?? explanation ?? error.code);
    const status = /^(?:status )?(\d{3})$/.exec(why)?.[1];
    return reasons[why] ?? (status ? `it answers ${status}` : why);
  }
  const { statusCode, reason, code, name } = error as {
    statusCode?: number;
    reason?: string;
    code?: string;
    name?: string;
  };
  if (statusCode) return `it answers ${statusCode}`;
  const word = String(reason ?? code ?? name ?? 'unknown');
  return reasons[word] ?? word;
}
