import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { Ajv, type AnySchemaObject } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder next to the repository with the JSON schemas. Without it, their tests are skipped. */
const schemas = join(root, '..', 'shared', 'tools', 'schemas');

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');
const readJson = (...path: string[]) => JSON.parse(read(...path)) as object;

/** The part of azure.yaml that the tests use. */
interface AzureYaml {
  readonly services: Readonly<Record<string, { readonly project: string; readonly dist: string }>>;
  readonly hooks: object;
  readonly pipeline: { readonly variables: readonly string[] };
}

/** The part of a GitHub workflow that the tests use. */
interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly permissions?: object;
  readonly env?: Readonly<Record<string, string>>;
}

const azureYaml = parse(read(root, 'azure.yaml')) as AzureYaml;
const workflowFolder = join(root, '.github', 'workflows');
const workflows = readdirSync(workflowFolder).map((file) => {
  const text = read(workflowFolder, file);
  return { file, text, workflow: parse(text) as Workflow };
});

function schemaTest(name: string, body: () => Promise<void>): void {
  if (existsSync(schemas)) test(name, body);
  else test.skip(`${name} [the folder with the schemas is missing]`, body);
}

/**
 * Validates a document and returns the errors.
 *
 * Draft 4 schemas are read as draft 7, because these schemas use nothing that differs. Schemas that
 * azd's schema refers to count as empty, because azure.yaml does not use those extensions.
 */
async function validate(schemaFile: string, document: unknown): Promise<readonly string[]> {
  const {
    $schema = '',
    id: _id,
    ...schema
  } = readJson(schemas, schemaFile) as {
    $schema?: string;
    id?: string;
  };
  const options = {
    strict: false,
    allErrors: true,
    logger: false,
    loadSchema: async () => ({}),
  } as const;
  const ajv = $schema.includes('2019-09') ? new Ajv2019(options) : new Ajv(options);
  formats.default(ajv);
  const validator = await ajv.compileAsync(schema as AnySchemaObject);
  validator(document);
  return (validator.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** A file, and changes that its schema must reject. They show that the validation works. */
interface SchemaCase {
  readonly file: string;
  readonly schema: string;
  readonly document: object;
  readonly invalidChanges: readonly object[];
}

const schemaCases: readonly SchemaCase[] = [
  {
    file: 'azure.yaml',
    schema: 'azure.yaml.json',
    document: azureYaml,
    invalidChanges: [{ hooks: { afterprovision: {} } }, { name: 'Zero Trust' }],
  },
  {
    file: 'host.json',
    schema: 'host.json',
    document: readJson(root, 'host.json'),
    invalidChanges: [{ version: 2 }],
  },
  {
    file: 'local.settings.example.json',
    schema: 'local.settings.json',
    document: readJson(root, 'local.settings.example.json'),
    invalidChanges: [{ IsEncrypted: 'no' }],
  },
  ...workflows.map(({ file, workflow }) => ({
    file,
    schema: 'github-workflow.json',
    document: workflow,
    invalidChanges: [{ jobs: { 'a b': {} } }],
  })),
];

describe.each(schemaCases)('$file', ({ schema, document, invalidChanges }) => {
  schemaTest('matches its schema', async () => {
    expect(await validate(schema, document)).toEqual([]);
  });

  for (const change of invalidChanges)
    schemaTest(`does not match its schema with ${JSON.stringify(change)}`, async () => {
      expect(await validate(schema, { ...document, ...change })).not.toEqual([]);
    });
});

describe.each(workflows)('$file', ({ text }) => {
  test('pins every action to a commit', () => {
    for (const [, action = ''] of text.matchAll(/uses: (\S+)/g))
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  test('uses no secret', () => {
    expect(text).not.toMatch(/\$\{\{ *secrets\./);
  });
});

test('the default of every workflow is to read the repository', () => {
  expect(workflows.map(({ file }) => file)).toEqual(['azure-dev.yml', 'ci.yml']);
  for (const { workflow } of workflows) expect(workflow.permissions).toEqual({ contents: 'read' });
});

test('only the job that signs in to Azure has another permission', () => {
  const permissions = new Map<string, object | undefined>();
  for (const { workflow } of workflows)
    for (const [name, job] of Object.entries(workflow.jobs)) permissions.set(name, job.permissions);
  expect(Object.fromEntries(permissions)).toEqual({
    deploy: { contents: 'read', 'id-token': 'write' },
    check: undefined,
  });
});

describe('a deployment from a pipeline', () => {
  /** The variables with a default in main.parameters.json: the choices of the user. */
  const choices = [...read(root, 'infra', 'main.parameters.json').matchAll(/"\$\{(\w+)=/g)]
    .map(([, name = '']) => name)
    .sort();

  test('gets every choice from azd', () => {
    expect(azureYaml.pipeline.variables).toEqual(choices);
  });

  test('passes every choice to azd', () => {
    const deploy = workflows.find(({ file }) => file === 'azure-dev.yml')?.workflow.jobs.deploy;
    for (const name of [...choices, 'AZURE_ENV_NAME', 'AZURE_LOCATION'])
      expect(deploy?.env?.[name]).toBe(`\${{ vars.${name} }}`);
  });
});

test('azure.yaml has a service for each application', () => {
  expect(Object.keys(azureYaml.services).sort()).toEqual([
    'client-app',
    'downstream-api',
    'original-api',
  ]);
});

test.each(Object.values(azureYaml.services))(
  'azd builds $project and deploys its dist folder',
  ({ project, dist }) => {
    expect(dist).toBe('dist');
    expect(readJson(root, project, 'package.json')).toHaveProperty('scripts.build');
    expect(existsSync(join(root, project, '.funcignore'))).toBe(false);
  },
);

test('every hook that azure.yaml names exists', () => {
  const { services, hooks } = azureYaml;
  const commands = JSON.stringify({ services, hooks });
  const files = [...commands.matchAll(/bootstrap\.js (infra\/hooks\/[\w-]+\.ts)/g)].map(
    ([, file = '']) => file,
  );
  expect(files).toHaveLength(8);
  for (const file of files) expect(existsSync(join(root, file))).toBe(true);
});

test('azd reads its parameters from main.parameters.json', () => {
  // azd would prefer this file.
  expect(existsSync(join(root, 'infra', 'main.bicepparam'))).toBe(false);
});

test('main.parameters.json sets every parameter of main.bicep', () => {
  const { parameters } = readJson(root, 'infra', 'main.parameters.json') as {
    parameters: object;
  };
  const declared = [...read(root, 'infra', 'main.bicep').matchAll(/^param (\w+)/gm)].map(
    ([, name]) => name,
  );
  expect(Object.keys(parameters).sort()).toEqual(declared.sort());
});
