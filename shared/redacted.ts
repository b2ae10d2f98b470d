import { inspect } from 'node:util';

/** A token or secret that does not become a string by accident: printed, logged, joined or serialised it is `[redacted]`. */
export type Redacted = { toString(): string; toJSON(): string };

const texts = new WeakMap<Redacted, string>();

const sayRedacted = () => '[redacted]';
const forms = Object.freeze({
  toString: sayRedacted,
  toJSON: sayRedacted,
  [inspect.custom]: sayRedacted,
});

/** Seals a token or secret. */
export function redact(text: string): Redacted {
  const sealed: Redacted = Object.freeze(Object.create(forms));
  texts.set(sealed, text);
  return sealed;
}

/** The text inside; call it only where the text leaves for the one party that may see it. */
export function reveal(sealed: Redacted): string {
  const text = texts.get(sealed);
  if (text === undefined) throw new TypeError('not a sealed value');
  return text;
}
