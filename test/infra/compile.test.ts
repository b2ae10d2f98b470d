import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { bicepCli, copyInfra, type Mutation, mutate, openBicep, runBicep } from './bicep.ts';

const bicepTest = needs('bicep', bicepCli !== undefined);
const main = 'infra/main.bicep';
const timeout = 240_000;

/** Inspects a copy of infra/. */
async function inspectCopy<T>(inspect: (folder: string) => T, mutation?: Mutation): Promise<T> {
  const { folder, remove } = await copyInfra(mutation);
  try {
    return inspect(folder);
  } finally {
    remove();
  }
}

bicepTest(
  'the linter reports nothing',
  async () => {
    const result = await inspectCopy((folder) => runBicep(['lint', main], folder));
    expect(result).toEqual({ status: 0, output: '' });
  },
  timeout,
);

bicepTest(
  'the build reports nothing, with the types of the Graph extension',
  async () => {
    const args = ['build', main, '--outfile', 'main.json'];
    const result = await inspectCopy((folder) => runBicep(args, folder));
    expect(result).toEqual({ status: 0, output: '' });
  },
  timeout,
);

bicepTest(
  'the build rejects a property that Graph does not have',
  async () => {
    const { output } = await inspectCopy(
      (folder) => runBicep(['build', main, '--stdout'], folder),
      {
        file: 'entra/client-app.bicep',
        from: 'isFallbackPublicClient',
        to: 'isFallbackPublic',
      },
    );
    expect(output).toMatch(/BCP\d+.*isFallbackPublic/);
  },
  timeout,
);

bicepTest(
  'the linter rejects an unused parameter',
  async () => {
    const { output } = await inspectCopy((folder) => runBicep(['lint', main], folder), {
      file: 'identity.bicep',
      from: 'param tags object',
      to: "param tags object\nparam unused string = ''",
    });
    expect(output).toMatch(/Error no-unused-params/);
  },
  timeout,
);

bicepTest(
  'every Bicep file is formatted (`bicep format` writes it)',
  async () => {
    await inspectCopy((folder) => {
      const before = readBicepFiles(join(folder, 'infra'));
      runBicep(['format', '--pattern', 'infra/**/*.bicep'], folder);
      expect(readBicepFiles(join(folder, 'infra'))).toEqual(before);
    });
  },
  timeout,
);

/** A change of a parameter set. */
interface ParameterChange {
  /** The name of the parameter set. */
  readonly set: string;
  readonly from: string;
  readonly to: string;
}

/** Predicts the deployments with a changed parameter set. Rejects if a parameter is invalid. */
async function predictWith({ set, from, to }: ParameterChange): Promise<unknown> {
  const { folder, remove } = await copyInfra();
  const bicep = openBicep();
  try {
    const file = join(folder, `test/infra/parameters/${set}.bicepparam`);
    writeFileSync(file, mutate(readFileSync(file, 'utf8'), { file, from, to }));
    return await bicep.snapshots(folder);
  } finally {
    await bicep.close();
    remove();
  }
}

bicepTest(
  'a missing client id fails before the deployment and names the variable to set',
  async () => {
    const change = {
      set: 'unregistered',
      from: "param originalApiClientId = '0219a100-0000-4000-8000-0000000000a2'",
      to: '',
    };
    await expect(predictWith(change)).rejects.toThrow('azd env set ORIGINAL_API_CLIENT_ID <id>');
  },
  timeout,
);

bicepTest(
  'more always-ready instances than the maximum fail before the deployment',
  async () => {
    const change = { set: 'production', from: 'alwaysReady = 2', to: 'alwaysReady = 101' };
    await expect(predictWith(change)).rejects.toThrow(
      'ALWAYS_READY is more than MAXIMUM_INSTANCES',
    );
  },
  timeout,
);

bicepTest(
  'as many always-ready instances as the maximum are valid',
  async () => {
    const change = { set: 'production', from: 'alwaysReady = 2', to: 'alwaysReady = 100' };
    await expect(predictWith(change)).resolves.toBeDefined();
  },
  timeout,
);

/** The text of every Bicep file in a folder, by its path. */
function readBicepFiles(folder: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.bicep')) files[file] = readFileSync(join(folder, file), 'utf8');
  return files;
}
