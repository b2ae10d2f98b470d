import { randomUUID } from 'node:crypto';
import { claimCases, type Group, tokenCases } from './case.ts';
import { base64url } from './forge.ts';

const seconds = () => Date.now() / 1_000;
const hour = 3_600;
const notTimes: unknown[] = [null, true, '', [], {}, 'tomorrow'];

/** Tokens that are over, not yet begun, or whose times are none. */
export const time: Group = (api) => {
  const past = () => ({ iat: Math.floor(seconds()) - hour, nbf: Math.floor(seconds()) - hour });
  const { claims } = api.good;
  const text = (changes: object, raw: string) => JSON.stringify({ ...claims, ...changes }).replace('"raw"', raw);
  return claimCases(api, 'Time', [
    ['exp 61 s ago', () => ({ ...past(), exp: seconds() - 61 })],
    ['exp an hour ago', () => ({ ...past(), exp: Math.floor(seconds()) - hour + 1 })],
    ['exp missing', { exp: undefined }],
    ['exp 0', { exp: 0 }],
    ['all times 0', { exp: 0, nbf: 0, iat: 0 }],
    ['exp negative', { exp: -1 }],
    ['exp a text', { exp: String(claims.exp) }],
    ['exp a list of a number', { exp: [claims.exp] }],
    ...notTimes
      .map((exp): [string, object] => [`exp ${JSON.stringify(exp)}`, { exp }])
      .map(([name, change]) => [name, { ...change }] as const),
    ['exp 1e999', text({ exp: 'raw' }, '1e999')],
    ['exp in milliseconds', { exp: Number(claims.exp) * 1_000 }],
    ['a life of 49 h', () => ({ exp: Math.floor(seconds()) + 49 * hour })],
    ['nbf 61 s ahead', () => ({ nbf: seconds() + 61 })],
    ['nbf missing', { nbf: undefined }],
    ['nbf a text', { nbf: String(claims.nbf) }],
    ['nbf null', { nbf: null }],
    ['nbf -1e999', text({ nbf: 'raw' }, '-1e999')],
    ['nbf long ago, so that the token lives for years', { nbf: 0 }],
    ['iat 61 s ahead', () => ({ iat: seconds() + 61 })],
    ['iat missing', { iat: undefined }],
    ['iat a text', { iat: String(claims.iat) }],
    ['iat an object', { iat: {} }],
    ['iat long ago, so that the token lives for years', { iat: 0 }],
  ]);
};

const home = (iss: string) => new URL(iss);
const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad';

/** Tokens of somebody else's, or for somebody else. */
export const issuerAndAudience: Group = (api) => {
  const { claims } = api.good;
  const [iss, tid, aud] = [claims.iss, claims.tid, claims.aud].map(String) as [string, string, string];
  const other = randomUUID();
  const cased = (text: string) => (text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase());
  const slash = iss.endsWith('/') ? iss.slice(0, -1) : `${iss}/`;
  const hosts = [
    'https://login.microsoftonline.com',
    'https://login.microsoftonline.us',
    'https://login.partner.microsoftonline.cn',
    'https://sts.windows.net',
    'https://login.windows.net',
    'https://attacker.example',
    `${home(iss).origin}.attacker.example`,
    `${home(iss).protocol}//${home(iss).host}@attacker.example`,
  ];
  return [
    ...claimCases(api, 'Issuer and audience', [
      ['another tenant', { tid: other, iss: iss.replace(tid, other) }],
      ['another tenant in tid alone', { tid: other }],
      ['another tenant in iss alone', { iss: iss.replace(tid, other) }],
      ['the consumer tenant', { tid: consumers, iss: iss.replace(tid, consumers) }],
      ['the consumer tenant in iss alone', { iss: iss.replace(tid, consumers) }],
      ...['{tenantid}', '{tenant}', 'common', 'organizations', 'consumers']
        .flatMap((name): [string, object][] => [
          [`iss of ${name}`, { iss: iss.replace(tid, name) }],
          [`iss and tid of ${name}`, { iss: iss.replace(tid, name), tid: name }],
        ])
        .map(([name, change]) => [name, { ...change }] as const),
      ['tid missing', { tid: undefined }],
      ['tid a list', { tid: [tid] }],
      ['tid in another case', { tid: cased(tid) }],
      ['iss with a slash added or removed', { iss: slash }],
      ['iss of the other version', { iss: iss.endsWith('/v2.0') ? iss.replace(/v2\.0$/, '') : `${iss}v2.0` }],
      ['iss in another case', { iss: cased(iss) }],
      ['iss with a blank', { iss: `${iss} ` }],
      ['iss with a query', { iss: `${iss}?x` }],
      ['iss with the tenant twice', { iss: `${iss}/${tid}/v2.0` }],
      ...hosts
        .filter((host) => host !== home(iss).origin)
        .map((host): readonly [string, { iss: string }] => [`iss at ${host}`, { iss: `${host}/${tid}/v2.0` }]),
      ['iss missing', { iss: undefined }],
      ['iss null', { iss: null }],
      ['iss a list', { iss: [iss] }],
      ['iss an object', { iss: { iss } }],
      ...[undefined, '3.0', '2', 2, '1.0', ['2.0']].map((ver) => [`ver ${JSON.stringify(ver)}`, { ver }] as const),
      ...[
        '00000003-0000-0000-c000-000000000000',
        'https://graph.microsoft.com',
        'https://vault.azure.net',
        'cfa8b339-82a2-471a-a3c9-0fc0be7a4093',
        'https://management.azure.com/',
        'https://management.core.windows.net/',
        'https://storage.azure.com',
      ].map((audience) => [`aud ${audience}`, { aud: audience }] as const),
      ['aud as a URI in a v2 token', { aud: `api://${aud}` }],
      ['aud cut short', { aud: aud.slice(0, -1) }],
      ['aud with more behind it', { aud: `${aud}0` }],
      ['aud with a slash behind it', { aud: `${aud}/` }],
      ['aud in upper case', { aud: 'ABCDEF'.includes(aud) ? aud : aud.toUpperCase() === aud ? `${aud}X` : aud.toUpperCase() }],
      ['aud as a list in a text', { aud: `${aud} ${other}` }],
      ['aud as a list with commas', { aud: `${aud},${other}` }],
      ['aud and another', { aud: [aud, other] }],
      ['another and aud', { aud: [other, aud] }],
      ['aud twice', { aud: [aud, aud] }],
      ['aud in a list in a list', { aud: [[aud]] }],
      ['aud an empty list', { aud: [] }],
      ['aud an object', { aud: { [aud]: aud } }],
      ['aud missing', { aud: undefined }],
      ...[null, true, 0, ''].map((audience) => [`aud ${JSON.stringify(audience)}`, { aud: audience }] as const),
      ['aud of the calling app', { aud: claims.azp }],
    ]),
    ...(api.stand
      ? tokenCases(api, 'Issuer and audience', [
          [api.kind === 'original' ? 'token B at Original' : 'token A at Downstream', api.stand.foreign],
          ['a user of another tenant of the same Entra', () => api.stand?.token('olga') ?? ''],
        ])
      : []),
  ];
};

const noScope = '403 insufficient_scope';
const notAllowed = '403 caller_not_allowed';

/** Tokens of another kind, without the scope, of another app, or about nobody. */
export const kindAndScope: Group = (api) => {
  const group = 'Kind and scope';
  const { claims } = api.good;
  const azp = String(claims.azp);
  const { stand } = api;
  return [
    ...tokenCases(api, group, [
      ['a refresh token', () => `1.${base64url(Buffer.alloc(24, 5))}.${base64url(Buffer.alloc(700, 9))}`],
      ['an opaque token', () => 'EwBAA8l6BAAU5t38Tg'],
      ['a SAML assertion', () => base64url('<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>')],
    ]),
    ...(stand
      ? tokenCases(api, group, [
          ['an ID token', () => stand.idToken('alice')],
          ['an app-only token', () => stand.token(undefined, { app: true }), noScope],
          ['an app that is not on the list', () => stand.token('alice', { client: 'other-app' }), notAllowed],
        ])
      : []),
    ...claimCases(api, group, [
      ['an ID token for this API', { scp: undefined, azp: undefined, azpacr: undefined, nonce: 'x' }],
      ['an ID token that names the calling app', { scp: undefined, nonce: 'x' }],
      ['app-only that does not say so', { scp: undefined, idtyp: undefined, roles: ['Documents.Read'] }, noScope],
      ['app-only with scopes', { idtyp: 'app' }, noScope],
      ['neither scp nor roles', { scp: undefined, roles: undefined }],
      ['idtyp in another case', { idtyp: 'User' }],
      ['idtyp of a device', { idtyp: 'device' }],
      ['idtyp a list', { idtyp: ['user'] }],
      ['scope absent', { scp: 'Profile.Read' }, noScope],
      ['scope that is more, and so not this one', { scp: 'Documents.ReadWrite' }, noScope],
      ...[
        'Documents.ReadX',
        'XDocuments.Read',
        'Documents.Rea',
        'Documents.',
        'Documents',
        'Documents.*',
        '*',
        '.default',
        'documents.read',
        'DOCUMENTS.READ',
        'Documents.Read,Profile.Read',
        'Documents.Read\tProfile.Read',
        'Documents.Read\nProfile.Read',
        'Documents.Read;Profile.Read',
        'Documents_Read',
        'Docoments.Read',
        'Documents.Read\u200b',
        '\u0044\u043ecuments.Read',
        `api://${claims.aud}/Documents.Read`,
      ].map((scp) => [`scope ${JSON.stringify(scp)}`, { scp }, noScope] as const),
      ['scp a list', { scp: ['Documents.Read'] }],
      ['scp empty', { scp: '' }],
      ['scp a number', { scp: 1 }],
      ['scp null', { scp: null }],
      ['the scope as a role', { scp: 'Profile.Read', roles: ['Documents.Read'] }, noScope],
      ['roles a text in an object', { roles: { value: 'Profiles.Manage' } }],
      ['azp that is not on the list', { azp: randomUUID() }, notAllowed],
      ['azp in another case', { azp: azp.toUpperCase() === azp ? azp.toLowerCase() : azp.toUpperCase() }, notAllowed],
      ['azp missing', { azp: undefined }],
      ['azp a list', { azp: [azp] }],
      ['azp no GUID', { azp: 'client-app' }],
      ['the calling app in appid only', { azp: undefined, azpacr: undefined, appid: azp, appidacr: claims.azpacr }],
      ['azpacr missing', { azpacr: undefined }],
      ['azpacr unknown', { azpacr: '3' }],
      ['azpacr a number', { azpacr: 2 }],
      ...(api.kind === 'downstream' ? [['a calling app that proved nothing', { azpacr: '0' }, notAllowed] as const] : []),
      ['oid missing', { oid: undefined }],
      ['oid no GUID', { oid: 'alice' }],
      ['oid null', { oid: null }],
      ['oid a list', { oid: [claims.oid] }],
      ['oid with a blank', { oid: `${claims.oid} ` }],
      ['oid in a path', { oid: `${claims.oid}/../x` }],
      ['sub missing', { sub: undefined }],
    ]),
  ];
};
