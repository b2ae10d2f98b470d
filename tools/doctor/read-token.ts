import { ApiError } from '../../shared/api-error.ts';
import { readJsonObject } from '../../shared/json.ts';
import { redact } from '../../shared/redacted.ts';
import { parseToken } from '../../shared/token/parse.ts';

type Claims = Readonly<Record<string, unknown>>;

/** A token taken apart for looking at, nothing in it believed. */
export interface LookedAt {
  /** Absent where they are no JSON objects. */
  readonly header: Claims | undefined;
  readonly payload: Claims | undefined;
  /** The name of the check of its form that fails. */
  readonly formFault: 'size' | 'form' | undefined;
  /** Five segments: a JWE, which only the API it is for can open. */
  readonly encrypted: boolean;
}

/** Looks into a token whatever is wrong with it; its text does not come out again. */
export function lookAt(text: string): LookedAt {
  const segments = text.split('.');
  const [header, payload] = segments
    .slice(0, 2)
    .map((segment) => readJsonObject(Buffer.from(segment, 'base64url')));
  return { header, payload, formFault: formFaultOf(text), encrypted: segments.length === 5 };
}

function formFaultOf(text: string): 'size' | 'form' | undefined {
  try {
    parseToken(redact(text));
  } catch (error) {
    const check = error instanceof ApiError ? error.options.logContext?.check : undefined;
    if (check === 'size' || check === 'form') return check;
  }
  return undefined;
}
