import { expect, test } from '@jest/globals';
import { readMaterials, writeBill } from '../../../../tools/packaging/bill-of-materials.ts';

const material = (name: string, version = '1.0.0', licence = 'MIT') => ({
  name,
  version,
  licence,
  integrity: 'sha512-q80=',
});

test('names each package once, in order, with its version, licence, digest and a package URL', () => {
  const bill = writeBill({ name: 'an-api', version: '0.1.0' }, [
    material('ms', '2.1.3'),
    material('@azure/functions'),
    material('ms', '2.1.3'),
  ]);
  expect(bill).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { type: 'application', name: 'an-api', version: '0.1.0' } },
  });
  const { components } = bill as { components: object[] };
  expect(components).toHaveLength(2);
  expect(components[0]).toEqual({
    type: 'library',
    'bom-ref': 'pkg:npm/%40azure/functions@1.0.0',
    name: '@azure/functions',
    version: '1.0.0',
    purl: 'pkg:npm/%40azure/functions@1.0.0',
    licenses: [{ license: { id: 'MIT' } }],
    hashes: [{ alg: 'SHA-512', content: 'abcd' }],
  });
});

test('a choice of licences is an expression, not an id', () => {
  const bill = writeBill({ name: 'x', version: '1' }, [
    material('a', '1.0.0', '(MIT OR Apache-2.0)'),
  ]);
  expect(bill).toMatchObject({
    components: [{ licenses: [{ expression: '(MIT OR Apache-2.0)' }] }],
  });
});

test('reads what is installed, with the digest that the lock pins', async () => {
  const [jose] = await readMaterials(['node_modules/jose']);
  expect(jose).toMatchObject({
    name: 'jose',
    licence: 'MIT',
    integrity: expect.stringMatching(/^sha512-/),
  });
});
