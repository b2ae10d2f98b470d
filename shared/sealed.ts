import { inspect } from 'node:util';

const values = new WeakMap<Sealed, string>();
const redacted = '[redacted]';

/** A token or secret that does not become a string by accident: printed, logged, joined or serialised it is `[redacted]`. */
export interface Sealed {
  toString(): string;
  toJSON(): string;
}

const sayRedacted = () => redacted;
const redactedForms = Object.freeze({ toString: sayRedacted, toJSON: sayRedacted, [inspect.custom]: sayRedacted });

/** Seals a token or secret. */
export function seal(value: string): Sealed {
  const sealed: Sealed = Object.freeze(Object.create(redactedForms));
  values.set(sealed, value);
  return sealed;
}

/** The text inside; call it only where the text leaves for the one party that may see it. */
export function reveal(sealed: Sealed): string {
  const value = values.get(sealed);
  if (value === undefined) throw new TypeError('not a sealed value');
  return value;
}
