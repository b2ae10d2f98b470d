import { randomUUID } from 'node:crypto';
import { claimCases, type Group, tokenCases } from './case.ts';
import { base64url } from './forge.ts';

const noScope = '403 insufficient_scope';
const notAllowed = '403 caller_not_allowed';

/** Tokens of another kind, without the scope, of another app, or about nobody. */
export const kindAndScope: Group = (api) => {
  const group = 'Kind and scope';
  const { claims } = api.good;
  const azp = String(claims.azp);
  const { emulators } = api;
  return [
    ...tokenCases(api, group, [
      [
        'a refresh token',
        () => `1.${base64url(Buffer.alloc(24, 5))}.${base64url(Buffer.alloc(700, 9))}`,
      ],
      ['an opaque token', () => 'EwBAA8l6BAAU5t38Tg'],
      [
        'a SAML assertion',
        () => base64url('<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>'),
      ],
    ]),
    ...(emulators
      ? tokenCases(api, group, [
          ['an ID token', () => emulators.idToken('alice')],
          ['an app-only token', () => emulators.token(undefined, { app: true }), noScope],
          [
            'an app that is not on the list',
            () => emulators.token('alice', { client: 'other-app' }),
            notAllowed,
          ],
        ])
      : []),
    ...claimCases(api, group, [
      [
        'an ID token for this API',
        { scp: undefined, azp: undefined, azpacr: undefined, nonce: 'x' },
      ],
      ['an ID token that names the calling app', { scp: undefined, nonce: 'x' }],
      [
        'app-only that does not say so',
        { scp: undefined, idtyp: undefined, roles: ['Documents.Read'] },
        noScope,
      ],
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
      [
        'azp in another case',
        { azp: azp.toUpperCase() === azp ? azp.toLowerCase() : azp.toUpperCase() },
        notAllowed,
      ],
      ['azp missing', { azp: undefined }],
      ['azp a list', { azp: [azp] }],
      ['azp no GUID', { azp: 'client-app' }],
      [
        'the calling app in appid only',
        { azp: undefined, azpacr: undefined, appid: azp, appidacr: claims.azpacr },
      ],
      ['azpacr missing', { azpacr: undefined }],
      ['azpacr unknown', { azpacr: '3' }],
      ['azpacr a number', { azpacr: 2 }],
      ...(api.kind === 'downstream'
        ? [['a calling app that proved nothing', { azpacr: '0' }, notAllowed] as const]
        : []),
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
