/** Something in a text that belongs in no log and no answer. */
export interface Leak {
  readonly kind: string;
  /** Where it was found: the beginning of what matched, so that a report does not leak it again. */
  readonly begins: string;
}

/** What begins with `{"access_token"` in base64 is a claims challenge, and is meant to go out. */
const patterns: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['JWT', /\beyJ[\w-]{6,}\.[\w-]{6,}|\beyJ(?!hY2Nlc3NfdG9rZW4i)[\w-]{24,}/g],
  ['bearer credentials', /\b(?:Bearer|Basic|SharedKeyLite|SharedKey) [\w.~+/:-]{12,}/gi],
  ['PEM', /-----BEGIN [A-Z ]+-----/g],
  ['private key', /\bMII[A-Za-z0-9+/]{40,}/g],
  ['storage key', /\b(?:AccountKey|sig)=[\w%+/-]{12,}/g],
  ['private JWK', /"(?:d|p|q|dp|dq|qi)"\s*:\s*"[\w-]{20,}"/g],
  [
    'secret parameter',
    /\b(?:client_secret|client_assertion|assertion|refresh_token|access_token|id_token)["']?\s*[=:]\s*["']?[\w.~+/-]{8,}/gi,
  ],
  ['e-mail', /[\w.+#-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi],
  ['text of Entra', /AADSTS\d+|\bTrace ID\s*:|\bCorrelation ID\s*:|\bTimestamp\s*:\s*\d{4}-/gi],
  [
    'stack frame',
    /(?:^|\n|\\n)\s*at (?:async )?(?:[\w.<>[\] $]+ )?\(?(?:file:|node:|\/|[A-Z]:\\)[^\s)]*:\d+/g,
  ],
  [
    'file path',
    /(?<![\w/:.])\/(?:app|home|root|usr|var|tmp|opt|work|etc|mnt|srv|proc|Users|private)\/[\w.@-]+|\bfile:\/\/|\bnode_modules\b|\b[A-Z]:(?:\\{1,2}|\/)(?:Users|Windows|home|Program)/g,
  ],
  ['source position', /\b[\w-]+\.[cm]?[jt]s:\d+:\d+/g],
];

/**
 * Finds what must be in no output, log or body: tokens, keys, addresses, Entra's own words, stack frames, file paths, and the `canaries`,
 * texts that are secret in this very run.
 */
export function scanForLeaks(text: string, canaries: readonly string[] = []): readonly Leak[] {
  const matched = patterns.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map(([match]) => leak(kind, match)),
  );
  const planted = canaries
    .filter((canary) => canary !== '' && text.includes(canary))
    .map((canary) => leak('canary', canary));
  return [...matched, ...planted];
}

/** @throws Error where one of these texts gives something away */
export function demandNoLeaks(what: string, texts: readonly string[]): void {
  const leaks = scanForLeaks(texts.join('\n'));
  if (leaks.length > 0)
    throw new Error(
      `${what} gives away: ${leaks
        .slice(0, 5)
        .map(({ kind, begins }) => `${kind} ${begins}`)
        .join(', ')}`,
    );
}

const leak = (kind: string, match: string): Leak => ({
  kind,
  begins: `${JSON.stringify(match.slice(0, 12)).slice(1, -1)}…`,
});
