import { expect, test } from '@jest/globals';
import {
  type Component,
  createBillOfMaterials,
  readComponents,
} from '../../../../tools/packaging/bill-of-materials.ts';

const product = { name: 'an-api', version: '0.1.0' };
/** 0xabcd in base64 is `q80=`. */
const component: Component = {
  name: 'ms',
  version: '1.0.0',
  licence: 'MIT',
  integrity: 'sha512-q80=',
};

test('names the product in CycloneDX 1.6', () => {
  expect(createBillOfMaterials(product, [])).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { type: 'application', name: 'an-api', version: '0.1.0' } },
  });
});

test('describes a package by version, licence, digest and package URL', () => {
  const { components } = createBillOfMaterials(product, [
    { ...component, name: '@azure/functions' },
  ]);
  expect(components).toEqual([
    {
      type: 'library',
      'bom-ref': 'pkg:npm/%40azure/functions@1.0.0',
      name: '@azure/functions',
      version: '1.0.0',
      purl: 'pkg:npm/%40azure/functions@1.0.0',
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-512', content: 'abcd' }],
    },
  ]);
});

test('lists each package once, sorted by package URL', () => {
  const functions = { ...component, name: '@azure/functions' };
  const { components } = createBillOfMaterials(product, [component, functions, component]);
  expect(components).toMatchObject([{ name: '@azure/functions' }, { name: 'ms' }]);
});

test('writes a choice of licences as an expression', () => {
  const { components } = createBillOfMaterials(product, [
    { ...component, licence: '(MIT OR Apache-2.0)' },
  ]);
  expect(components).toMatchObject([{ licenses: [{ expression: '(MIT OR Apache-2.0)' }] }]);
});

test('reads an installed package with the integrity that the lock pins', async () => {
  const [jose] = await readComponents(['node_modules/jose']);
  expect(jose).toMatchObject({
    name: 'jose',
    licence: 'MIT',
    integrity: expect.stringMatching(/^sha512-/),
  });
});
