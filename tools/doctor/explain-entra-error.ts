import { problems } from '../../shared/api-error.ts';
import { type Refusal, readRefusal } from '../../shared/obo/network.ts';
import { apiErrorOf } from '../../shared/obo/refusal.ts';
import { aadstsCodes } from './aadsts-codes.ts';
import type { ChainContext } from './chain-context.ts';
import { describeClaimsRequest } from './describe-claims-request.ts';
import { describeClientApp } from './describe-client-app.ts';
import { formatRow, sanitize } from './format.ts';
import { problemMessages } from './problem-messages.ts';

/** Completes an AADSTS code with the other members that Entra sends along with it. */
export function createEntraError(code: number): Refusal {
  const known = aadstsCodes[code];
  return {
    status: 400,
    codes: [code],
    error: known?.error,
    suberror: known?.suberror,
    claims: known?.hasClaims ? { access_token: {} } : undefined,
  };
}

/**
 * Reads an error response of the token endpoint.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow#error-response-example
 */
export function readEntraError(body: Readonly<Record<string, unknown>>): Refusal {
  const error = readRefusal(400, body, undefined);
  const codesInText = [...String(body.error_description).matchAll(/AADSTS(\d{4,8})/g)].map(
    ([, code]) => Number(code),
  );
  return {
    ...error,
    codes: error.codes?.length ? error.codes : codesInText,
    claims: error.claims ?? readClaimsObject(body.claims),
  };
}

/** Entra sends the claims as text. Pasted and formatted JSON may contain them as an object. */
function readClaimsObject(claims: unknown): object | undefined {
  const isObject = typeof claims === 'object' && claims !== null && !Array.isArray(claims);
  return isObject ? claims : undefined;
}

/** Explains why Entra rejected a token request, which API response that becomes, and the fix. */
export function explainEntraError(entraError: Refusal, context: ChainContext): readonly string[] {
  const { codes = [], correlationId } = entraError;
  const { code, options } = apiErrorOf(entraError, []);
  const { status, title } = problems[code];
  const known = codes.map((each) => aadstsCodes[each]).find((each) => each !== undefined);
  const lines = [summarize(entraError)];

  if (known) {
    lines.push(formatRow('Entra', known.meaning));
  } else if (codes.length > 0) {
    const page = `https://login.microsoftonline.com/error?code=${codes[0]}`;
    lines.push(formatRow('Entra', `This code is unknown to the doctor. See ${page}`));
  }

  const withClaims = code === 'step_up_required' ? ' with Entra’s claims' : '';
  lines.push(
    formatRow('category', String(options.logContext?.explanation)),
    formatRow('API response', `${status} ${code} (${title})${withClaims}.`),
    ...describeClaims(entraError, context),
    formatRow('Client App', describeClientApp(code)),
  );

  const isUnknown = known === undefined && codes.length > 0 && code === 'bad_gateway';
  const fallbackFix = isUnknown
    ? 'Look up the code on that page, and the request in the sign-in log of Entra.'
    : problemMessages[code].fix;
  lines.push(`  Fix: ${known?.fix ?? fallbackFix}`);
  if (correlationId)
    lines.push(
      '  Log: search the sign-in log of Entra and the logs of the APIs for the correlation id ' +
        `${sanitize(correlationId)}.`,
    );
  return lines;
}

function summarize({ codes = [], error, suberror }: Refusal): string {
  const parts = codes.map((code) => `AADSTS${code}`);
  if (error) parts.push(`error ${sanitize(error)}`);
  if (suberror) parts.push(`suberror ${sanitize(suberror)}`);
  return parts.join(', ');
}

function describeClaims({ codes = [], claims }: Refusal, context: ChainContext): readonly string[] {
  if (!claims) return [];
  const { access_token: requests = {} } = claims as { access_token?: object };
  const sentByEntra = codes.some((code) => aadstsCodes[code]?.hasClaims);
  if (sentByEntra && Object.keys(requests).length === 0)
    return [formatRow('requires', 'see the claims in the response of Entra.')];
  return describeClaimsRequest(claims, context).map((line) => formatRow('requires', line));
}
