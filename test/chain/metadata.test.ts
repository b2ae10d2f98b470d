/** The metadata of both APIs (RFC 9728), as a client discovers it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readChallenges } from '../../shared/http/read-challenge.ts';
import { call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { tenant } from './tenant.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, 120_000);
afterAll(() => stack?.stop());

const allScopes = ['Documents.Read', 'Profile.Read', 'Profile.ReadWrite', 'Documents.ReadWrite'];

describe.each([
  { name: 'Original API', app: 'original-api', urlOf: () => stack.urls.originalApi },
  { name: 'Downstream API', app: 'downstream-api', urlOf: () => stack.urls.downstreamApi },
])('$name', ({ app, urlOf }) => {
  test('sends a client without a token to its metadata', async () => {
    const { headers } = await call(`${urlOf()}/documents`);
    const [challenge] = readChallenges(headers.get('www-authenticate') ?? '');
    const url = challenge?.parameters.get('resource_metadata') ?? '';
    expect(url).toBe(`${urlOf()}/.well-known/oauth-protected-resource`);
    const clientId = tenant.apps[app].appId;
    expect((await call(url)).json).toEqual({
      resource: urlOf(),
      authorization_servers: [`${stack.urls.emulators}/${tenant.tenants.contoso.id}/v2.0`],
      scopes_supported: expect.arrayContaining(
        allScopes.map((scope) => `api://${clientId}/${scope}`),
      ),
      bearer_methods_supported: ['header'],
    });
  });
});
