import { isObject, readJsonObject } from '../json.ts';

/**
 * One challenge of a `WWW-Authenticate` list (RFC 9110 §11.6.1). Names of scheme and parameters are in lower case; of a parameter that is
 * repeated the first value counts.
 */
export type Challenge = {
  readonly scheme: string;
  readonly token68: string | undefined;
  readonly parameters: Map<string, string>;
};

const gap = /[^!#$%&'*+\-.^_`|~\w]*/y;
const parameter = /([!#$%&'*+\-.^_`|~\w]+)\s*=\s*/y;
const challenge = /([!#$%&'*+\-.^_`|~\w]+)(?:\s+([\w\-.~+/]+=*)(?=\s*(?:,|$)))?/y;
const bare = /[^\s,]*/y;
const quoted = /"((?:[^"\\]|\\[\s\S])*)"?/y;
/**
 * A key and its colon must follow, since a quoted "{" alone is a text like any other. Outside of strings only the last brace of JSON stands
 * before a quote; without one it goes to the header's end, so that nothing is read twice.
 */
const rawJson = /"(\s*\{\s*"[\w-]+"\s*:(?:[^"]|"(?:[^"\\]|\\[\s\S])*"?)*?(?:\}(?=\s*")|$))/y;

/**
 * Reads a list of challenges as servers really write them: commas and equals signs inside quotes, several schemes in one header, blanks
 * round `=`, any case, token68, and raw JSON between quotes that it should have escaped. Runs in browsers and in Node.
 */
export function readChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  let at = 0;

  while (at < header.length) {
    take(gap);
    const parameters = challenges.at(-1)?.parameters;
    const name = (parameters && take(parameter)[1])?.toLowerCase();
    const [, scheme, token68] = name ? [] : take(challenge);
    if (scheme) challenges.push({ scheme: scheme.toLowerCase(), token68, parameters: new Map() });
    const value = name ? takeValue() : '';
    if (name && !parameters?.has(name)) parameters?.set(name, value);
  }
  return challenges;

  /** Moves past what stands here, if it has that form, and gives its parts. */
  function take(form: RegExp): readonly string[] {
    form.lastIndex = at;
    const found = form.exec(header) ?? [];
    at += found[0]?.length ?? 0;
    return found;
  }

  function takeValue(): string {
    const [, json] = take(rawJson);
    const [, text] = json ? [] : take(quoted);
    return json ?? text?.replace(/\\([\s\S])/g, '$1') ?? take(bare)[0] ?? '';
  }
}

/** A claims request: an object with a top-level `access_token` object; `undefined` for anything else. */
export const asClaims = (value: unknown) =>
  isObject(value) && isObject(value.access_token) ? value : undefined;

/** What a claims challenge may be at most: characters of its header, challenges in it. */
const limits = { characters: 8 * 1024, challenges: 10 };

/**
 * The claims that a `Bearer` challenge demands (https://learn.microsoft.com/entra/identity-platform/claims-challenge): base64, base64url,
 * with or without padding, percent-encoded, or raw JSON. `undefined` where there is none, or none that is an object with an `access_token` object.
 */
export function readClaimsChallenge(header: string): Readonly<Record<string, unknown>> | undefined {
  const challenges = header.length > limits.characters ? [] : readChallenges(header);
  if (challenges.length > limits.challenges) return undefined;
  const demands = challenges.map(
    ({ scheme, parameters }) => (scheme === 'bearer' && parameters.get('claims')) || '',
  );
  return demands.map(decodeClaims).find((claims) => claims !== undefined);
}

function decodeClaims(text: string): ReturnType<typeof readClaimsChallenge> {
  try {
    const plain = isJson(text) ? text : decodeURIComponent(text);
    return asClaims(
      readJsonObject(isJson(plain) ? new TextEncoder().encode(plain) : decodeBase64(plain)),
    );
  } catch {
    return undefined;
  }
}

const isJson = (text: string) => text.trimStart().startsWith('{');

function decodeBase64(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', ''));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
