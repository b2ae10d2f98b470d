import {
  createManagedIdentity,
  managedIdentitySettings,
} from '../../downstream-api/managed-identity.ts';
import { readDownstreamSettings } from '../../downstream-api/settings.ts';
import { createTables, limitedBy, tableNames } from '../../downstream-api/store/tables.ts';
import { readOriginalSettings } from '../../original-api/settings.ts';
import { send } from '../../shared/http/send.ts';
import { readJsonObject } from '../../shared/json.ts';
import { readSettings, SettingsError } from '../../shared/settings.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { fetchMetadata } from '../../shared/token/metadata.ts';
import { credentialChecks } from './check-credential.ts';
import type { Check, Outcome } from './check-up.ts';
import type { FoundSettings } from '../../local/doctor/find-settings.ts';

const authorityFix =
  'Check AZURE_AUTHORITY_HOST and AZURE_TENANT_ID and the way to that host (proxy, DNS, firewall); on this machine, start the emulators: npm start.';
const identityFix =
  'On Azure, give the app its managed identity and set AZURE_CLIENT_ID to its client id; on this machine the emulators has one (npm start), and IDENTITY_ENDPOINT and IDENTITY_HEADER lead to it.';

/** Everything that the chain depends on, in the order in which a failure would be the cause of the next. Nothing is asked before it is run. */
export function listChecks(found: FoundSettings): readonly Check[] {
  const original = () => ({
    ...readOriginalSettings(found.original),
    ...readSettings(managedIdentitySettings, found.original),
  });
  const downstream = () => readDownstreamSettings(found.downstream);
  return [
    {
      name: 'settings',
      needs: [],
      fix: 'See the settings in README.md.',
      run: async () => checkSettings([original, downstream]),
    },
    {
      name: 'metadata',
      needs: ['settings'],
      fix: authorityFix,
      run: async () => {
        const { AZURE_AUTHORITY_HOST: host, AZURE_TENANT_ID: tenant } = original();
        const [{ issuer }] = await Promise.all([
          fetchMetadata(host, tenant, '2.0'),
          fetchMetadata(host, tenant, '1.0'),
        ]);
        return { ok: `the issuer is ${issuer}` };
      },
    },
    {
      name: 'keys',
      needs: ['metadata'],
      fix: authorityFix,
      run: async () => {
        const { AZURE_AUTHORITY_HOST: authorityHost, AZURE_TENANT_ID: tenant } = original();
        await createKeys({ authorityHost }).metadataOf(tenant, '2.0');
        return { ok: 'a good set of signing keys' };
      },
    },
    checkIdentity(
      'Original API',
      () => createManagedIdentity(original()),
      () =>
        original().CLIENT_CREDENTIAL === 'managed-identity'
          ? 'api://AzureADTokenExchange'
          : 'https://vault.azure.net',
    ),
    checkIdentity(
      'Downstream API',
      () => createManagedIdentity(downstream()),
      () => 'https://storage.azure.com',
    ),
    ...credentialChecks(original, 'identity of Original API'),
    {
      name: 'table store',
      needs: ['identity of Downstream API'],
      fix: 'Check AZURE_STORAGE_TABLE_ENDPOINT; 403: the identity lacks the role Storage Table Data Contributor.',
      run: (signal) => checkTables(downstream(), signal),
    },
    {
      name: 'Downstream API',
      needs: ['settings'],
      fix: 'Start it, and set DOWNSTREAM_API_URL to its base URL with the route prefix. When the chain runs by `npm start`, use --stand.',
      run: (signal) =>
        checkHealth(
          new URL(`${original().DOWNSTREAM_API_URL.href.replace(/\/$/, '')}/health`),
          signal,
        ),
    },
    {
      name: 'Original API',
      needs: ['settings'],
      fix: 'Start it: npm start, or func start.',
      run: async (signal) =>
        found.originalHealth
          ? checkHealth(found.originalHealth, signal)
          : { skipped: 'no setting says where it is' },
    },
  ];
}

/** Every line of both APIs' start-up errors, which name settings and print no values. */
function checkSettings(readers: readonly (() => unknown)[]): Outcome {
  const problems = new Set<string>();
  for (const read of readers) {
    try {
      read();
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      for (const line of error.message.split('\n').slice(1))
        problems.add(line.replace(/^\s*- /, ''));
    }
  }
  if (problems.size === 0) return { ok: 'both APIs have what they need' };
  return { failed: `${problems.size} of them must be mended`, fix: [...problems].join('; ') };
}

function checkIdentity(
  api: string,
  identity: () => ReturnType<typeof createManagedIdentity>,
  resource: () => string,
): Check {
  return {
    name: `identity of ${api}`,
    needs: ['settings'],
    fix: identityFix,
    run: async () => {
      await identity().getToken(`${resource()}/.default`);
      return { ok: `gets a token for ${resource()}` };
    },
  };
}

async function checkTables(
  settings: ReturnType<typeof readDownstreamSettings>,
  signal: AbortSignal,
): Promise<Outcome> {
  const open = createTables(settings.AZURE_STORAGE_TABLE_ENDPOINT, createManagedIdentity(settings));
  for (const name of tableNames) {
    try {
      await open(name).listEntities(limitedBy(signal)).byPage({ maxPageSize: 1 }).next();
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 404) throw error;
      return {
        failed: `there is no table "${name}"`,
        fix: 'Deployment makes the tables; on this machine: npm start -- --fresh.',
      };
    }
  }
  return { ok: `the tables ${tableNames.join(', ')} can be read` };
}

async function checkHealth(url: URL, signal: AbortSignal): Promise<Outcome> {
  const { status, body } = await send(url, {
    method: 'GET',
    deadline: 3_000,
    cap: 64 * 1024,
    signal,
  });
  if (status === 200 && readJsonObject(body)?.status === 'ok')
    return { ok: `answers at ${url.href}` };
  throw Object.assign(
    new Error('not healthy'),
    status === 200 ? { reason: 'something else answers there' } : { statusCode: status },
  );
}
