import { randomUUID } from 'node:crypto';
import { claimCases, type Group, tokenCases } from './case.ts';
import { version1 } from './must-stay-200.ts';

const home = (iss: string) => new URL(iss);
const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad';

/** Tokens of somebody else's, or for somebody else. */
export const issuerAndAudience: Group = (api) => {
  const { claims } = api.good;
  const [iss, tid, aud] = [claims.iss, claims.tid, claims.aud].map(String) as [
    string,
    string,
    string,
  ];
  const other = randomUUID();
  const cased = (text: string) =>
    text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
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
      [
        'iss of the other version',
        { iss: iss.endsWith('/v2.0') ? iss.replace(/v2\.0$/, '') : `${iss}v2.0` },
      ],
      ['iss in another case', { iss: cased(iss) }],
      ['iss with a blank', { iss: `${iss} ` }],
      ['iss with a query', { iss: `${iss}?x` }],
      ['iss with the tenant twice', { iss: `${iss}/${tid}/v2.0` }],
      ...hosts
        .filter((host) => host !== home(iss).origin)
        .map((host): readonly [string, { iss: string }] => [
          `iss at ${host}`,
          { iss: `${host}/${tid}/v2.0` },
        ]),
      ['iss missing', { iss: undefined }],
      ['iss null', { iss: null }],
      ['iss a list', { iss: [iss] }],
      ['iss an object', { iss: { iss } }],
      ...[undefined, '3.0', '2', 2, '1.0', ['2.0']].map(
        (ver) => [`ver ${JSON.stringify(ver)}`, { ver }] as const,
      ),
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
      ['aud in another case', { aud: cased(aud) }],
      ['aud as a list in a text', { aud: `${aud} ${other}` }],
      ['aud as a list with commas', { aud: `${aud},${other}` }],
      ['aud and another', { aud: [aud, other] }],
      ['another and aud', { aud: [other, aud] }],
      ['aud twice', { aud: [aud, aud] }],
      ['aud in a list in a list', { aud: [[aud]] }],
      ['aud an empty list', { aud: [] }],
      ['aud an object', { aud: { [aud]: aud } }],
      ['aud missing', { aud: undefined }],
      ...[null, true, 0, ''].map(
        (audience) => [`aud ${JSON.stringify(audience)}`, { aud: audience }] as const,
      ),
      [
        'a v1 token without the slash of its issuer',
        { ...version1(api), iss: String(version1(api).iss).slice(0, -1) },
      ],
      ['a v1 token with the issuer of v2', { ...version1(api), iss }],
      ['a v1 token for another API', { ...version1(api), aud: `api://${other}` }],
      [
        'a v1 token for a part of this API',
        { ...version1(api), aud: `api://${aud}/Documents.Read` },
      ],
      [
        'a v1 token whose audience is a text in another case',
        { ...version1(api), aud: `API://${aud}` },
      ],
      [
        'a v1 token that names its app as v2 does',
        {
          ...version1(api),
          appid: undefined,
          appidacr: undefined,
          azp: claims.azp,
          azpacr: claims.azpacr,
        },
      ],
      ['aud of the calling app', { aud: claims.azp }],
    ]),
    ...(api.emulators
      ? tokenCases(api, 'Issuer and audience', [
          [
            api.kind === 'original' ? 'token B at Original' : 'token A at Downstream',
            api.emulators.foreign,
          ],
          ['a user of another tenant of the same Entra', () => api.emulators?.token('olga') ?? ''],
        ])
      : []),
  ];
};
