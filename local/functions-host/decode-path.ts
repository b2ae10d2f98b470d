/**
 * Percent-encoded bytes that may be one character in UTF-8, by the form of the first byte. An
 * encoded slash is excluded.
 */
const oneEncodedCharacter = new RegExp(
  [
    '%(?!2f)[0-7][0-9a-f]',
    '%[cd][0-9a-f]%[89ab][0-9a-f]',
    '%e[0-9a-f](?:%[89ab][0-9a-f]){2}',
    '%f[0-7](?:%[89ab][0-9a-f]){3}',
  ].join('|'),
  'gi',
);

/**
 * Decodes a path as Kestrel does before it reaches the router: percent-decoded once, except for
 * `%2F` and for bytes that are not UTF-8, and then without dot segments (RFC 3986, section 5.2.4).
 * @returns `undefined` for a path with a NUL, which Kestrel refuses
 */
export function decodePath(encodedPath: string): string | undefined {
  const path = encodedPath.replace(oneEncodedCharacter, decodeCharacter);
  if (path.includes('\0')) return undefined;
  return removeDotSegments(path);
}

function decodeCharacter(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function removeDotSegments(path: string): string {
  const segments = path.split('/');
  const output: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment !== '.' && segment !== '..') {
      output.push(segment);
      continue;
    }
    // The first element is the empty string before the leading slash.
    if (segment === '..' && output.length > 1) output.pop();
    if (isLast) output.push('');
  }
  return output.join('/');
}
