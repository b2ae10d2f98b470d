import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { bicepCli, copyInfra, type Mutation, openBicep, runBicep } from './bicep.ts';

const bicepTest = needs('bicep', bicepCli !== undefined);
const main = 'infra/main.bicep';

/** Runs the CLI in a copy of infra/, and gives what it said. */
async function inCopy<T>(look: (folder: string) => T, mutation?: Mutation): Promise<T> {
  const { folder, remove } = await copyInfra(mutation);
  try {
    return look(folder);
  } finally {
    remove();
  }
}

bicepTest(
  'builds and lints without an error or a warning, with the real types of the Graph extension',
  async () => {
    await inCopy((folder) => {
      expect(runBicep(['lint', main], folder)).toEqual({ status: 0, output: '' });
      expect(runBicep(['build', main, '--outfile', 'main.json'], folder)).toEqual({
        status: 0,
        output: '',
      });
    });
  },
  240_000,
);

bicepTest(
  'a property that Graph does not know is an error, and so is a parameter that nobody uses',
  async () => {
    const wrongProperty = {
      file: 'entra/client-app.bicep',
      from: 'isFallbackPublicClient',
      to: 'isFallbackPublic',
    };
    expect(
      (await inCopy((folder) => runBicep(['build', main, '--stdout'], folder), wrongProperty))
        .output,
    ).toMatch(/BCP\d+.*isFallbackPublic/);
    const unused = {
      file: 'identity.bicep',
      from: 'param tags object\n',
      to: "param tags object\nparam unused string = ''\n",
    };
    expect((await inCopy((folder) => runBicep(['lint', main], folder), unused)).output).toMatch(
      /Error no-unused-params/,
    );
  },
  240_000,
);

bicepTest(
  'every file is as `bicep format` writes it',
  async () => {
    await inCopy((folder) => {
      const before = readBicep(join(folder, 'infra'));
      runBicep(['format', '--pattern', 'infra/**/*.bicep'], folder);
      expect(readBicep(join(folder, 'infra'))).toEqual(before);
    });
  },
  240_000,
);

/** Snapshots of the parameter sets, with a line of one of them replaced. */
async function snapshotsWith(set: string, line: RegExp, by: string): Promise<unknown> {
  const { folder, remove } = await copyInfra();
  const bicep = openBicep();
  try {
    const file = join(folder, `test/infra/parameters/${set}.bicepparam`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(line, by));
    return await bicep.snapshots(folder);
  } finally {
    await bicep.close();
    remove();
  }
}

bicepTest(
  'a registration that is neither made nor given stops the deployment, and names what to set',
  async () => {
    await expect(snapshotsWith('unregistered', /param originalApiClientId.*/, '')).rejects.toThrow(
      'azd env set ORIGINAL_API_CLIENT_ID <id>',
    );
  },
  240_000,
);

bicepTest(
  'more instances that are always ready than there may be stop the deployment, and are named',
  async () => {
    await expect(
      snapshotsWith('production', /alwaysReady = 2/, 'alwaysReady = 101'),
    ).rejects.toThrow('ALWAYS_READY is more than MAXIMUM_INSTANCES');
    await snapshotsWith('production', /alwaysReady = 2/, 'alwaysReady = 100');
  },
  240_000,
);

function readBicep(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.bicep'),
  );
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}
