/** The fields of an API's log line that a readable line shows. */
interface LogLine {
  readonly api: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
  /** The code of the problem, such as `insufficient_scope`. */
  readonly code?: unknown;
  /** The check that failed, such as `exchange`. */
  readonly check?: unknown;
}

/** The length of the longest API name, `downstream-api`. */
const apiWidth = 14;
/** The length of the longest method, `OPTIONS`. */
const methodWidth = 7;
/** The length of the longest route, `downstream/documents/{id}`. */
const routeWidth = 25;

/**
 * Formats a log line of an API as one readable line: API, method, route template, status, time and,
 * for a failure, a short reason. Returns any other line unchanged.
 * @example
 * formatLogLine('{"api":"original-api","method":"GET","route":"documents","status":403,…}');
 * // 'original-api    GET      documents    403     12 ms  insufficient_scope (scope)'
 */
export function formatLogLine(line: string): string {
  const entry = parseLogLine(line);
  if (!entry) return line;
  const { api, method, route, status, milliseconds, code, check } = entry;
  const columns = [
    api.padEnd(apiWidth),
    method.padEnd(methodWidth),
    route.padEnd(routeWidth),
    String(status),
    `${String(Math.round(milliseconds)).padStart(5)} ms`,
  ];
  if (typeof code === 'string')
    columns.push(typeof check === 'string' ? `${code} (${check})` : code);
  return columns.join('  ');
}

/** Core Tools puts a timestamp in brackets before each line. */
function parseLogLine(line: string): LogLine | undefined {
  const [, json] = /^(?:\[[^\]]*\] )?(\{.*\})$/.exec(line) ?? [];
  if (json === undefined) return undefined;
  let entry: Partial<LogLine>;
  try {
    entry = JSON.parse(json);
  } catch {
    return undefined;
  }
  const { api, method, route, status, milliseconds } = entry;
  const isRequest =
    typeof api === 'string' &&
    typeof method === 'string' &&
    typeof route === 'string' &&
    typeof status === 'number' &&
    typeof milliseconds === 'number';
  return isRequest ? (entry as LogLine) : undefined;
}
