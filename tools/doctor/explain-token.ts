import type { ApiErrorCode } from '../../shared/api-error.ts';
import { problems } from '../../shared/api-error.ts';
import { actorOf, claimValues } from '../../shared/token/checks.ts';
import {
  type ChainContext,
  describeApp,
  describeTenant,
  describeUser,
  type KnownApi,
} from './chain-context.ts';
import { type DecodedToken, decodeToken, type UnverifiedClaims } from './decode-token.ts';
import { formatList, formatTime, sanitize } from './format.ts';
import { findTokenCheckMessage } from './token-check-messages.ts';
import {
  findFailedChecks,
  isAppOnly,
  type SignatureResult,
  verifySignature,
} from './verify-token.ts';

/**
 * Explains a token: its type, its claims, and for each API whether the API accepts it. The lines do
 * not contain the token itself.
 */
export async function explainToken(
  text: string,
  context: ChainContext,
): Promise<readonly string[]> {
  const token = decodeToken(text);
  const { payload, formatFault, encrypted } = token;
  if (!payload) {
    const summary = encrypted
      ? 'An encrypted token (JWE). Only the API that it is meant for can decrypt it. These APIs ' +
        'accept only signed tokens.'
      : 'An unreadable token.';
    return [summary, ...describeFailedCheck(formatFault ?? 'form')];
  }

  const signature = await verifySignature(text, token, context);
  const lines = [
    describeType(token, payload, context),
    ...describeClaims(payload, context),
    formatClaim('signature', `${signature.status}: ${signature.detail}`),
  ];
  for (const api of context.apis)
    lines.push('', ...describeVerdict({ token, payload, signature, api, context }));
  return lines;
}

/** Names the type of the token and the API that it is meant for, by its own unverified claims. */
function describeType(
  { header = {} }: DecodedToken,
  payload: UnverifiedClaims,
  context: ChainContext,
): string {
  const { aud, scp, iss, sub, ver } = payload;
  const [original, downstream] = context.apis;
  const audience = formatList(claimValues(aud).map((one) => describeApp(context, one)));
  const version = ver === '1.0' || ver === '2.0' ? `v${ver}` : 'unknown version';

  if (iss === sub && iss !== undefined)
    return (
      `A client assertion with which ${describeApp(context, iss)} authenticates to Entra. No ` +
      'API accepts it.'
    );
  if ('nonce' in header)
    return (
      `An access token for ${audience}, with a nonce in its header: only Microsoft Graph can ` +
      'validate it.'
    );
  if (isAppOnly(payload))
    return `An app-only access token (${version}) for ${audience}. It represents no user.`;
  if (scp === undefined)
    return (
      `An ID token (${version}) for ${audience}. It tells the client who signed in; no API ` +
      'accepts it.'
    );
  if (isMeantFor(payload, original))
    return `Token A: an access token (${version}) for ${original.name}.`;
  if (isMeantFor(payload, downstream))
    return `Token B: an access token (${version}) for ${downstream.name}.`;
  return `An access token (${version}) for another API: ${audience}.`;
}

function isMeantFor({ aud }: UnverifiedClaims, { clientId }: KnownApi): boolean {
  return claimValues(aud).some((one) => one === clientId || one === `api://${clientId}`);
}

function formatClaim(label: string, value: string): string {
  return `  ${label.padEnd(9)} ${value}`;
}

function describeClaims(claims: UnverifiedClaims, context: ChainContext): readonly string[] {
  const { aud, iss, oid, tid, scp, roles, acrs, iat, exp, xms_cc } = claims;
  const { clientId: client, authentication } = actorOf(claims);
  const now = context.now() / 1_000;
  const list = (claim: unknown) => formatList(claimValues(claim).map(sanitize));
  const lines: string[] = [];
  const add = (label: string, value: string) => lines.push(formatClaim(label, value));

  if (oid !== undefined)
    add(
      isAppOnly(claims) ? 'subject' : 'user',
      `${describeUser(context, oid)} of ${describeTenant(context, tid)}`,
    );
  if (client !== undefined)
    add('app', `${describeApp(context, client)}, ${describeAuthentication(authentication)}`);
  add('audience', list(aud));
  add('issuer', sanitize(iss));
  if (scp !== undefined) add('scopes', formatList(sanitize(scp).split(' ')));
  if (roles !== undefined) add('roles', list(roles));
  if (acrs !== undefined)
    add('contexts', `${list(acrs)} (authentication contexts that the user has satisfied)`);
  add('issued', formatTime(iat, now));
  add('expires', formatTime(exp, now));
  if (scp !== undefined) {
    const handlesChallenges = claimValues(xms_cc).some(
      (one) => String(one).toLowerCase() === 'cp1',
    );
    add(
      'client',
      handlesChallenges
        ? 'handles claims challenges (xms_cc contains cp1)'
        : 'does not handle claims challenges (xms_cc lacks cp1)',
    );
  }
  return lines;
}

/** Describes `azpacr` (v2) or `appidacr` (v1). */
function describeAuthentication(authentication: unknown): string {
  switch (authentication) {
    case '0':
      return 'not authenticated (a public client)';
    case '1':
      return 'authenticated with a secret';
    case '2':
      return 'authenticated with a certificate or an assertion';
    default:
      return `authenticated in an unknown way (${sanitize(authentication)})`;
  }
}

interface VerdictInput {
  readonly token: DecodedToken;
  readonly payload: UnverifiedClaims;
  readonly signature: SignatureResult;
  readonly api: KnownApi;
  readonly context: ChainContext;
}

function describeVerdict(input: VerdictInput): readonly string[] {
  const { token, payload, signature, api, context } = input;
  const failed = findFailedChecks(token, signature, api, context.now() / 1_000);
  const [first] = failed;
  if (first === undefined) {
    const condition = signature.status === 'valid' ? '' : ', if the signature is valid';
    return [`${api.name} accepts it${condition}.`, ...describeMissingScopes(payload, api)];
  }

  const code = findCode(first, payload);
  const rejection = `${api.name} rejects it: ${problems[code].status} ${code}.`;
  const hasOneAudience = claimValues(payload.aud).length === 1;
  const isForOtherApi =
    failed.includes('audience') &&
    hasOneAudience &&
    context.apis.some((other) => other !== api && isMeantFor(payload, other));
  if (isForOtherApi)
    return [
      `${rejection} This is correct: Original API accepts only token A, Downstream API only ` +
        'token B.',
      ...failed.map((name) => `  - ${name}: ${findTokenCheckMessage(name)?.cause}`),
    ];
  return [rejection, ...failed.flatMap((name) => describeFailedCheck(name, api.clientId))];
}

function describeMissingScopes({ scp }: UnverifiedClaims, { scopes }: KnownApi): readonly string[] {
  const granted = String(scp).split(' ');
  const missing = scopes.filter((scope) => !granted.includes(scope));
  if (missing.length === 0) return [];
  return [`  Routes that require ${formatList(missing)} reject it: 403 insufficient_scope.`];
}

/** The problem code with which an API responds to the first failed check. */
function findCode(check: string, payload: UnverifiedClaims): ApiErrorCode {
  if (check === 'calling-app' || check === 'confidential-client') return 'caller_not_allowed';
  if (check === 'scope') return 'insufficient_scope';
  if (check === 'kind' && isAppOnly(payload)) return 'insufficient_scope';
  return 'invalid_token';
}

function describeFailedCheck(name: string, clientId = '<the API>'): readonly string[] {
  const message = findTokenCheckMessage(name);
  if (!message) return [`  - ${name}`];
  return [
    `  - ${name}: ${message.cause}`,
    `    Fix: ${message.fix.replace('<this API>', clientId)}`,
  ];
}
