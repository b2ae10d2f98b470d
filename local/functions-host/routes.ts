import type { HttpFunction } from '../../tools/functions-worker/messages.ts';

/** A function found for a request, with the values of its route's parameters. */
export interface Match {
  readonly function: HttpFunction;
  readonly params: Readonly<Record<string, string>>;
}

interface Segment {
  readonly kind: 'literal' | 'parameter' | 'catch-all';
  readonly text: string;
  readonly optional: boolean;
}

interface Route {
  readonly function: HttpFunction;
  readonly segments: readonly Segment[];
  /** One digit a segment (1 literal, 3 parameter, 5 catch-all), as ASP.NET Core orders routes: the lower string wins. */
  readonly precedence: string;
}

const digit = { literal: '1', parameter: '3', 'catch-all': '5' } as const;

/**
 * The router of the real host (ASP.NET Core's): case is ignored, literal beats parameter beats catch-all, one slash at the end is
 * ignored, an empty segment matches nothing. A function whose `methods` lack the request's is passed over, so a wrong method finds nothing.
 * Throws for a route with constraints or several parameters in one segment, which this host does not know.
 */
export function createRouter(
  functions: readonly HttpFunction[],
  prefix: string,
): (method: string, path: string) => Match | undefined {
  const routes = functions
    .map((entry) => compile(entry, prefix))
    .sort((one, other) =>
      one.precedence < other.precedence ? -1 : one.precedence > other.precedence ? 1 : 0,
    );
  return (method, path) => {
    const wanted = path.replace(/^\//, '').replace(/\/$/, '').split('/');
    if (wanted.includes('')) return undefined;
    for (const route of routes) {
      if (!route.function.methods.includes(method)) continue;
      const params = matchSegments(route.segments, wanted);
      if (params !== undefined) return { function: route.function, params };
    }
    return undefined;
  };
}

function compile(entry: HttpFunction, prefix: string): Route {
  const template = [prefix, entry.route].join('/').split('/').filter(Boolean);
  const segments = template.map((text): Segment => {
    const parameter = /^\{(\*{0,2})([^{}:=?*]+)(\??)\}$/.exec(text);
    if (parameter)
      return {
        kind: parameter[1] ? 'catch-all' : 'parameter',
        text: parameter[2] ?? '',
        optional: parameter[3] === '?',
      };
    if (/[{}]/.test(text))
      throw new Error(
        `The local functions host does not know the segment ${text} in the route of ${entry.name}.`,
      );
    return { kind: 'literal', text: text.toLowerCase(), optional: false };
  });
  return {
    function: entry,
    segments,
    precedence: segments.map((segment) => digit[segment.kind]).join(''),
  };
}

function matchSegments(
  segments: readonly Segment[],
  wanted: readonly string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = wanted[index];
    if (segment.kind === 'catch-all') {
      if (value !== undefined) params[segment.text] = wanted.slice(index).join('/');
      return params;
    }
    if (value === undefined) return segment.optional ? params : undefined;
    if (segment.kind === 'parameter') params[segment.text] = value;
    else if (segment.text !== value.toLowerCase()) return undefined;
  }
  return wanted.length > segments.length ? undefined : params;
}

/** Percent-encoded bytes that may be one character in UTF-8, by their first byte; `/` is not among them. */
const oneEncodedCharacter =
  /%(?!2f)[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}/gi;

/**
 * The path as Kestrel hands it to the router: percent-decoded once (UTF-8) except `%2F`, which stays, then without dot segments.
 * Bytes that are no UTF-8 stay encoded. `undefined` for a path that Kestrel refuses (a NUL).
 */
export function decodePath(raw: string): string | undefined {
  const decoded = raw.replace(oneEncodedCharacter, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
  if (decoded.includes('\0')) return undefined;
  const kept: string[] = [];
  const segments = decoded.split('/');
  for (const [index, segment] of segments.entries()) {
    const dots = segment === '.' || segment === '..';
    if (segment === '..' && kept.length > 1) kept.pop();
    if (!dots) kept.push(segment);
    else if (index === segments.length - 1) kept.push('');
  }
  return kept.join('/');
}
