import fc from 'fast-check';

const characters = [...'ABCXYZabcxyz019-_+/=.~ \t\n%"{}', '\0', 'é', '\u200b'];
const base64urlDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * Creates edits of the text of a token, which keep its old signature. An edit may result in the
 * same text; callers must filter it out.
 */
export function badTexts(token: string): fc.Arbitrary<string> {
  return fc.oneof(editCharacters(token), editSegments(token));
}

function editCharacters(token: string): fc.Arbitrary<string> {
  const anyIndex = fc.nat(token.length);
  const anyCharacter = fc.constantFrom(...characters);
  const replaced = fc
    .record({ index: anyIndex, character: anyCharacter })
    .map((edit) => token.slice(0, edit.index) + edit.character + token.slice(edit.index + 1));
  const inserted = fc
    .record({ index: anyIndex, character: anyCharacter })
    .map((edit) => token.slice(0, edit.index) + edit.character + token.slice(edit.index));
  const removed = fc
    .record({ index: anyIndex, length: fc.integer({ min: 1, max: 40 }) })
    .map((edit) => token.slice(0, edit.index) + token.slice(edit.index + edit.length));
  const repeated = fc.record({ target: anyIndex, end: anyIndex }).map(({ target, end }) => {
    const copy = token.slice(Math.min(target, end), end);
    return token.slice(0, target) + copy + token.slice(target);
  });
  return fc.oneof(replaced, inserted, removed, repeated);
}

function editSegments(token: string): fc.Arbitrary<string> {
  const segments = token.split('.');
  const [header = '', payload = '', signature = ''] = segments;
  const editOne = (index: number, edit: (segment: string) => string) =>
    segments.with(index, edit(segments[index] ?? '')).join('.');
  const anySegment = fc.nat(2);

  const oversized = fc
    .integer({ min: 12_289, max: 16_000 })
    .map((bytes) => [header, Buffer.alloc(bytes).toString('base64url'), signature].join('.'));
  const reordered = fc
    .shuffledSubarray(segments, { minLength: 0, maxLength: 3 })
    .map((some) => some.join('.'));
  const recombined = fc
    .array(fc.constantFrom(...segments, '', 'AA'), { maxLength: 6 })
    .map((some) => some.join('.'));
  const withFlippedBit = fc
    .record({ index: anySegment, byte: fc.nat(4_000), bit: fc.nat(7) })
    .map(({ index, byte, bit }) => editOne(index, (segment) => flipBit(segment, byte, bit)));
  const withSuffix = fc
    .record({ index: anySegment, suffix: fc.constantFrom('=', '==', 'A', '\n') })
    .map(({ index, suffix }) => editOne(index, (segment) => segment + suffix));
  const inBase64 = anySegment.map((index) => editOne(index, convertToBase64));
  const withOtherUnusedBits = anySegment.map((index) => editOne(index, changeUnusedBits));
  const withOtherSignature = fc
    .uint8Array({ maxLength: 300 })
    .map((bytes) => [header, payload, Buffer.from(bytes).toString('base64url')].join('.'));
  return fc.oneof(
    oversized,
    reordered,
    recombined,
    withFlippedBit,
    withSuffix,
    inBase64,
    withOtherUnusedBits,
    withOtherSignature,
  );
}

function flipBit(segment: string, byte: number, bit: number): string {
  const bytes = Buffer.from(segment, 'base64url');
  const index = byte % bytes.length;
  bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
  return bytes.toString('base64url');
}

function convertToBase64(segment: string): string {
  return Buffer.from(segment, 'base64url').toString('base64');
}

/** Encodes the same bytes with other values of the bits after the last byte, if there are any. */
function changeUnusedBits(segment: string): string {
  if (segment.length % 4 === 0) return segment;
  const lastDigit = base64urlDigits.indexOf(segment.at(-1) ?? 'A');
  return segment.slice(0, -1) + base64urlDigits[lastDigit ^ 1];
}
