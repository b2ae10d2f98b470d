import type { ApiErrorCode } from '../../shared/api-error.ts';
import {
  type Challenge,
  readChallenges,
  readClaimsChallenge,
} from '../../shared/http/read-challenge.ts';
import { type ChainContext, describeApp } from './chain-context.ts';
import { describeClaimsRequest } from './describe-claims-request.ts';
import { describeClientApp } from './describe-client-app.ts';
import { formatRow, sanitize } from './format.ts';
import { problemMessages } from './problem-messages.ts';

/** The problem code for each `error` that `shared/http/challenge.ts` writes into a challenge. */
const codesByError: ReadonlyMap<string, ApiErrorCode> = new Map([
  ['invalid_request', 'invalid_request'],
  ['invalid_token', 'invalid_token'],
  ['insufficient_scope', 'insufficient_scope'],
  ['insufficient_claims', 'step_up_required'],
]);

/**
 * Explains each challenge of a `WWW-Authenticate` header: who requires what, and what to do.
 * @param header the value of the header
 */
export function explainChallenge(header: string, context: ChainContext): readonly string[] {
  const claims = readClaimsChallenge(header);
  const lines: string[] = [];
  for (const challenge of readChallenges(header)) {
    if (lines.length > 0) lines.push('');
    if (challenge.scheme === 'bearer') {
      lines.push(...explainBearerChallenge(challenge, claims, context));
    } else {
      lines.push(
        `A challenge of the scheme "${sanitize(challenge.scheme)}". It is not from these ` +
          'APIs: they require Bearer tokens.',
      );
    }
  }
  return lines;
}

function explainBearerChallenge(
  { parameters }: Challenge,
  claims: object | undefined,
  context: ChainContext,
): readonly string[] {
  const error = parameters.get('error');
  const realm = parameters.get('realm');
  const code = findCode(parameters, claims);
  const summary = error ? sanitize(error) : (code?.replaceAll('_', ' ') ?? 'no token was sent');
  const lines = [`A challenge${realm ? ` by ${describeApp(context, realm)}` : ''}: ${summary}.`];

  const rows = {
    description: parameters.get('error_description'),
    'sign-in at': parameters.get('authorization_uri') ?? parameters.get('authorization'),
    scopes: parameters.get('scope') ?? parameters.get('scopes') ?? parameters.get('resource'),
  };
  for (const [label, value] of Object.entries(rows))
    if (value) lines.push(formatRow(label, sanitize(value)));

  if (claims) {
    for (const line of describeClaimsRequest(claims, context))
      lines.push(formatRow('requires', line));
  } else if (parameters.has('claims')) {
    lines.push(
      formatRow('claims', 'unreadable: they must be a JSON object with access_token, in base64.'),
    );
  }

  if (code === undefined) {
    lines.push(
      '  Fix: Send an access token for this API: `Authorization: Bearer <token>`. (Without a ' +
        'token, a challenge contains no error: RFC 6750 §3.1.)',
    );
    return lines;
  }
  const { meaning, fix } = problemMessages[code];
  lines.push(
    formatRow('meaning', meaning),
    formatRow('Client App', describeClientApp(code)),
    `  Fix: ${fix}`,
  );
  return lines;
}

function findCode(
  parameters: Challenge['parameters'],
  claims: object | undefined,
): ApiErrorCode | undefined {
  if (claims) return 'step_up_required';
  if (parameters.get('proposedaction') === 'consent' || parameters.has('consenturi'))
    return 'consent_required';
  const error = parameters.get('error');
  if (error === undefined) return undefined;
  return codesByError.get(error) ?? 'invalid_token';
}
