import type { HopRecord } from '../policies/emulator-control.ts';
import type { Step, Stop } from './chain-call.ts';
import { describeHops } from './describe-hops.ts';
import { isDuring, isExchange, isFailure, isTokenARequest, startedAt } from './hop-records.ts';
import { explainApiRefusal } from './refusal-messages.ts';
import { cachedTokenAFacts, refusalFacts, tokenFacts } from './step-facts.ts';

/**
 * Describes one call step by step, as the article does: the Client App acquires token A and sends
 * it, Original API validates it, exchanges it for token B and calls Downstream API or Microsoft
 * Graph, and the response comes back.
 *
 * @param request Original API's record of the call.
 * @param ofThisCall All records of the call, `request` included, in the order of their start.
 * @param earlier Records from before the call. They show the claims of cached tokens.
 */
export function describeSteps(
  request: HopRecord,
  ofThisCall: readonly HopRecord[],
  earlier: readonly HopRecord[],
): { readonly steps: readonly Step[]; readonly stop: Stop | undefined } {
  const tokenARequests = ofThisCall.filter(isTokenARequest);
  const before = tokenARequests.filter((record) => startedAt(record) < startedAt(request));
  const after = tokenARequests.filter((record) => startedAt(record) > startedAt(request));
  const inside = ofThisCall.filter((record) => record !== request && isDuring(record, request));

  const rejection = findRejectionOfA(request, inside);
  const hops = describeHops(inside, earlier);
  return {
    steps: [
      acquireTokenA(before, earlier),
      {
        from: 'client',
        to: 'original',
        cargo: ['a'],
        outcome: 'passed',
        title: `Client App calls Original API with token A: ${request.operation}`,
        facts: [],
      },
      validateTokenA(rejection),
      ...hops.steps,
      respond(request),
      ...after.map(describeLaterTokenRequest),
    ],
    stop: findStop(request, hops.stop ?? rejection),
  };
}

function acquireTokenA(before: readonly HopRecord[], earlier: readonly HopRecord[]): Step {
  const issued = before.find((record) => !isFailure(record));
  if (issued)
    return {
      from: 'entra',
      to: 'client',
      cargo: ['a'],
      outcome: 'passed',
      title: 'Client App acquires token A',
      facts: tokenFacts(issued.facts.token),
      duration: issued.took,
    };
  return {
    from: 'client',
    to: 'client',
    cargo: ['a'],
    outcome: 'cached',
    title: 'Client App uses its cached token A',
    facts: cachedTokenAFacts(earlier),
  };
}

/** Finds out why Original API did not accept token A. Undefined when it did. */
function findRejectionOfA(request: HopRecord, inside: readonly HopRecord[]): Stop | undefined {
  const acceptedA = inside.some(
    (record) => isExchange(record) || record.hop === 'downstream-api' || record.hop === 'graph',
  );
  if (acceptedA) return undefined;
  const challenge = String(request.facts.wwwAuthenticate ?? '');
  if (isFailure(request) && isChallengeAboutTokenA(challenge))
    return {
      where: 'original',
      cause: 'Original API rejects token A.',
      code: challenge.includes('insufficient_scope') ? 'insufficient_scope' : 'invalid_token',
    };
  const keysAreMissing = inside.some(
    (record) =>
      record.hop === 'entra' && /keys|metadata/.test(record.operation) && isFailure(record),
  );
  if (!keysAreMissing) return undefined;
  return {
    where: 'original',
    cause: 'Original API cannot validate token A: Entra’s signing keys are not available.',
    code: 'unavailable',
  };
}

/**
 * Whether Original API's challenge is about token A itself. A claims challenge
 * (`insufficient_claims`) comes from Entra or from Downstream API instead.
 */
function isChallengeAboutTokenA(challenge: string): boolean {
  const namesAnError = /error="(invalid_|insufficient_scope)/.test(challenge);
  const asksForAToken = challenge.startsWith('Bearer realm=') && !challenge.includes(' error=');
  return namesAnError || asksForAToken;
}

const validateTokenA = (rejection: Stop | undefined): Step => ({
  from: 'original',
  to: 'original',
  cargo: ['a'],
  outcome: rejection ? 'refused' : 'passed',
  title:
    rejection?.cause ??
    'Original API validates token A: signature, issuer, audience, lifetime, scope',
  facts: [],
});

function respond(request: HopRecord): Step {
  const failed = isFailure(request);
  return {
    from: 'original',
    to: 'client',
    cargo: [failed ? 'refusal' : 'response'],
    outcome: failed ? 'refused' : 'passed',
    title: `Original API returns ${request.status}`,
    facts: [],
    duration: request.took,
  };
}

/** After a refusal, the Client App requests a new token A: silently first, then with the user. */
function describeLaterTokenRequest(record: HopRecord): Step {
  if (isFailure(record))
    return {
      from: 'client',
      to: 'entra',
      cargo: ['refusal'],
      outcome: 'refused',
      title: 'Client App requests a new token A silently, but Entra requires the user to act',
      facts: refusalFacts(record),
      duration: record.took,
    };
  return {
    from: 'entra',
    to: 'client',
    cargo: ['a'],
    outcome: 'passed',
    title:
      record.facts.grant === 'authorization_code'
        ? 'After the user has acted, Entra issues a new token A'
        : 'Client App requests a new token A silently, and Entra issues it',
    facts: tokenFacts(record.facts.token),
    duration: record.took,
  };
}

/** A call that succeeded did not stop, even when one of its requests was refused. */
function findStop(request: HopRecord, refusal: Stop | undefined): Stop | undefined {
  if (!isFailure(request)) return undefined;
  return refusal ?? { where: 'original', ...explainApiRefusal(request.status) };
}
