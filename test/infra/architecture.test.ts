import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { drawArchitecture } from '../../tools/architecture/draw.ts';
import { readArchitecture, readRoleAssignments } from '../../tools/architecture/read-bicep.ts';
import { needs } from '../support/needs.ts';
import { bicepCli, readSnapshots } from './bicep.ts';

const root = new URL('../../', import.meta.url);
const readInfra = (file: string) => readFileSync(new URL(`infra/${file}`, root), 'utf8');
const architecture = readArchitecture(readInfra);

test('docs/architecture.svg is up to date (`npm run architecture` writes it)', () => {
  const picture = readFileSync(new URL('docs/architecture.svg', root), 'utf8');
  expect(picture).toBe(drawArchitecture(architecture));
});

test('the text alternative names the role of each assignment', () => {
  const picture = drawArchitecture({
    ...architecture,
    roleAssignments: [{ api: 'original', scope: 'tableStore', role: 'Key Vault Secrets User' }],
  });
  expect(picture).toContain('Original API has Key Vault Secrets User on Table store.');
});

test('the picture of a role on a resource without a box throws', () => {
  const roleAssignments = [{ api: 'original', scope: 'workspace', role: 'Reader' }];
  expect(() => drawArchitecture({ ...architecture, roleAssignments })).toThrow(
    'No box for "original" or "workspace"',
  );
});

const reader = "var reader Role = {\n  id: 'r'\n  name: 'Reader'\n  why: 'It reads.'\n}";
const createAssignment = (description: string) => `
resource originalReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id)
  scope: vault
  properties: {
    principalId: original.principalId
    description: ${description}
  }
}`;

test('reads a role assignment with its API, scope and role', () => {
  expect(readRoleAssignments(createAssignment('reader.why'), reader)).toEqual([
    { api: 'original', scope: 'vault', role: 'Reader' },
  ]);
});

test('a role assignment in another form throws', () => {
  expect(() => readRoleAssignments(createAssignment("'It reads.'"), reader)).toThrow(
    'Cannot read 1 of 1 role assignments',
  );
});

test('a role assignment of an unknown role throws', () => {
  expect(() => readRoleAssignments(createAssignment('writer.why'), reader)).toThrow(
    'no role "writer"',
  );
});

test('the picture has a title and a text alternative', () => {
  const picture = drawArchitecture(architecture);
  expect(picture).toMatch(/<svg [^>]*role="img"\s+aria-labelledby="title description"/);
  expect(picture).toMatch(/<title id="title">.+<\/title>/);
  expect(picture).toMatch(/<desc id="description">.+<\/desc>/);
});

test('the picture has colours for dark pages', () => {
  expect(drawArchitecture(architecture)).toContain('@media (prefers-color-scheme: dark)');
});

/** Modules whose name differs from the parameter of role-assignments.bicep. */
const moduleNames: Readonly<Record<string, string>> = { insights: 'monitoring' };

const bicepTest = needs('bicep', bicepCli !== undefined);
bicepTest(
  'the picture has the role assignments that the Bicep compiler predicts',
  async () => {
    const { development } = await readSnapshots();
    const roleNames = new Map<string, string>();
    const definitions = readInfra('roles.bicep').matchAll(/id: '([^']+)'\s+name: '([^']+)'/g);
    for (const [, id = '', name = ''] of definitions) roleNames.set(id, name);
    const predicted = development
      .roleAssignments()
      .map(({ of, on, role }) => `${of} ${on} ${roleNames.get(role)}`);
    const drawn = architecture.roleAssignments.map(
      ({ api, scope, role }) => `${api}Identity ${moduleNames[scope] ?? scope} ${role}`,
    );
    expect(drawn.sort()).toEqual(predicted.sort());
  },
  120_000,
);
