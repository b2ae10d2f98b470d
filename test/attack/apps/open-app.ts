import type { JsonWebKey } from 'node:crypto';
import type { Api } from '../../../tools/attack/case.ts';
import { openTarget } from '../../../tools/attack/open-target.ts';
import { alice, clientApp, type Issuer, otherTenantId } from '../../support/issuer.ts';
import { clientAppOrigin, type DocumentsApi } from './documents-api.ts';

const otherApi = 'd0375100-0000-4000-8000-0000000000a3';
const otherApp = '07e20000-0000-4000-8000-0000000000a4';

/** The claims in which the token of each user differs from alice's. */
const claimsByUser: Readonly<Record<string, object>> = {
  alice: {},
  bob: { oid: 'b0b00000-0000-4000-8000-000000000002' },
  gina: { oid: '91a00000-0000-4000-8000-000000000003', acct: 1 },
  greta: {
    groups: Array.from({ length: 200 }, (_, index) => `${alice.slice(0, -3)}${index + 100}`),
  },
  olga: { tid: otherTenantId },
};

/**
 * Opens an app for the attack cases. The issuer's key is available as that of the emulators is, so
 * that a forged token can have a single fault.
 *
 * @param url the base URL with the route prefix
 */
export async function openApp(
  name: string,
  url: string,
  issuer: Issuer,
  api: DocumentsApi,
): Promise<Api> {
  const token = await issuer.token();
  return openTarget({
    name,
    kind: 'original',
    url,
    token,
    publicKeys: issuer.jwks.keys as JsonWebKey[],
    emulators: {
      clientAppOrigin,
      readPrivateKey: () => ({ kid: 'key-1', key: issuer.privateKey }),
      getToken: (user, { client } = {}) => {
        if (user === undefined) return issuer.token({ idtyp: 'app', scp: undefined });
        const azp = client === undefined ? clientApp : otherApp;
        return issuer.token({ ...claimsByUser[user], azp });
      },
      getIdToken: () => issuer.token({ scp: undefined, azp: undefined, azpacr: undefined }),
      getTokenForOtherApi: () => issuer.token({ aud: otherApi }),
      setPolicy: async (policy, value) => {
        if (policy !== 'fault') throw new Error(`There is no policy ${policy}.`);
        api.isDown = value !== 'token=off';
      },
    },
  });
}
