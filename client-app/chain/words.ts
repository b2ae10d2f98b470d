import type { Code } from '../auth/problem-words.ts';

/** AADSTS numbers in plain words, with the class that each becomes (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). */
const causes: Readonly<Record<number, readonly [cause: string, code: Code]>> = {
  50013: ['Entra does not accept token A: its signature or its issuer is wrong.', 'invalid_token'],
  50057: ['The account is disabled.', 'account_disabled'],
  50058: ['Nobody is signed in at Entra in this browser any more.', 'sign_in_again'],
  50076: ['Conditional Access wants one more check of the person.', 'step_up_required'],
  50079: ['Conditional Access wants the person to register for MFA.', 'step_up_required'],
  50105: ['The app admits assigned users only, and this one is not assigned.', 'not_assigned'],
  50173: ['The person’s sessions were revoked after token A was issued.', 'sign_in_again'],
  53003: ['Conditional Access blocks this, and the person can do nothing about it.', 'blocked'],
  65001: [
    'Nobody has consented to Original API calling Downstream API for this person.',
    'consent_required',
  ],
  65004: ['The person declined to consent.', 'consent_required'],
  90094: ['Only an administrator may consent.', 'admin_consent_required'],
  500133: ['Token A is out of its time.', 'invalid_token'],
  700027: [
    'Entra does not know the certificate that Original API proved itself with.',
    'unavailable',
  ],
  1000502: ['The certificate that Original API proved itself with has expired.', 'unavailable'],
  7000215: ['Original API’s secret is wrong.', 'unavailable'],
  7000222: ['Original API’s secret has expired.', 'unavailable'],
};

/** Why Entra refused, and the class it becomes. */
export function causeOf(
  aadsts: number | undefined,
  status: number,
): { readonly cause: string; readonly code: Code } {
  const [cause, code] = causes[aadsts ?? 0] ?? [];
  if (cause && code) return { cause, code };
  if (status === 429) return { cause: 'Entra is busy and asks to wait.', code: 'unavailable' };
  if (status >= 500 || status === 0) return { cause: 'Entra is in trouble.', code: 'unavailable' };
  return { cause: 'Entra refused the exchange.', code: 'bad_gateway' };
}

const next: Partial<Readonly<Record<Code, string>>> = {
  step_up_required:
    'tries silently with those claims, asks the person to confirm it’s them, and makes the same call again.',
  consent_required:
    'says exactly what is missing, leads to Entra’s consent page, and makes the same call again.',
  admin_consent_required: 'says that an administrator has to act, and writes them a message.',
  sign_in_again:
    'tries silently, then asks the person to sign in again, and makes the same call again.',
  invalid_token: 'gets a fresh token A and makes the same call again.',
  blocked: 'says so, and offers no retry.',
  account_disabled: 'says so, and offers no retry.',
  not_assigned: 'says so, and offers no retry.',
  unavailable: 'counts down and tries again, a little later each time.',
  timeout: 'counts down and tries again, a little later each time.',
  conflict: 'shows both versions and lets the person choose.',
};

/** What the Client App does about a problem, to be read after its name. */
export const sayNext = (code: string | undefined): string => next[code as Code] ?? 'says so.';
