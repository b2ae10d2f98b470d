import type { HttpFunction } from '../../tools/functions-worker/messages.ts';

/** The function for a request. */
export interface RouteMatch {
  /** The function whose route and methods match. */
  readonly function: HttpFunction;
  /** The values of the route parameters. */
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the function for a method and a decoded path. */
export type FindRoute = (method: string, path: string) => RouteMatch | undefined;

interface Segment {
  readonly kind: 'literal' | 'parameter' | 'catch-all';
  /** The literal text in lower case, or the name of the parameter. */
  readonly text: string;
  readonly optional: boolean;
}

interface Route {
  /** The function whose route and methods match. */
  readonly function: HttpFunction;
  readonly segments: readonly Segment[];
  /** One digit per segment. The smaller string wins, as in ASP.NET Core. */
  readonly precedence: string;
}

const precedenceDigits = { literal: '1', parameter: '3', 'catch-all': '5' } as const;

/**
 * Creates a router with the rules of ASP.NET Core, which the real host uses:
 *
 * - Case is ignored.
 * - A literal wins over a parameter, and a parameter wins over a catch-all.
 * - One slash at the end is ignored, and an empty segment matches nothing.
 * - A function is skipped if it does not list the method, so a wrong method gives no match.
 *
 * @param prefix the route prefix of host.json
 * @throws {Error} for a route with a constraint, or with text and a parameter in one segment
 */
export function createRouter(functions: readonly HttpFunction[], prefix: string): FindRoute {
  const routes = functions
    .map((entry) => parseRoute(entry, prefix))
    .toSorted((a, b) => comparePrecedence(a.precedence, b.precedence));
  return (method, path) => {
    const requested = path.replace(/^\//, '').replace(/\/$/, '').split('/');
    if (requested.includes('')) return undefined;
    for (const route of routes) {
      if (!route.function.methods.includes(method)) continue;
      const params = matchSegments(route.segments, requested);
      if (params !== undefined) return { function: route.function, params };
    }
    return undefined;
  };
}

function comparePrecedence(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function parseRoute(entry: HttpFunction, prefix: string): Route {
  const template = [prefix, entry.route].join('/').split('/').filter(Boolean);
  const segments = template.map((text) => parseSegment(text, entry.name));
  const precedence = segments.map(({ kind }) => precedenceDigits[kind]).join('');
  return { function: entry, segments, precedence };
}

function parseSegment(text: string, functionName: string): Segment {
  const parameter = /^\{(\*{0,2})([^{}:=?*]+)(\??)\}$/.exec(text);
  if (parameter) {
    const [, stars = '', name = '', questionMark] = parameter;
    return {
      kind: stars === '' ? 'parameter' : 'catch-all',
      text: name,
      optional: questionMark === '?',
    };
  }
  if (/[{}]/.test(text))
    throw new Error(
      `The route of ${functionName} contains ${text}, ` +
        'which the local functions host does not support. Use a plain parameter.',
    );
  return { kind: 'literal', text: text.toLowerCase(), optional: false };
}

/** @returns the parameters, or `undefined` if the route does not match */
function matchSegments(
  segments: readonly Segment[],
  requested: readonly string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = requested[index];
    if (segment.kind === 'catch-all') {
      if (value !== undefined) params[segment.text] = requested.slice(index).join('/');
      return params;
    }
    if (value === undefined) return segment.optional ? params : undefined;
    if (segment.kind === 'parameter') params[segment.text] = value;
    else if (segment.text !== value.toLowerCase()) return undefined;
  }
  return requested.length > segments.length ? undefined : params;
}
