import type { ApiErrorCode } from '../../shared/api-error.ts';
import { problems } from '../../shared/api-error.ts';
import { actorOf, textsOf } from '../../shared/token/checks.ts';
import { wordsOfCheck } from './check-words.ts';
import { findProvenance, isAppOnly, judgeToken, type Provenance } from './judge-token.ts';
import { describeTime, listOf, plain } from './plain.ts';
import { type LookedAt, lookAt } from './read-token.ts';
import { type KnownApi, nameApp, nameTenant, nameUser, type Surroundings } from './surroundings.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Says what a token is and what each API would find wrong with it. The token itself is never among the lines. */
export async function explainToken(
  text: string,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const looked = lookAt(text);
  const { payload, formFault, encrypted } = looked;
  const unreadable = encrypted
    ? 'An encrypted token (JWE): only the API that it is for can open it. These APIs take signed ones only.'
    : 'A token that cannot be read.';
  if (!payload) return [unreadable, ...describeFault(formFault ?? 'form')];
  const now = surroundings.now() / 1_000;
  const provenance = await findProvenance(text, looked, surroundings);
  return [
    nameKind(looked, surroundings),
    ...describeClaims(payload, surroundings, now).map(
      ([name, value]) => `  ${name.padEnd(10)}${value}`,
    ),
    `  signature ${provenance.signature}`,
    ...surroundings.apis.flatMap((api) => [
      '',
      ...describeVerdict(looked, provenance, api, surroundings),
    ]),
  ];
}

/** What the token is, by what it says of itself. */
function nameKind({ header = {}, payload = {} }: LookedAt, surroundings: Surroundings): string {
  const { aud, scp, iss, sub, ver } = payload;
  const [original, downstream] = surroundings.apis;
  const isFor = ({ clientId }: KnownApi) =>
    textsOf(aud).some((each) => each === clientId || each === `api://${clientId}`);
  const audience = listOf(textsOf(aud).map((each) => nameApp(surroundings, each)));
  const version = ver === '1.0' || ver === '2.0' ? `v${ver}` : 'of no known version';
  if (iss === sub && iss !== undefined)
    return `A client assertion by which ${nameApp(surroundings, iss)} proves itself to Entra. It is for no API.`;
  if ('nonce' in header)
    return `An access token for ${audience}, with a nonce in its header: it is Microsoft Graph's own, for nobody else.`;
  if (isAppOnly(payload))
    return `An app-only access token (${version}) for ${audience}: an app speaks for itself, not for a user.`;
  if (scp === undefined)
    return `An ID token (${version}) for ${audience}: it tells the client who signed in, and is no key to any API.`;
  if (isFor(original)) return `Token A: an access token (${version}) for ${original.name}.`;
  if (isFor(downstream)) return `Token B: an access token (${version}) for ${downstream.name}.`;
  return `An access token (${version}) for another API: ${audience}.`;
}

function describeClaims(
  claims: Claims,
  surroundings: Surroundings,
  now: number,
): readonly (readonly [string, string])[] {
  const { client, authentication } = actorOf(claims);
  const proof = ['nothing (a public client)', 'a secret', 'a certificate or an assertion'][
    Number(authentication)
  ];
  const words = (claim: unknown) => listOf(textsOf(claim).map(plain));
  const cp1 = textsOf(claims.xms_cc).some(
    (capability) => String(capability).toLowerCase() === 'cp1',
  );
  const rows: readonly (readonly [string, string | undefined])[] = [
    [
      isAppOnly(claims) ? 'subject' : 'user',
      claims.oid === undefined
        ? undefined
        : `${nameUser(surroundings, claims.oid)} of ${nameTenant(surroundings, claims.tid)}`,
    ],
    [
      'app',
      client === undefined
        ? undefined
        : `${nameApp(surroundings, client)}, which proved itself by ${proof ?? plain(authentication)}`,
    ],
    ['audience', words(claims.aud)],
    ['issuer', plain(claims.iss)],
    ['scopes', claims.scp === undefined ? undefined : listOf(plain(claims.scp).split(' '))],
    ['roles', claims.roles === undefined ? undefined : words(claims.roles)],
    [
      'contexts',
      claims.acrs === undefined
        ? undefined
        : `${words(claims.acrs)} (authentication contexts that the user has satisfied)`,
    ],
    ['issued', describeTime(claims.iat, now)],
    ['ends', describeTime(claims.exp, now)],
    [
      'can',
      claims.scp === undefined
        ? undefined
        : `${cp1 ? 'take' : 'not take'} claims challenges (xms_cc ${cp1 ? 'has' : 'lacks'} cp1)`,
    ],
  ];
  return rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
}

function describeVerdict(
  looked: LookedAt,
  provenance: Provenance,
  api: KnownApi,
  surroundings: Surroundings,
): readonly string[] {
  const { payload = {} } = looked;
  const failed = judgeToken(looked, provenance, api, surroundings.now() / 1_000);
  const [first] = failed;
  const missing = api.scopes.filter((scope) => !String(payload.scp).split(' ').includes(scope));
  if (first === undefined) {
    const unproven = provenance.signature.startsWith('good') ? '' : ', if its signature is good';
    const less =
      missing.length > 0
        ? [`  Not with it (403 insufficient_scope): what needs ${listOf(missing)}.`]
        : [];
    return [`${api.name} accepts it${unproven}.`, ...less];
  }
  const code = codeOf(first, payload);
  const refusal = `${api.name} refuses it: ${problems[code].status} ${code}.`;
  const meantForOther =
    failed.includes('audience') &&
    surroundings.apis.some((other) => other !== api && isMeantFor(payload, other));
  if (meantForOther)
    return [
      `${refusal} So it must be: each API takes its own tokens only, A at Original, B at Downstream.`,
      ...failed.map((name) => `  - ${name}: ${wordsOfCheck(name)?.cause}`),
    ];
  return [refusal, ...failed.flatMap((name) => describeFault(name, api.clientId))];
}

const isMeantFor = ({ aud }: Claims, { clientId }: KnownApi) =>
  aud === clientId || aud === `api://${clientId}`;

function codeOf(check: string, payload: Claims): ApiErrorCode {
  if (check === 'calling-app' || check === 'confidential-client') return 'caller_not_allowed';
  if (check === 'scope' || (check === 'kind' && isAppOnly(payload))) return 'insufficient_scope';
  return 'invalid_token';
}

function describeFault(name: string, clientId = '<the API>'): readonly string[] {
  const words = wordsOfCheck(name);
  return words
    ? [`  - ${name}: ${words.cause}`, `    Fix: ${words.fix.replace('<this API>', clientId)}`]
    : [`  - ${name}`];
}
