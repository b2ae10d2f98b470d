import fc from 'fast-check';

const alphabet = [...'ABCXYZabcxyz019-_+/=.~ \t\n%"{}', '\0', 'é', '\u200b'];

/** Edits of a token's text, its signature not renewed. What comes out may be the same text; the caller looks. */
export function badTexts(token: string): fc.Arbitrary<string> {
  const at = fc.nat(token.length);
  const segments = token.split('.');
  return fc.oneof(
    fc
      .integer({ min: 12_289, max: 16_000 })
      .map(
        (length) => `${segments[0]}.${Buffer.alloc(length).toString('base64url')}.${segments[2]}`,
      ),
    fc
      .tuple(at, fc.constantFrom(...alphabet))
      .map(([index, character]) => token.slice(0, index) + character + token.slice(index + 1)),
    fc
      .tuple(at, fc.constantFrom(...alphabet))
      .map(([index, character]) => token.slice(0, index) + character + token.slice(index)),
    fc
      .tuple(at, fc.integer({ min: 1, max: 40 }))
      .map(([index, length]) => token.slice(0, index) + token.slice(index + length)),
    fc
      .tuple(at, at)
      .map(
        ([from, to]) =>
          token.slice(0, from) + token.slice(Math.min(from, to), to) + token.slice(from),
      ),
    fc.shuffledSubarray(segments, { minLength: 0, maxLength: 3 }).map((some) => some.join('.')),
    fc
      .array(fc.constantFrom(...segments, '', 'AA'), { maxLength: 6 })
      .map((some) => some.join('.')),
    fc
      .tuple(fc.nat(2), fc.nat(4_000), fc.nat(7))
      .map(([which, byte, bit]) =>
        segments
          .map((segment, index) => (index === which ? flip(segment, byte, bit) : segment))
          .join('.'),
      ),
    fc
      .tuple(fc.nat(2), fc.constantFrom('=', '==', 'A', '\n'))
      .map(([which, tail]) =>
        segments.map((segment, index) => (index === which ? segment + tail : segment)).join('.'),
      ),
    fc
      .nat(2)
      .map((which) =>
        segments
          .map((segment, index) =>
            index === which ? Buffer.from(segment, 'base64url').toString('base64') : segment,
          )
          .join('.'),
      ),
    fc
      .nat(2)
      .map((which) =>
        segments.map((segment, index) => (index === which ? respell(segment) : segment)).join('.'),
      ),
    fc
      .uint8Array({ maxLength: 300 })
      .map((bytes) => `${segments[0]}.${segments[1]}.${Buffer.from(bytes).toString('base64url')}`),
  );
}

function flip(segment: string, byte: number, bit: number): string {
  const bytes = Buffer.from(segment, 'base64url');
  const at = byte % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return bytes.toString('base64url');
}

/** The same bytes with other bits behind their end, where the length leaves any. */
function respell(segment: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = digits.indexOf(segment.at(-1) ?? 'A');
  return segment.length % 4 === 0 ? segment : segment.slice(0, -1) + digits[last ^ 1];
}
