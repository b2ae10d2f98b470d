import { expect } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { bicepCli, type Mutation } from './bicep.ts';
import { mutateEach } from './mutate.ts';
import type { Snapshots, Tree } from './snapshot.ts';

const bicepTest = needs('bicep', bicepCli !== undefined);

/**
 * What somebody who knows nothing of this project would look for in anything that is deployed. Application Insights' connection string is an
 * address: the component takes telemetry from identities alone (a fact of the table), so nothing can be done with it.
 */
const forbidden: Readonly<Record<string, (path: string, value: unknown) => boolean>> = {
  'a key or connection string': (path, value) =>
    /AccountKey=|SharedAccessSignature|sig=|DefaultEndpointsProtocol|listKeys\(|instrumentationKey/i.test(
      String(value),
    ) ||
    (/connectionstring/i.test(path) &&
      !/APPLICATIONINSIGHTS_CONNECTION_STRING$/.test(path) &&
      value !== ''),
  'a secret': (path, value) =>
    /(password|secret(Text|s)?|clientsecret)$/i.test(path) && typeof value === 'string',
  'a password credential': (path) => /passwordCredentials/i.test(path),
  'an application permission': (path, value) =>
    /resourceAccess\.\d+\.type$/.test(path) && value === 'Role',
  'a role for applications': (path, value) =>
    /allowedMemberTypes/.test(path) && value === 'Application',
  'a wildcard origin': (path, value) => /origins/i.test(path) && String(value).includes('*'),
  'plain http': (path, value) => /^\[?'?http:\/\//.test(String(value)) && !/\$schema/.test(path),
  'a public container': (path, value) => /publicAccess$/.test(path) && value !== 'None',
  'old TLS': (path, value) =>
    /tls/i.test(path) &&
    /version/i.test(path) &&
    !['1.2', '1.3', 'TLS1_2', 'TLS1_3'].includes(String(value)),
  'basic publishing': (path, value) =>
    /basicPublishingCredentialsPolicies.*allow$/.test(path) && value !== false,
};

/** Each thing found, with where it was. */
function lookForTrouble(snapshots: Snapshots): readonly string[] {
  const found: string[] = [];
  const walk = (path: string, value: unknown): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value as Tree)) walk(`${path}.${name}`, inner);
    } else {
      for (const [what, is] of Object.entries(forbidden))
        if (is(path, value)) found.push(`${what}: ${path}`);
    }
  };
  for (const snapshot of Object.values(snapshots))
    for (const resource of snapshot.resources) walk(resource.type, resource);
  return found;
}

const planted: readonly (Mutation & { readonly what: string })[] = [
  {
    what: 'a key or connection string',
    file: 'function-app.bicep',
    from: "AzureWebJobsDisableHomepage: 'true'",
    to: "AzureWebJobsStorage: 'DefaultEndpointsProtocol=https;AccountKey=x'",
  },
  {
    what: 'a secret',
    file: 'function-app.bicep',
    from: "AzureWebJobsDisableHomepage: 'true'",
    to: "CLIENT_SECRET: 'x'",
  },
  {
    what: 'a password credential',
    file: 'entra/client-app.bicep',
    from: 'spa: {',
    to: "passwordCredentials: [{ displayName: 'x' }], spa: {",
  },
  {
    what: 'an application permission',
    file: 'entra/original-api.bicep',
    from: 'optionalClaims: {',
    to: "requiredResourceAccess: [{ resourceAppId: name, resourceAccess: [{ id: name, type: 'Role' }] }], optionalClaims: {",
  },
  {
    what: 'a role for applications',
    file: 'entra/downstream-api.bicep',
    from: "allowedMemberTypes: ['User']",
    to: "allowedMemberTypes: ['Application']",
  },
  {
    what: 'a wildcard origin',
    file: 'function-app.bicep',
    from: 'allowedOrigins: []',
    to: "allowedOrigins: ['*']",
  },
  {
    what: 'plain http',
    file: 'main.bicep',
    from: "downstreamUrl = 'https:",
    to: "downstreamUrl = 'http:",
  },
  {
    what: 'a public container',
    file: 'storage-account.bicep',
    from: "publicAccess: 'None'",
    to: "publicAccess: 'Container'",
  },
  {
    what: 'old TLS',
    file: 'function-app.bicep',
    from: "scmMinTlsVersion: '1.2'",
    to: "scmMinTlsVersion: '1.1'",
  },
  {
    what: 'basic publishing',
    file: 'function-app.bicep',
    from: "name: 'scm', properties: { allow: false }",
    to: "name: 'scm', properties: { allow: true }",
  },
];

bicepTest(
  'a stranger finds no secret, key, open origin, public blob, old TLS, password or application permission anywhere, and would find a planted one',
  async () => {
    const unchanged: Mutation = {
      file: 'main.bicep',
      from: "targetScope = 'subscription'",
      to: "targetScope = 'subscription'",
    };
    const [clean, ...found] = await mutateEach([unchanged, ...planted], lookForTrouble);
    expect(clean).toEqual([]);
    expect(found.map((list) => [...new Set(list.map((line) => line.split(':')[0]))])).toEqual(
      planted.map(({ what }) => [what]),
    );
  },
  600_000,
);
