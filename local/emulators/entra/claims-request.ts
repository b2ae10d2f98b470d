/** The `claims` parameter of a request (OpenID Connect Core 5.5), as far as Entra's challenges and capabilities use it. */
import { Refusal } from './refusal.ts';

export interface ClaimsRequest {
  /** The client says that it understands claims challenges. */
  readonly cp1: boolean;
  /** Authentication contexts asked for, such as `c1`. */
  readonly acrs: readonly string[];
  /** Conditional Access policies that an earlier refusal named. */
  readonly policyIds: readonly string[];
}

function valuesOf(member: unknown): string[] {
  if (typeof member !== 'object' || member === null) return [];
  const { value, values } = member as { value?: unknown; values?: unknown };
  return [value, ...(Array.isArray(values) ? values : [])].filter((one) => typeof one === 'string');
}

/** Reads the parameter; throws a Refusal for anything that is no JSON object. */
export function readClaimsRequest(text: string | undefined): ClaimsRequest {
  if (!text) return { cp1: false, acrs: [], policyIds: [] };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Refusal(9002313, { detail: 'The claims parameter is not JSON.' });
  }
  if (typeof parsed !== 'object' || parsed === null)
    throw new Refusal(9002313, { detail: 'The claims parameter is not a JSON object.' });
  const asked = (parsed as { access_token?: Record<string, unknown> }).access_token ?? {};
  return {
    cp1: valuesOf(asked.xms_cc).some((value) => value.toLowerCase() === 'cp1'),
    acrs: valuesOf(asked.acrs),
    policyIds: [...valuesOf(asked.capolids), ...valuesOf(asked.polids)],
  };
}
