/** A secret, personal data or an internal detail in a text that must not contain any. */
export interface Leak {
  /** The kind of text, such as `JWT`. */
  readonly kind: string;
  /** The first characters of the match. A report must not repeat the whole secret. */
  readonly excerpt: string;
}

const excerptLength = 12;
const maxReportedLeaks = 5;

/**
 * The patterns of known kinds. Text that begins with `{"access_token"` in base64 is a claims
 * challenge, which responses may contain.
 */
const patterns: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['JWT', /\beyJ[\w-]{6,}\.[\w-]{6,}|\beyJ(?!hY2Nlc3NfdG9rZW4i)[\w-]{24,}/g],
  ['bearer credentials', /\b(?:Bearer|Basic|SharedKeyLite|SharedKey) [\w.~+/:-]{12,}/gi],
  ['PEM', /-----BEGIN [A-Z ]+-----/g],
  ['private key', /\bMII[A-Za-z0-9+/]{40,}/g],
  ['storage key', /\b(?:AccountKey|sig)=[\w%+/-]{12,}/g],
  ['private JWK', /"(?:d|p|q|dp|dq|qi)"\s*:\s*"[\w-]{20,}"/g],
  [
    'secret parameter',
    /\b(?:client_secret|(?:client_)?assertion)["']?\s*[=:]\s*["']?[\w.~+/-]{8,}/gi,
  ],
  [
    'secret parameter',
    /\b(?:refresh_token|access_token|id_token)["']?\s*[=:]\s*["']?[\w.~+/-]{8,}/gi,
  ],
  ['e-mail', /[\w.+#-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi],
  ['text of Entra', /AADSTS\d+|\bTrace ID\s*:|\bCorrelation ID\s*:|\bTimestamp\s*:\s*\d{4}-/gi],
  [
    'stack frame',
    /(?:^|\n|\\n)\s*at (?:async )?(?:[\w.<>[\] $]+ )?\(?(?:file:|node:|\/|[A-Z]:\\)[^\s)]*:\d+/g,
  ],
  ['file path', /(?<![\w/:.])\/(?:app|home|root|usr|var|tmp|opt|work|etc)\/[\w.@-]+/g],
  ['file path', /(?<![\w/:.])\/(?:mnt|srv|proc|Users|private)\/[\w.@-]+/g],
  ['file path', /\bfile:\/\/|\bnode_modules\b/g],
  ['file path', /\b[A-Z]:(?:\\{1,2}|\/)(?:Users|Windows|home|Program)/g],
  ['source position', /\b[\w-]+\.[cm]?[jt]s:\d+:\d+/g],
];

/**
 * Finds text that no output, log or response body may contain: tokens, keys, e-mail addresses,
 * error texts of Entra, stack frames and file paths.
 * @param secrets more texts to find, such as the keys of this run; empty ones are ignored
 */
export function findLeaks(text: string, secrets: readonly string[] = []): readonly Leak[] {
  const leaks: Leak[] = [];
  for (const [kind, pattern] of patterns)
    for (const [match] of text.matchAll(pattern)) leaks.push(createLeak(kind, match));
  for (const secret of secrets)
    if (secret !== '' && text.includes(secret)) leaks.push(createLeak('known secret', secret));
  return leaks;
}

/**
 * Asserts that texts contain no leaks.
 * @param subject where the texts come from, for the error message
 * @param allowedKinds kinds that the texts contain on purpose
 * @throws Error when a text contains a leak
 */
export function assertNoLeaks(
  subject: string,
  texts: readonly string[],
  allowedKinds: readonly string[] = [],
): void {
  const leaks = findLeaks(texts.join('\n')).filter(({ kind }) => !allowedKinds.includes(kind));
  if (leaks.length === 0) return;
  const list = leaks.slice(0, maxReportedLeaks).map(({ kind, excerpt }) => `${kind} ${excerpt}`);
  throw new Error(`${subject} must not contain: ${list.join(', ')}`);
}

function createLeak(kind: string, match: string): Leak {
  const escaped = JSON.stringify(match.slice(0, excerptLength)).slice(1, -1);
  return { kind, excerpt: `${escaped}…` };
}
