import { ApiError } from '../../shared/api-error.ts';
import { readJsonObject } from '../../shared/json.ts';
import { redact } from '../../shared/redacted.ts';
import { parseToken } from '../../shared/token/parse.ts';

/** Header parameters or claims of a token. Nothing in them is verified. */
export type UnverifiedClaims = Readonly<Record<string, unknown>>;

/** A check of the token's format that failed. */
export type FormatFault = 'size' | 'form';

/** The parts of a token, for display. Nothing in them is verified. */
export interface DecodedToken {
  /** `undefined` when the first segment is not a JSON object. */
  readonly header: UnverifiedClaims | undefined;
  /** `undefined` when the second segment is not a JSON object. */
  readonly payload: UnverifiedClaims | undefined;
  /** The check of the token's format that failed; `undefined` when the format is valid. */
  readonly formatFault: FormatFault | undefined;
  /** Whether the token is a JWE (five segments), which only its recipient can decrypt. */
  readonly encrypted: boolean;
}

/** Decodes a token without verifying it. It accepts any text, including malformed tokens. */
export function decodeToken(text: string): DecodedToken {
  const segments = text.split('.');
  const [header, payload] = segments
    .slice(0, 2)
    .map((segment) => readJsonObject(Buffer.from(segment, 'base64url')));
  return {
    header,
    payload,
    formatFault: findFormatFault(text),
    encrypted: segments.length === 5,
  };
}

function findFormatFault(text: string): FormatFault | undefined {
  try {
    parseToken(redact(text));
  } catch (error) {
    const check = error instanceof ApiError ? error.options.logContext?.check : undefined;
    if (check === 'size' || check === 'form') return check;
  }
  return undefined;
}
