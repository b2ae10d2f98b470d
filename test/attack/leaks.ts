/** Something in a text that belongs in no log and no answer. */
export interface Leak {
  readonly kind: string;
  /** Where it was found: the beginning of what matched, so that a report does not leak it again. */
  readonly begins: string;
}

const patterns: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['JWT', /\beyJ[\w-]{6,}\.[\w-]{6,}/g],
  ['bearer credentials', /\b(?:Bearer|Basic|SharedKeyLite|SharedKey) [\w.~+/:-]{12,}/gi],
  ['PEM', /-----BEGIN [A-Z ]+-----/g],
  ['private JWK', /"(?:d|p|q|dp|dq|qi)"\s*:\s*"[\w-]{20,}"/g],
  [
    'secret parameter',
    /\b(?:client_secret|client_assertion|assertion|refresh_token|access_token|id_token)["']?\s*[=:]\s*["']?[\w.~+/-]{8,}/gi,
  ],
  ['e-mail', /[\w.+#-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi],
  ['text of Entra', /AADSTS\d+\s*:|\bTrace ID\s*:|\bCorrelation ID\s*:|\bTimestamp\s*:\s*\d{4}-/gi],
  ['stack frame', /(?:^|\n|\\n)\s*at (?:async )?(?:[\w.<>[\] $]+ )?\(?(?:file:|node:|\/|[A-Z]:\\)[^\s)]*:\d+/g],
  [
    'file path',
    /(?<![\w/:.])\/(?:home|root|usr|var|tmp|opt|work|etc|mnt|srv|proc|Users|private)\/[\w.@-]+|\bfile:\/\/|\bnode_modules\b|\b[A-Z]:\\{1,2}(?:Users|Windows|home|Program)/g,
  ],
  ['source position', /\b[\w-]+\.[cm]?[jt]s:\d+:\d+/g],
];

/**
 * Finds what must be in no output, log or body: tokens, keys, addresses, Entra's own words, stack frames, file paths, and the `canaries`,
 * texts that are secret in this very run.
 */
export function scanForLeaks(text: string, canaries: readonly string[] = []): readonly Leak[] {
  const matched = patterns.flatMap(([kind, pattern]) => [...text.matchAll(pattern)].map(([match]) => leak(kind, match)));
  const planted = canaries.filter((canary) => canary !== '' && text.includes(canary)).map((canary) => leak('canary', canary));
  return [...matched, ...planted];
}

const leak = (kind: string, match: string): Leak => ({ kind, begins: `${JSON.stringify(match.slice(0, 12)).slice(1, -1)}…` });
