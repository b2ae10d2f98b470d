import { inspect } from 'node:util';

/**
 * A token or secret that cannot be printed by accident. Printed, logged, joined or serialised, it
 * becomes `[redacted]`. Only {@link reveal} returns the text.
 */
export type Redacted = {
  /** Returns `[redacted]`. */
  toString(): string;

  /** Returns `[redacted]`. */
  toJSON(): string;
};

// The text is not a property, so copying or inspecting the object does not expose it.
const texts = new WeakMap<Redacted, string>();

const placeholder = () => '[redacted]';
const prototype = Object.freeze({
  toString: placeholder,
  toJSON: placeholder,
  [inspect.custom]: placeholder,
});

/**
 * Wraps a token or secret.
 *
 * @example
 * ```ts
 * console.log(`${redact('secret')}`); // [redacted]
 * ```
 */
export function redact(text: string): Redacted {
  const redacted: Redacted = Object.freeze(Object.create(prototype));
  texts.set(redacted, text);
  return redacted;
}

/**
 * Returns the text of a redacted token or secret. Call it only where the text is sent to its
 * intended recipient.
 *
 * @throws {TypeError} The value was not created by {@link redact}.
 *
 * @example
 * ```ts
 * const headers = { authorization: `Bearer ${reveal(token)}` };
 * ```
 */
export function reveal(redacted: Redacted): string {
  const text = texts.get(redacted);
  if (text === undefined) throw new TypeError('The value was not created by redact().');
  return text;
}
