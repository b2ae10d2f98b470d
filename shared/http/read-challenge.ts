/** One challenge of a `WWW-Authenticate` list (RFC 9110 §11.6.1). Names of scheme and parameters are in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly token68: string | undefined;
  /** The first value of each parameter; a repeated one changes nothing. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = /[!#$%&'*+\-.^_`|~\w]+/y;
const token68 = /[\w\-.~+/]+=*(?=\s*(?:,|$))/y;
const blank = /\s*/y;
const separators = /[\s,]*/y;

/**
 * Reads a list of challenges as servers really write them: commas and equals signs inside quotes, several schemes in one header, blanks
 * round `=`, any case, token68, and raw JSON between quotes that it should have escaped. Runs in browsers and in Node.
 */
export function readChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; token68: string | undefined; parameters: Map<string, string> }[] = [];
  let at = 0;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const [text] = pattern.exec(header) ?? [];
    at += text?.length ?? 0;
    return text;
  };

  while (at < header.length) {
    take(separators);
    const name = take(token)?.toLowerCase();
    if (name === undefined) {
      at += 1;
      continue;
    }
    const spaced = take(blank) !== '';
    const current = challenges.at(-1);
    if (header[at] === '=' && current) {
      at += 1;
      take(blank);
      const value = header[at] === '"' ? takeQuoted() : (take(/[^\s,]*/y) ?? '');
      if (!current.parameters.has(name)) current.parameters.set(name, value);
    } else {
      challenges.push({ scheme: name, token68: spaced ? take(token68) : undefined, parameters: new Map() });
    }
  }
  return challenges;

  function takeQuoted(): string {
    // A key and its colon must follow: a quoted "{" alone is a text like any other.
    const rawJson = /"(?=\s*\{\s*"[\w-]+"\s*:)/y;
    rawJson.lastIndex = at;
    if (rawJson.test(header)) return takeRawJson();
    const text = take(/"(?:[^"\\]|\\[\s\S])*"?/y) ?? '';
    return text.slice(1, text.endsWith('"') && text.length > 1 ? -1 : undefined).replace(/\\([\s\S])/g, '$1');
  }

  /** `"{"a":"b"}"`: to the brace that closes the first one, strings skipped, and past the quote behind it. */
  function takeRawJson(): string {
    const begin = at + 1;
    let depth = 0;
    at = begin;
    while (at < header.length) {
      if (take(/"(?:[^"\\]|\\[\s\S])*"?/y) !== undefined) continue;
      const character = header[at];
      at += 1;
      if (character === '{') depth += 1;
      if (character === '}') depth -= 1;
      if (depth === 0 && character === '}') break;
    }
    const json = header.slice(begin, at);
    take(/\s*"/y);
    return json;
  }
}

/** What a claims challenge may be at most, in characters of its header. */
const longest = 8 * 1024;
const most = 10;

/**
 * The claims that a `Bearer` challenge demands (https://learn.microsoft.com/entra/identity-platform/claims-challenge): base64, base64url,
 * with or without padding, percent-encoded, or raw JSON. `undefined` where there is none, or none that is an object with an `access_token` object.
 */
export function readClaimsChallenge(header: string): { readonly access_token: object } | undefined {
  if (header.length > longest) return undefined;
  const challenges = readChallenges(header);
  if (challenges.length > most) return undefined;
  for (const { scheme, parameters } of challenges) {
    const claims = scheme === 'bearer' ? decodeClaims(parameters.get('claims') ?? '') : undefined;
    if (claims) return claims;
  }
  return undefined;
}

function decodeClaims(text: string): { readonly access_token: object } | undefined {
  try {
    const isJson = (some: string) => some.trimStart().startsWith('{');
    const plain = isJson(text) || !text.includes('%') ? text : decodeURIComponent(text);
    const value: unknown = JSON.parse(isJson(plain) ? plain : decodeBase64(plain));
    return isClaims(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function decodeBase64(text: string): string {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, ''));
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isClaims = (value: unknown): value is { access_token: object } => isObject(value) && isObject(value.access_token);
