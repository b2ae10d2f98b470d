import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EntraEmulator, readClaims, startEntra } from '../entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(async () => {
  await entra.context.policies.reset();
  entra.context.recorder.clear();
});

const aliceOid = 'a11ce000-0000-4000-8000-000000000001';
const originalAppId = '0219a100-0000-4000-8000-0000000000a2';
const downstreamAppId = 'd0375100-0000-4000-8000-0000000000a3';

/** Creates an access token, by default token A of the Client App. */
async function mint(request: object): Promise<string> {
  return (await entra.token(request)).access_token;
}

describe('token B', () => {
  test('is for Downstream API, from Original API, with the user of token A', async () => {
    const { body } = await entra.exchange();
    const claims = readClaims(body.access_token);

    expect(claims).toMatchObject({
      aud: downstreamAppId,
      iss: `${entra.context.origin}/${entra.home}/v2.0`,
      azp: originalAppId,
      azpacr: '1',
      oid: aliceOid,
      tid: entra.home,
      idtyp: 'user',
      ver: '2.0',
      scp: 'Documents.Read Documents.ReadWrite Profile.Read Profile.ReadWrite',
    });
    expect(claims).not.toHaveProperty('roles');
  });

  test('has a valid signature', async () => {
    const { body } = await entra.exchange();
    const token = String(body.access_token);

    await expect(entra.context.signingKeys.verify(token)).resolves.toEqual(readClaims(token));
  });

  test('has the roles of the user at Downstream API', async () => {
    const { body } = await entra.exchange({ assertion: await mint({ user: 'dana' }) });

    expect(readClaims(body.access_token).roles).toEqual(['Profiles.Manage']);
  });

  test('has another sub than token A, because sub is pairwise', async () => {
    const assertion = await mint({ user: 'alice' });
    const { body } = await entra.exchange({ assertion });

    expect(readClaims(body.access_token).sub).not.toBe(readClaims(assertion).sub);
  });

  test('is issued by the tenant of the user', async () => {
    const assertion = await mint({ user: 'olga' });
    const { body } = await entra.exchange({ assertion }, { tenant: 'fabrikam' });

    expect(readClaims(body.access_token).tid).toBe(entra.context.directory.tenant('fabrikam')?.id);
  });

  test('has the capability cp1 when the client sends it', async () => {
    const claims = JSON.stringify({ access_token: { xms_cc: { values: ['CP1'] } } });
    const { body } = await entra.exchange({ claims });

    expect(readClaims(body.access_token).xms_cc).toEqual(['cp1']);
  });

  test('has no capability when the client sends none', async () => {
    const { body } = await entra.exchange();

    expect(readClaims(body.access_token)).not.toHaveProperty('xms_cc');
  });
});

describe('the response', () => {
  test('has token type, lifetime and the granted scopes', async () => {
    const { status, body } = await entra.exchange();
    const { exp, iat } = readClaims(body.access_token);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: Number(exp) - Number(iat),
      scope: expect.stringContaining(`api://${downstreamAppId}/Documents.Read`),
    });
  });

  test('has no ID token and no refresh token', async () => {
    const { body } = await entra.exchange();

    expect(Object.keys(body).sort()).toEqual([
      'access_token',
      'expires_in',
      'ext_expires_in',
      'scope',
      'token_type',
    ]);
  });

  test('has an ID token and a refresh token for openid and offline_access', async () => {
    const scope = `openid offline_access api://${downstreamAppId}/.default`;
    const { body } = await entra.exchange({ scope });

    expect(body).toHaveProperty('id_token');
    expect(body).toHaveProperty('refresh_token');
    expect(body.scope).toMatch(/\/\.default$/);
  });
});

describe('records', () => {
  test('have client, user, resource and the claims of token B', async () => {
    await entra.exchange();

    expect(entra.context.recorder.since(0)).toMatchObject([
      {
        hop: 'entra',
        operation: 'token',
        status: 200,
        facts: {
          client: originalAppId,
          user: aliceOid,
          resource: downstreamAppId,
          scopes: ['Documents.Read'],
          token: { aud: downstreamAppId, azp: originalAppId },
        },
      },
    ]);
  });

  test('have the error of a refusal', async () => {
    await entra.context.policies.set('mfa', 'on');
    await entra.exchange();

    expect(entra.context.recorder.since(0)).toMatchObject([
      {
        status: 400,
        facts: { error: 'interaction_required', aadsts: 50076, suberror: 'basic_action' },
      },
    ]);
  });

  test('have no token, no secret and no name', async () => {
    const assertion = await mint({ user: 'alice' });
    const [, , signature = ''] = assertion.split('.');
    await entra.exchange({ assertion });
    await entra.context.policies.set('mfa', 'on');
    await entra.exchange({ assertion });
    const records = JSON.stringify(entra.context.recorder.since(0));

    expect(records).not.toContain(signature);
    expect(records).not.toContain(entra.context.credentials.secretOf('original-api'));
    expect(records).not.toContain('alice@');
  });
});
