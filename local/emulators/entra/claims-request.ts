/**
 * The part of the `claims` parameter (OpenID Connect Core §5.5) that claims challenges and client
 * capabilities use.
 */
import { Refusal } from './refusal.ts';

/** The parsed `claims` parameter. */
export interface ClaimsRequest {
  /** Whether the client has the capability to handle claims challenges (`cp1`). */
  readonly cp1: boolean;
  /** The requested authentication contexts, such as `c1`. */
  readonly acrs: readonly string[];
  /** The ids of the Conditional Access policies that an earlier challenge named. */
  readonly policyIds: readonly string[];
}

/** The `value` and the `values` of a requested claim. */
function readValues(claim: unknown): string[] {
  if (typeof claim !== 'object' || claim === null) return [];
  const { value, values } = claim as { value?: unknown; values?: unknown };
  const all = [value, ...(Array.isArray(values) ? values : [])];
  return all.filter((item) => typeof item === 'string');
}

/**
 * Parses the parameter. Without it nothing is requested.
 * @throws {Refusal} (9002313) when it is not a JSON object.
 */
export function parseClaimsRequest(text: string | undefined): ClaimsRequest {
  if (!text) return { cp1: false, acrs: [], policyIds: [] };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Refusal(9002313, { detail: 'The claims parameter is not JSON.' });
  }
  if (typeof parsed !== 'object' || parsed === null) {
    throw new Refusal(9002313, { detail: 'The claims parameter is not a JSON object.' });
  }
  const { access_token: claims = {} } = parsed as { access_token?: Record<string, unknown> };
  return {
    cp1: readValues(claims.xms_cc).some((value) => value.toLowerCase() === 'cp1'),
    acrs: readValues(claims.acrs),
    policyIds: [...readValues(claims.capolids), ...readValues(claims.polids)],
  };
}
