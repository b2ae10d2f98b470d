import type { App, Tenant } from '../directory.ts';
import type { AddFacts, EntraContext } from '../entra-context.ts';
import { Refusal } from '../refusal.ts';

/** How a client authenticated. */
export type ClientAuthentication = 'none' | 'secret' | 'assertion';

/** A request to the token endpoint after client authentication. */
export interface TokenRequest {
  /** `undefined` for `common` and `organizations`. */
  readonly tenant: Tenant | undefined;
  /** The parameters of the request. */
  readonly form: URLSearchParams;
  /** The Origin header, which browsers send. */
  readonly origin: string | undefined;
  /** The authenticated client. */
  readonly client: App;
  /** How the client authenticated. */
  readonly clientAuthentication: ClientAuthentication;
  /** Adds to the record of this request. */
  readonly addFacts: AddFacts;
}

/**
 * Handles a grant type. Resolves to the JSON body of a 200.
 * @throws {Refusal} when the grant is refused.
 */
export type Grant = (context: EntraContext, request: TokenRequest) => Promise<object>;

/**
 * Returns a parameter of the form.
 * @throws {Refusal} (900144) when the parameter is missing or empty.
 */
export function requireParameter(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value) {
    throw new Refusal(900144, {
      detail: `The request body must contain the following parameter: '${name}'.`,
    });
  }
  return value;
}
