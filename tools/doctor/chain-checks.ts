import {
  createManagedIdentity,
  type ManagedIdentitySettings,
  managedIdentitySettings,
} from '../../downstream-api/managed-identity.ts';
import { readDownstreamSettings } from '../../downstream-api/settings.ts';
import { createTables, operationOptions, tableNames } from '../../downstream-api/store/tables.ts';
import { type OriginalSettings, readOriginalSettings } from '../../original-api/settings.ts';
import { send } from '../../shared/http/send.ts';
import { readJsonObject } from '../../shared/json.ts';
import { readSettings, SettingsError } from '../../shared/settings.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { fetchMetadata } from '../../shared/token/metadata.ts';
import type { ChainSettings } from './chain-settings.ts';
import { createCredentialChecks } from './credential-checks.ts';
import type { Check, CheckResult } from './run-checks.ts';

const authorityFix =
  'Check AZURE_AUTHORITY_HOST, AZURE_TENANT_ID and the network path to that host (proxy, DNS, ' +
  'firewall). On this machine, start the emulators: npm start.';
const identityFix =
  'On Azure, assign the managed identity to the app and set AZURE_CLIENT_ID to its client id. ' +
  'On this machine, the emulators provide one (npm start), and IDENTITY_ENDPOINT and ' +
  'IDENTITY_HEADER point to it.';

/** Milliseconds for a health check. */
const healthTimeout = 3_000;
/** The largest accepted body of a health response, in bytes. */
const maxHealthBody = 64 * 1024;

/**
 * Creates the checks of everything that the chain depends on. A check comes after the checks whose
 * failure would also make it fail. Nothing is read or contacted before a check runs.
 */
export function createChainChecks(settings: ChainSettings): readonly Check[] {
  const readOriginal = () => ({
    ...readOriginalSettings(settings.original),
    ...readSettings(managedIdentitySettings, settings.original),
  });
  const readDownstream = () => readDownstreamSettings(settings.downstream);
  return [
    {
      name: 'settings',
      needs: [],
      fix: 'See the settings in README.md.',
      run: async () => checkSettings([readOriginal, readDownstream]),
    },
    {
      name: 'metadata',
      needs: ['settings'],
      fix: authorityFix,
      run: () => checkMetadata(readOriginal()),
    },
    {
      name: 'keys',
      needs: ['metadata'],
      fix: authorityFix,
      run: () => checkKeys(readOriginal()),
    },
    {
      name: 'identity of Original API',
      needs: ['settings'],
      fix: identityFix,
      run: () => {
        const original = readOriginal();
        return checkIdentity(original, credentialResource(original));
      },
    },
    {
      name: 'identity of Downstream API',
      needs: ['settings'],
      fix: identityFix,
      run: () => checkIdentity(readDownstream(), 'https://storage.azure.com'),
    },
    ...createCredentialChecks(readOriginal, 'identity of Original API'),
    {
      name: 'table store',
      needs: ['identity of Downstream API'],
      fix:
        'Check AZURE_STORAGE_TABLE_ENDPOINT. For status 403, assign the role Storage Table Data ' +
        'Contributor to the identity.',
      run: (signal) => checkTables(readDownstream(), signal),
    },
    {
      name: 'Downstream API',
      needs: ['settings'],
      fix:
        'Start it, and set DOWNSTREAM_API_URL to its base URL with the route prefix. If the ' +
        'chain runs with `npm start`, use --emulators.',
      run: (signal) => {
        const baseUrl = readOriginal().DOWNSTREAM_API_URL.href.replace(/\/$/, '');
        return checkHealth(new URL(`${baseUrl}/health`), signal);
      },
    },
    {
      name: 'Original API',
      needs: ['settings'],
      fix: 'Start it: npm start, or func start.',
      run: async (signal) => {
        if (!settings.originalHealth) return { skipped: 'no setting contains its address' };
        return checkHealth(settings.originalHealth, signal);
      },
    },
  ];
}

/** Collects the problems of both APIs' settings, each once. They name settings but no values. */
function checkSettings(readers: readonly (() => unknown)[]): CheckResult {
  const problems = new Set<string>();
  for (const read of readers) {
    try {
      read();
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const [, ...lines] = error.message.split('\n');
      for (const line of lines) problems.add(line.replace(/^\s*- /, ''));
    }
  }
  if (problems.size === 0) return { ok: 'the settings of both APIs are valid' };
  return { failed: `${problems.size} missing or invalid`, fix: [...problems].join('; ') };
}

async function checkMetadata(settings: OriginalSettings): Promise<CheckResult> {
  const { AZURE_AUTHORITY_HOST: authorityHost, AZURE_TENANT_ID: tenantId } = settings;
  const [{ issuer }] = await Promise.all([
    fetchMetadata(authorityHost, tenantId, '2.0'),
    fetchMetadata(authorityHost, tenantId, '1.0'),
  ]);
  return { ok: `the issuer is ${issuer}` };
}

async function checkKeys(settings: OriginalSettings): Promise<CheckResult> {
  const { AZURE_AUTHORITY_HOST: authorityHost, AZURE_TENANT_ID: tenantId } = settings;
  await createKeys({ authorityHost }).metadataOf(tenantId, '2.0');
  return { ok: 'the key set is valid' };
}

/** The resource for which Original API needs a token of its managed identity. */
function credentialResource({ CLIENT_CREDENTIAL: kind }: OriginalSettings): string {
  return kind === 'managed-identity' ? 'api://AzureADTokenExchange' : 'https://vault.azure.net';
}

async function checkIdentity(
  settings: ManagedIdentitySettings,
  resource: string,
): Promise<CheckResult> {
  await createManagedIdentity(settings).getToken(`${resource}/.default`);
  return { ok: `gets a token for ${resource}` };
}

async function checkTables(
  settings: ReturnType<typeof readDownstreamSettings>,
  signal: AbortSignal,
): Promise<CheckResult> {
  const open = createTables(settings.AZURE_STORAGE_TABLE_ENDPOINT, createManagedIdentity(settings));
  for (const name of tableNames) {
    try {
      await open(name).listEntities(operationOptions(signal)).byPage({ maxPageSize: 1 }).next();
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 404) throw error;
      return {
        failed: `the table "${name}" does not exist`,
        fix: 'The deployment creates the tables. On this machine: npm start -- --fresh.',
      };
    }
  }
  return { ok: `the tables ${tableNames.join(', ')} are readable` };
}

async function checkHealth(url: URL, signal: AbortSignal): Promise<CheckResult> {
  const { status, body } = await send(url, {
    method: 'GET',
    timeout: healthTimeout,
    maxBytes: maxHealthBody,
    signal,
  });
  if (status !== 200)
    throw Object.assign(new Error('The API is not healthy.'), { statusCode: status });
  if (readJsonObject(body)?.status !== 'ok')
    throw Object.assign(new Error('The response is not from the API.'), {
      reason: 'the response is not from this API',
    });
  return { ok: `healthy at ${url.href}` };
}
