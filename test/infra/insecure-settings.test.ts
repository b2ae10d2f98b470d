import { expect, test } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { bicepCli, type Mutation, readSnapshots } from './bicep.ts';
import { mutateEach } from './mutate.ts';
import type { Snapshots, Tree } from './snapshot.ts';

const bicepTest = needs('bicep', bicepCli !== undefined);

/** Whether a value at a path of a resource is insecure. */
type Check = (path: string, value: unknown) => boolean;

const accountKey = new RegExp(
  [
    'AccountKey=',
    'SharedAccessSignature',
    'sig=',
    'DefaultEndpointsProtocol',
    'listKeys\\(',
    'instrumentationKey',
  ].join('|'),
  'i',
);

const currentTlsVersions: readonly unknown[] = ['1.2', '1.3', 'TLS1_2', 'TLS1_3'];

/** The checks for insecure values. They do not depend on the Bicep files of this repository. */
const checks: Readonly<Record<string, Check>> = {
  'a key or connection string': (path, value) =>
    accountKey.test(String(value)) || isConnectionString(path, value),
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
    /tls/i.test(path) && /version/i.test(path) && !currentTlsVersions.includes(String(value)),
  'basic publishing': (path, value) =>
    /basicPublishingCredentialsPolicies.*allow$/.test(path) && value !== false,
};

/**
 * The connection string of Application Insights is an address: the component accepts identities
 * only, which is one of the facts.
 */
function isConnectionString(path: string, value: unknown): boolean {
  if (/APPLICATIONINSIGHTS_CONNECTION_STRING$/.test(path)) return false;
  return /connectionstring/i.test(path) && value !== '';
}

/** An insecure value in a predicted deployment. */
interface Finding {
  /** A name of {@link checks}. */
  readonly check: string;
  /** The type of the resource and the path of the value in it. */
  readonly path: string;
}

/** Returns every insecure value in the predicted deployments. */
function findInsecureValues(snapshots: Snapshots): readonly Finding[] {
  const findings: Finding[] = [];
  const inspect = (path: string, value: unknown): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value as Tree))
        inspect(`${path}.${name}`, member);
      return;
    }
    for (const [check, isInsecure] of Object.entries(checks))
      if (isInsecure(path, value)) findings.push({ check, path });
  };
  for (const snapshot of Object.values(snapshots))
    for (const resource of snapshot.resources) inspect(resource.type, resource);
  return findings;
}

/** A change that makes one check fail. */
type InsecureMutation = Mutation & { readonly check: string };

const insecureMutations: readonly InsecureMutation[] = [
  {
    check: 'a key or connection string',
    file: 'function-app.bicep',
    from: "AzureWebJobsDisableHomepage: 'true'",
    to: "AzureWebJobsStorage: 'DefaultEndpointsProtocol=https;AccountKey=x'",
  },
  {
    check: 'a secret',
    file: 'function-app.bicep',
    from: "AzureWebJobsDisableHomepage: 'true'",
    to: "CLIENT_SECRET: 'x'",
  },
  {
    check: 'a password credential',
    file: 'entra/client-app.bicep',
    from: 'spa: {',
    to: "passwordCredentials: [{ displayName: 'x' }], spa: {",
  },
  {
    check: 'an application permission',
    file: 'entra/original-api.bicep',
    from: "type: 'Scope'",
    to: "type: 'Role'",
  },
  {
    check: 'a role for applications',
    file: 'entra/downstream-api.bicep',
    from: "allowedMemberTypes: ['User']",
    to: "allowedMemberTypes: ['Application']",
  },
  {
    check: 'a wildcard origin',
    file: 'function-app.bicep',
    from: 'allowedOrigins: []',
    to: "allowedOrigins: ['*']",
  },
  {
    check: 'plain http',
    file: 'main.bicep',
    from: "downstreamUrl = 'https:",
    to: "downstreamUrl = 'http:",
  },
  {
    check: 'a public container',
    file: 'storage-account.bicep',
    from: "publicAccess: 'None'",
    to: "publicAccess: 'Container'",
  },
  {
    check: 'old TLS',
    file: 'function-app.bicep',
    from: "scmMinTlsVersion: '1.2'",
    to: "scmMinTlsVersion: '1.1'",
  },
  {
    check: 'basic publishing',
    file: 'function-app.bicep',
    from: "name: 'scm', properties: { allow: false }",
    to: "name: 'scm', properties: { allow: true }",
  },
];

bicepTest(
  'no deployment contains an insecure value',
  async () => {
    expect(findInsecureValues(await readSnapshots())).toEqual([]);
  },
  240_000,
);

bicepTest(
  'every check finds the insecure value of its mutation, and no other check does',
  async () => {
    const findings = await mutateEach(insecureMutations, findInsecureValues);
    const failedChecks = findings.map((list) => [...new Set(list.map(({ check }) => check))]);
    expect(failedChecks).toEqual(insecureMutations.map(({ check }) => [check]));
  },
  600_000,
);

test('there is a mutation for every check', () => {
  expect(insecureMutations.map(({ check }) => check)).toEqual(Object.keys(checks));
});
