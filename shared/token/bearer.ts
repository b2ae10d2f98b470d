import { Denial } from '../denial.ts';
import { type Sealed, seal } from '../sealed.ts';

/** What carries a request's credentials: `headers` and `query` of @azure/functions' HttpRequest. */
export interface CredentialsCarrier {
  readonly headers: { get(name: string): string | null };
  readonly query: { has(name: string): boolean };
}

const token68 = /^[\w.~+/-]+=*$/;

/**
 * Takes the bearer token from the Authorization header, the only transport accepted (RFC 6750 §2.1).
 * @throws Denial `invalid_token` without an error in the challenge where no bearer token was sent (§3.1);
 * `invalid_request` for a malformed header, two tokens (the host joins two headers with a comma) or two transports
 */
export function takeBearerToken({ headers, query }: CredentialsCarrier): Sealed {
  const header = headers.get('authorization')?.trim() ?? '';
  const [scheme = '', ...rest] = header.split(/ +/);
  if (scheme.toLowerCase() !== 'bearer') {
    if (/,\s*bearer\b/i.test(header)) throw malformed('two credentials');
    throw new Denial('invalid_token', {
      bare: true,
      detail: 'Send an access token in the Authorization header, as a bearer token.',
      facts: { check: 'credentials' },
    });
  }
  if (query.has('access_token')) throw malformed('two transports');
  const [token] = rest;
  if (rest.length !== 1 || token === undefined || !token68.test(token)) throw malformed('not one bearer token');
  return seal(token);
}

const malformed = (check: string) =>
  new Denial('invalid_request', {
    detail: 'The Authorization header must hold exactly one bearer token and nothing else.',
    facts: { check },
  });
