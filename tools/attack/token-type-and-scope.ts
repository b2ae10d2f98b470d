import { randomUUID } from 'node:crypto';
import {
  type Api,
  type Case,
  type ClaimsRow,
  type CreateCases,
  claimsCases,
  swapLetterCase,
  tokenCases,
} from './case.ts';
import { base64url } from './forge.ts';

const insufficientScope = '403 insufficient_scope';
const callerNotAllowed = '403 caller_not_allowed';

/** Values of `scp` that resemble the required scope. */
const similarScopes = [
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
];

/** Tokens of another type, without the scope, of another app, or without a user. */
export const tokenTypeAndScope: CreateCases = (api) => [
  ...otherTypeCases(api),
  ...claimsCases(api, [
    ...tokenTypeRows,
    ...scopeRows(api),
    ...callingAppRows(api),
    ...userRows(api),
  ]),
];

function otherTypeCases(api: Api): readonly Case[] {
  const refreshToken = `1.${base64url(Buffer.alloc(24, 5))}.${base64url(Buffer.alloc(700, 9))}`;
  const saml = '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>';
  const cases = tokenCases(api, [
    ['a refresh token', () => refreshToken],
    ['an opaque token', () => 'EwBAA8l6BAAU5t38Tg'],
    ['a SAML assertion', () => base64url(saml)],
  ]);
  const { emulators } = api;
  if (!emulators) return cases;
  return [
    ...cases,
    ...tokenCases(api, [
      ['an ID token', () => emulators.getIdToken('alice')],
      ['an app-only token', () => emulators.getToken(undefined, { app: true }), insufficientScope],
      [
        'a token of an app that is not allowed',
        () => emulators.getToken('alice', { client: 'other-app' }),
        callerNotAllowed,
      ],
    ]),
  ];
}

const tokenTypeRows: readonly ClaimsRow[] = [
  ['an ID token for this API', { scp: undefined, azp: undefined, azpacr: undefined, nonce: 'x' }],
  ['an ID token with the calling app', { scp: undefined, nonce: 'x' }],
  [
    'an app-only token without idtyp',
    { scp: undefined, idtyp: undefined, roles: ['Documents.Read'] },
    insufficientScope,
  ],
  ['an app-only token with scopes', { idtyp: 'app' }, insufficientScope],
  ['neither scp nor roles', { scp: undefined, roles: undefined }],
  ['idtyp in another case', { idtyp: 'User' }],
  ['idtyp of a device', { idtyp: 'device' }],
  ['idtyp an array', { idtyp: ['user'] }],
];

function scopeRows({ decoded }: Api): readonly ClaimsRow[] {
  const scopeUri = `api://${decoded.claims.aud}/Documents.Read`;
  return [
    ['scp without the scope', { scp: 'Profile.Read' }, insufficientScope],
    ['scp with only the write scope', { scp: 'Documents.ReadWrite' }, insufficientScope],
    ...[...similarScopes, scopeUri].map(
      (scp): ClaimsRow => [`scp ${JSON.stringify(scp)}`, { scp }, insufficientScope],
    ),
    ['scp an array', { scp: ['Documents.Read'] }],
    ['scp empty', { scp: '' }],
    ['scp a number', { scp: 1 }],
    ['scp null', { scp: null }],
    ['the scope as a role', { scp: 'Profile.Read', roles: ['Documents.Read'] }, insufficientScope],
    ['roles an object', { roles: { value: 'Profiles.Manage' } }],
  ];
}

function callingAppRows({ kind, decoded }: Api): readonly ClaimsRow[] {
  const azp = String(decoded.claims.azp);
  const { azpacr } = decoded.claims;
  const rows: ClaimsRow[] = [
    ['azp of an app that is not allowed', { azp: randomUUID() }, callerNotAllowed],
    ['azp in another case', { azp: swapLetterCase(azp) }, callerNotAllowed],
    ['azp missing', { azp: undefined }],
    ['azp an array', { azp: [azp] }],
    ['azp not a GUID', { azp: 'client-app' }],
    [
      'the calling app only in appid',
      { azp: undefined, azpacr: undefined, appid: azp, appidacr: azpacr },
    ],
    ['azpacr missing', { azpacr: undefined }],
    ['azpacr unknown', { azpacr: '3' }],
    ['azpacr a number', { azpacr: 2 }],
  ];
  if (kind === 'downstream')
    rows.push(['azpacr of a public client', { azpacr: '0' }, callerNotAllowed]);
  return rows;
}

function userRows({ decoded }: Api): readonly ClaimsRow[] {
  const { oid } = decoded.claims;
  return [
    ['oid missing', { oid: undefined }],
    ['oid not a GUID', { oid: 'alice' }],
    ['oid null', { oid: null }],
    ['oid an array', { oid: [oid] }],
    ['oid with a trailing space', { oid: `${oid} ` }],
    ['oid with a path', { oid: `${oid}/../x` }],
    ['sub missing', { sub: undefined }],
  ];
}
