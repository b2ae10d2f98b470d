import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { Ajv, type AnySchemaObject } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const schemas = join(root, '..', 'shared', 'tools', 'schemas');
const schemaTest = (name: string, body: () => Promise<void>) =>
  existsSync(schemas)
    ? test(name, body)
    : test.skip(`${name} [the schemas are not beside the repository]`, body);
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

/**
 * What a schema says against a document. Draft 4 is read as draft 7, whose differences these schemas do not use; what azd's schema refers to
 * elsewhere (extensions that we do not use) is not looked at.
 */
async function complaints(schema: string, document: unknown): Promise<readonly string[]> {
  const {
    $schema = '',
    id: _id,
    ...rest
  } = JSON.parse(read(schemas, schema)) as { $schema?: string; id?: string };
  const options = {
    strict: false,
    allErrors: true,
    logger: false,
    loadSchema: async () => ({}),
  } as const;
  const ajv = $schema.includes('2019-09') ? new Ajv2019(options) : new Ajv(options);
  formats.default(ajv);
  const validate = await ajv.compileAsync(rest as AnySchemaObject);
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const azure = () =>
  parse(read(root, 'azure.yaml')) as {
    services: Record<string, Record<string, unknown>>;
    hooks: Record<string, unknown>;
  };

schemaTest('azure.yaml is what azd expects, and a wrong one would be noticed', async () => {
  expect(await complaints('azure.yaml.json', azure())).toEqual([]);
  expect(
    await complaints('azure.yaml.json', { ...azure(), hooks: { afterprovision: {} } }),
  ).not.toEqual([]);
  expect(await complaints('azure.yaml.json', { ...azure(), name: 'Zero Trust' })).not.toEqual([]);
});

schemaTest(
  'host.json is what the functions host expects, and a wrong one would be noticed',
  async () => {
    const host = JSON.parse(read(root, 'host.json')) as object;
    expect(await complaints('host.json', host)).toEqual([]);
    expect(await complaints('host.json', { ...host, version: 2 })).not.toEqual([]);
  },
);

schemaTest(
  'local.settings.example.json is what Core Tools expect, and a wrong one would be noticed',
  async () => {
    const settings = JSON.parse(read(root, 'local.settings.example.json')) as object;
    expect(await complaints('local.settings.json', settings)).toEqual([]);
    expect(await complaints('local.settings.json', { ...settings, IsEncrypted: 'no' })).not.toEqual(
      [],
    );
  },
);

schemaTest('every workflow is what GitHub expects, and a wrong one would be noticed', async () => {
  const folder = join(root, '.github', 'workflows');
  for (const file of readdirSync(folder)) {
    const workflow = parse(read(folder, file)) as object;
    expect([file, await complaints('github-workflow.json', workflow)]).toEqual([file, []]);
    expect(
      await complaints('github-workflow.json', { ...workflow, jobs: { 'a b': {} } }),
    ).not.toEqual([]);
  }
});

test('every action is pinned by its commit, and no workflow names a secret', () => {
  const folder = join(root, '.github', 'workflows');
  for (const file of readdirSync(folder)) {
    const text = read(folder, file);
    for (const [, action = ''] of text.matchAll(/uses: (\S+)/g))
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    expect(text).not.toMatch(/\$\{\{ *secrets\./);
  }
});

test('no workflow may do more than read, but the one job that signs in to Azure', () => {
  const folder = join(root, '.github', 'workflows');
  const granted = readdirSync(folder).flatMap((file) => {
    const { permissions, jobs } = parse(read(folder, file)) as {
      permissions: object;
      jobs: Record<string, { permissions?: object }>;
    };
    return [
      [file, permissions],
      ...Object.entries(jobs).map(([name, job]) => [name, job.permissions]),
    ];
  });
  expect(granted).toEqual([
    ['azure-dev.yml', { contents: 'read' }],
    ['deploy', { contents: 'read', 'id-token': 'write' }],
    ['ci.yml', { contents: 'read' }],
    ['check', undefined],
  ]);
});

test('a pipeline deploys what was chosen by hand: every choice of main.parameters.json is one of its variables', () => {
  const chosen = [...read(root, 'infra', 'main.parameters.json').matchAll(/"\$\{(\w+)=/g)]
    .map(([, name = '']) => name)
    .sort();
  const { pipeline } = parse(read(root, 'azure.yaml')) as {
    pipeline: { variables: readonly string[] };
  };
  expect(pipeline.variables).toEqual(chosen);
  const { env } = (
    parse(read(root, '.github', 'workflows', 'azure-dev.yml')) as {
      jobs: { deploy: { env: Record<string, string> } };
    }
  ).jobs.deploy;
  for (const name of [...chosen, 'AZURE_ENV_NAME', 'AZURE_LOCATION'])
    expect(env[name]).toBe(`\${{ vars.${name} }}`);
});

test('azd finds what azure.yaml names: folders that build, Bicep, hooks', () => {
  const { services, hooks } = azure();
  expect(Object.keys(services).sort()).toEqual(['client-app', 'downstream-api', 'original-api']);
  for (const { project, dist } of Object.values(services)) {
    expect(dist).toBe('dist');
    expect(
      (JSON.parse(read(root, String(project), 'package.json')) as { scripts: object }).scripts,
    ).toHaveProperty('build');
    expect(existsSync(join(root, String(project), '.funcignore'))).toBe(false);
  }
  const commands = [
    ...JSON.stringify({ services, hooks }).matchAll(/bootstrap\.js (infra\/hooks\/[\w-]+\.ts)/g),
  ].map(([, file = '']) => file);
  expect(commands).toHaveLength(8);
  for (const file of commands) expect(existsSync(join(root, file))).toBe(true);
  expect(existsSync(join(root, 'infra', 'main.bicepparam'))).toBe(false);
});

test('what azd fills in are parameters of main.bicep, all of them', () => {
  const { parameters } = JSON.parse(read(root, 'infra', 'main.parameters.json')) as {
    parameters: object;
  };
  const declared = [...read(root, 'infra', 'main.bicep').matchAll(/^param (\w+)/gm)].map(
    ([, name]) => name,
  );
  expect(Object.keys(parameters).sort()).toEqual(declared.sort());
});
