import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';

const { tenants } = JSON.parse(
  readFileSync(new URL('../../local/tenant.json', import.meta.url), 'utf8'),
);
const both = `${tenants.contoso.id},${tenants.fabrikam.id}`;

async function withStack(
  set: Record<string, string>,
  use: (stack: Stack) => Promise<void>,
): Promise<void> {
  const stack = await startStack({ set });
  try {
    await use(stack);
  } finally {
    await stack.stop();
  }
}

test('a user of a second tenant is refused at both APIs until that tenant is on the list', async () => {
  await withStack({}, async (stack) => {
    const b = await stack.token('olga', {
      client: 'original-api',
      scope: 'downstream-api/Documents.Read',
    });
    expect(
      (await call(`${stack.urls.originalApi}/documents`, { token: await stack.token('olga') }))
        .json,
    ).toMatchObject({
      status: 401,
      code: 'invalid_token',
    });
    expect((await call(`${stack.urls.downstreamApi}/documents`, { token: b })).json).toMatchObject({
      status: 401,
      code: 'invalid_token',
    });
  });
}, 120_000);

test('and then goes through the whole chain and sees only that tenant’s objects', async () => {
  await withStack({ ALLOWED_TENANT_IDS: both }, async (stack) => {
    const [olga, alice] = [await stack.token('olga'), await stack.token('alice')];
    const documents = async (token: string) =>
      (await call(`${stack.urls.originalApi}/documents`, { token })).json.documents.map(
        ({ id }: { id: string }) => id,
      );
    const [hers, others] = [await documents(olga), await documents(alice)];
    expect(hers.length).toBeGreaterThan(0);
    expect(hers.filter((id: string) => others.includes(id))).toEqual([]);
    expect(
      (await call(`${stack.urls.originalApi}/documents/${others[0]}`, { token: olga })).status,
    ).toBe(404);
    expect(
      (await call(`${stack.urls.originalApi}/documents/${hers[0]}`, { token: alice })).status,
    ).toBe(404);

    const same = { title: 'The same id in two tenants', text: '' };
    for (const token of [olga, alice]) {
      expect(
        (
          await call(`${stack.urls.originalApi}/documents/twin`, {
            token,
            method: 'PUT',
            json: same,
            headers: { 'if-none-match': '*' },
          })
        ).status,
      ).toBe(201);
    }
    expect(
      (await call(`${stack.urls.originalApi}/journey`, { token: olga })).json.downstream.claims.tid,
    ).toBe(tenants.fabrikam.id);
  });
}, 120_000);
