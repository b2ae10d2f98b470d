import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { drawArchitecture, readGrants } from '../../tools/architecture/draw.ts';
import { needs } from '../support/needs.ts';
import { bicepCli, readSnapshots } from './bicep.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(`${root}infra/${file}`, 'utf8');

test('the picture of the architecture is what the Bicep files say: `node tools/architecture.ts` draws it anew', () => {
  expect(readFileSync(`${root}docs/architecture.svg`, 'utf8')).toBe(drawArchitecture(read));
});

test('a role that changes hands changes the picture, and one that has no place in it is an error', () => {
  const changed = (from: string, to: string) => (file: string) => read(file).replace(from, to);
  const given = drawArchitecture(
    changed('scope: vault\n  properties: {', 'scope: tableStore\n  properties: {'),
  );
  expect(given).toContain('Original API has Key Vault Secrets User on Table store.');
  expect(() =>
    drawArchitecture(changed('scope: vault\n  properties: {', 'scope: workspace\n  properties: {')),
  ).toThrow('no place');
  expect(() =>
    drawArchitecture(changed('description: keyVaultSecretsUser.why', 'description: why')),
  ).toThrow('another form');
});

test('the picture says in words what it shows, and is readable on light and dark', () => {
  const picture = drawArchitecture(read);
  expect(picture).toMatch(
    /<svg [^>]*role="img" aria-labelledby="t d"[\s\S]*<title id="t">.+<\/title>\s*<desc id="d">.+<\/desc>/,
  );
  expect(picture).toContain('@media (prefers-color-scheme: dark)');
});

const bicepTest = needs('bicep', bicepCli !== undefined);
bicepTest(
  'its roles are those that the compiler predicts',
  async () => {
    const { development } = await readSnapshots();
    const names = new Map(
      [...read('roles.bicep').matchAll(/id: '([^']+)'\s+name: '([^']+)'/g)].map(([, id, name]) => [
        id,
        name,
      ]),
    );
    const predicted = development
      .roleAssignments()
      .map(({ of, on, role }) => `${of} ${on} ${names.get(role)}`);
    const drawn = readGrants(read('role-assignments.bicep'), read('roles.bicep'));
    const modules: Readonly<Record<string, string>> = { insights: 'monitoring' };
    expect(
      drawn.map(({ of, on, role }) => `${of}Identity ${modules[on] ?? on} ${role}`).sort(),
    ).toEqual(predicted.sort());
  },
  120_000,
);
