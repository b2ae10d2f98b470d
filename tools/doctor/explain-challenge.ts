import type { ApiErrorCode } from '../../shared/api-error.ts';
import {
  type Challenge,
  readChallenges,
  readClaimsChallenge,
} from '../../shared/http/read-challenge.ts';
import { describeClaimsRequest } from './claims-words.ts';
import { describeClientApp } from './client-app-words.ts';
import { codeWords } from './code-words.ts';
import { plain } from './plain.ts';
import { nameApp, type Surroundings } from './surroundings.ts';

/** The answer's code behind each error word of a challenge (shared/http/challenge.ts writes them). */
const codes: ReadonlyMap<string, ApiErrorCode> = new Map([
  ['invalid_request', 'invalid_request'],
  ['invalid_token', 'invalid_token'],
  ['insufficient_scope', 'insufficient_scope'],
  ['insufficient_claims', 'step_up_required'],
]);

/** A `WWW-Authenticate` header, challenge by challenge: who asks, what for, and what to do. */
export function explainChallenge(header: string, surroundings: Surroundings): readonly string[] {
  const now = surroundings.now() / 1_000;
  const claims = readClaimsChallenge(header);
  return readChallenges(header).flatMap((challenge, index) => [
    ...(index > 0 ? [''] : []),
    ...(challenge.scheme === 'bearer'
      ? explainBearer(challenge, claims, surroundings, now)
      : explainOther(challenge)),
  ]);
}

const explainOther = ({ scheme }: Challenge) => [
  `A challenge of the scheme "${plain(scheme)}": not one of these APIs'. They ask for Bearer tokens.`,
];

function explainBearer(
  { parameters }: Challenge,
  claims: object | undefined,
  surroundings: Surroundings,
  now: number,
): readonly string[] {
  const error = parameters.get('error');
  const realm = parameters.get('realm');
  const code = codeOf(parameters, claims);
  const from = realm ? ` by ${nameApp(surroundings, realm)}` : '';
  return [
    `A challenge${from}: ${error ? plain(error) : nameOf(code)}.`,
    ...row('it says', parameters.get('error_description')),
    ...row('sign-in at', parameters.get('authorization_uri') ?? parameters.get('authorization')),
    ...row(
      'scopes',
      parameters.get('scope') ?? parameters.get('scopes') ?? parameters.get('resource'),
    ),
    ...(claims
      ? describeClaimsRequest(claims, now).map((line) => `  it asks for     ${line}`)
      : []),
    ...(parameters.has('claims') && !claims
      ? [
          '  claims          cannot be read: they must be base64 of a JSON object with an access_token object.',
        ]
      : []),
    ...(code === undefined
      ? [
          '  Do: send an access token for this API: `Authorization: Bearer <token>` (RFC 6750 §3.1: no error, since no token came).',
        ]
      : [
          `  means           ${codeWords[code].means}`,
          `  the Client App  ${describeClientApp(code)}`,
          `  Do: ${codeWords[code].look}`,
        ]),
  ];
}

function codeOf(
  parameters: Challenge['parameters'],
  claims: object | undefined,
): ApiErrorCode | undefined {
  if (claims) return 'step_up_required';
  if (parameters.get('proposedaction') === 'consent' || parameters.has('consenturi'))
    return 'consent_required';
  const error = parameters.get('error');
  return error === undefined ? undefined : (codes.get(error) ?? 'invalid_token');
}

const nameOf = (code: ApiErrorCode | undefined) =>
  code === undefined ? 'no token was sent' : code.replaceAll('_', ' ');

const row = (name: string, value: string | undefined) =>
  value ? [`  ${name.padEnd(16)}${plain(value)}`] : [];
