import { randomUUID } from 'node:crypto';
import {
  type Api,
  type ClaimsRow,
  type CreateCases,
  claimsCases,
  swapLetterCase,
  tokenCases,
} from './case.ts';
import { v1Claims } from './valid-requests.ts';

/** The tenant of personal Microsoft accounts. */
const consumerTenantId = '9188040d-6c67-4c5b-b112-36a304b66dad';

/** Microsoft's own resources, for which a client may have a token. */
const microsoftResources = [
  '00000003-0000-0000-c000-000000000000',
  'https://graph.microsoft.com',
  'https://vault.azure.net',
  'cfa8b339-82a2-471a-a3c9-0fc0be7a4093',
  'https://management.azure.com/',
  'https://management.core.windows.net/',
  'https://storage.azure.com',
];

/** Tokens of another issuer or tenant, or for another audience. */
export const issuerAndAudience: CreateCases = (api) => [
  ...claimsCases(api, [
    ...tenantRows(api),
    ...issuerRows(api),
    ...versionRows(),
    ...audienceRows(api),
    ...v1Rows(api),
    ['aud of the calling app', { aud: api.decoded.claims.azp }],
  ]),
  ...otherTokenCases(api),
];

/** The claims of the valid token that the rows change. */
function readClaims({ decoded }: Api) {
  const { iss, tid, aud } = decoded.claims;
  return { iss: String(iss), tid: String(tid), aud: String(aud) };
}

function tenantRows(api: Api): readonly ClaimsRow[] {
  const { iss, tid } = readClaims(api);
  const otherTenantId = randomUUID();
  const issuerOf = (tenant: string) => iss.replace(tid, tenant);
  const rows: ClaimsRow[] = [
    ['another tenant', { tid: otherTenantId, iss: issuerOf(otherTenantId) }],
    ['another tenant only in tid', { tid: otherTenantId }],
    ['another tenant only in iss', { iss: issuerOf(otherTenantId) }],
    ['the consumer tenant', { tid: consumerTenantId, iss: issuerOf(consumerTenantId) }],
    ['the consumer tenant only in iss', { iss: issuerOf(consumerTenantId) }],
  ];
  for (const name of ['{tenantid}', '{tenant}', 'common', 'organizations', 'consumers']) {
    rows.push(
      [`iss with ${name}`, { iss: issuerOf(name) }],
      [`iss and tid with ${name}`, { iss: issuerOf(name), tid: name }],
    );
  }
  rows.push(
    ['tid missing', { tid: undefined }],
    ['tid an array', { tid: [tid] }],
    ['tid in another case', { tid: swapLetterCase(tid) }],
  );
  return rows;
}

function issuerRows(api: Api): readonly ClaimsRow[] {
  const { iss, tid } = readClaims(api);
  const { origin, protocol, host } = new URL(iss);
  const withOtherSlash = iss.endsWith('/') ? iss.slice(0, -1) : `${iss}/`;
  const ofOtherVersion = iss.endsWith('/v2.0') ? iss.replace(/v2\.0$/, '') : `${iss}v2.0`;
  const otherOrigins = [
    'https://login.microsoftonline.com',
    'https://login.microsoftonline.us',
    'https://login.partner.microsoftonline.cn',
    'https://sts.windows.net',
    'https://login.windows.net',
    'https://attacker.example',
    `${origin}.attacker.example`,
    `${protocol}//${host}@attacker.example`,
  ].filter((other) => other !== origin);
  return [
    ['iss with a slash added or removed', { iss: withOtherSlash }],
    ['iss of the other version', { iss: ofOtherVersion }],
    ['iss in another case', { iss: swapLetterCase(iss) }],
    ['iss with a trailing space', { iss: `${iss} ` }],
    ['iss with a query', { iss: `${iss}?x` }],
    ['iss with the tenant twice', { iss: `${iss}/${tid}/v2.0` }],
    ...otherOrigins.map((other): ClaimsRow => [`iss at ${other}`, { iss: `${other}/${tid}/v2.0` }]),
    ['iss missing', { iss: undefined }],
    ['iss null', { iss: null }],
    ['iss an array', { iss: [iss] }],
    ['iss an object', { iss: { iss } }],
  ];
}

function versionRows(): readonly ClaimsRow[] {
  const invalidVersions: readonly unknown[] = [undefined, '3.0', '2', 2, '1.0', ['2.0']];
  return invalidVersions.map((ver) => [`ver ${JSON.stringify(ver)}`, { ver }]);
}

function audienceRows(api: Api): readonly ClaimsRow[] {
  const { aud } = readClaims(api);
  const otherAudience = randomUUID();
  const invalidValues: readonly unknown[] = [null, true, 0, ''];
  return [
    ...microsoftResources.map((resource): ClaimsRow => [`aud ${resource}`, { aud: resource }]),
    ['aud as a URI in a v2 token', { aud: `api://${aud}` }],
    ['aud without its last character', { aud: aud.slice(0, -1) }],
    ['aud with an additional character', { aud: `${aud}0` }],
    ['aud with a trailing slash', { aud: `${aud}/` }],
    ['aud in another case', { aud: swapLetterCase(aud) }],
    ['aud a string with two audiences, separated by a space', { aud: `${aud} ${otherAudience}` }],
    ['aud a string with two audiences, separated by a comma', { aud: `${aud},${otherAudience}` }],
    ['aud an array with another audience last', { aud: [aud, otherAudience] }],
    ['aud an array with another audience first', { aud: [otherAudience, aud] }],
    ['aud an array with the audience twice', { aud: [aud, aud] }],
    ['aud a nested array', { aud: [[aud]] }],
    ['aud an empty array', { aud: [] }],
    ['aud an object', { aud: { [aud]: aud } }],
    ['aud missing', { aud: undefined }],
    ...invalidValues.map((value): ClaimsRow => [`aud ${JSON.stringify(value)}`, { aud: value }]),
  ];
}

function v1Rows(api: Api): readonly ClaimsRow[] {
  const { iss, aud } = readClaims(api);
  const { azp, azpacr } = api.decoded.claims;
  const v1 = v1Claims(api);
  return [
    ['a v1 token without the trailing slash of iss', { ...v1, iss: String(v1.iss).slice(0, -1) }],
    ['a v1 token with the issuer of v2', { ...v1, iss }],
    ['a v1 token for another API', { ...v1, aud: `api://${randomUUID()}` }],
    ['a v1 token with a scope in aud', { ...v1, aud: `api://${aud}/Documents.Read` }],
    ['a v1 token with the scheme of aud in upper case', { ...v1, aud: `API://${aud}` }],
    [
      'a v1 token with the claims azp and azpacr of v2',
      { ...v1, appid: undefined, appidacr: undefined, azp, azpacr },
    ],
  ];
}

/** Tokens that Entra itself issued, for another API or to a user of another tenant. */
function otherTokenCases(api: Api) {
  const { emulators } = api;
  if (!emulators) return [];
  return tokenCases(api, [
    [
      api.kind === 'original' ? 'token B at Original API' : 'token A at Downstream API',
      () => emulators.getTokenForOtherApi(),
    ],
    ['a user of another tenant of the same Entra', () => emulators.getToken('olga')],
  ]);
}
