import { readDownstreamSettings } from '../../downstream-api/settings.ts';
import { readOriginalSettings } from '../../original-api/settings.ts';
import { tenantsOf } from '../../shared/entra-settings.ts';
import type { AllowedClients } from '../../shared/token/authorize.ts';
import { type Directory, readDirectory } from '../../local/emulators/entra/directory.ts';
import type { FoundSettings } from '../../local/doctor/find-settings.ts';
import { plain } from './plain.ts';

/** An API as a token meets it. */
export interface KnownApi {
  readonly name: 'Original API' | 'Downstream API';
  /** The one audience that it accepts. */
  readonly clientId: string;
  readonly clients: AllowedClients;
  readonly tenantIds: readonly string[];
  readonly scopes: readonly string[];
}

/** What the doctor knows of the chain that an input belongs to. */
export interface Surroundings {
  readonly directory: Directory;
  readonly apis: readonly [KnownApi, KnownApi];
  /** Whose keys may be fetched; absent where no settings say so, and then nothing is fetched at all. */
  readonly authorityHost: URL | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** From the settings where they can be read; otherwise the emulators's fixed ids, and nobody to fetch keys from. */
export function readSurroundings(
  found: FoundSettings | undefined,
  now: () => number = Date.now,
): Surroundings {
  const directory = readDirectory(undefined, '');
  const id = (name: string) => directory.app(name)?.appId ?? '';
  const original = orUndefined(() => found && readOriginalSettings(found.original));
  const downstream = orUndefined(() => found && readDownstreamSettings(found.downstream));
  const originalId = original?.ORIGINAL_API_CLIENT_ID ?? id('original-api');
  const home = [directory.homeTenant.id];
  return {
    directory,
    authorityHost: (original ?? downstream)?.AZURE_AUTHORITY_HOST,
    now,
    apis: [
      {
        name: 'Original API',
        clientId: originalId,
        clients: { clientIds: original?.CLIENT_APP_IDS ?? [id('client-app')], confidential: false },
        tenantIds: original ? tenantsOf(original) : home,
        scopes: directory.app('original-api')?.scopes ?? [],
      },
      {
        name: 'Downstream API',
        clientId: downstream?.DOWNSTREAM_API_CLIENT_ID ?? id('downstream-api'),
        clients: {
          clientIds: [downstream?.ORIGINAL_API_CLIENT_ID ?? originalId],
          confidential: true,
        },
        tenantIds: downstream ? tenantsOf(downstream) : home,
        scopes: directory.app('downstream-api')?.scopes ?? [],
      },
    ],
  };
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** An app by its name where the settings or local/tenant.json know it, and by its id anyway. */
export function nameApp({ directory, apis }: Surroundings, id: unknown): string {
  const text = plain(id);
  const bare = text.replace(/^api:\/\//, '').toLowerCase();
  const name =
    apis.find(({ clientId }) => clientId === bare)?.name ??
    directory.app(bare)?.displayName ??
    wellKnown.get(bare);
  return name === undefined ? text : `${name} (${text})`;
}

/** Resources that people meet by mistake. */
const wellKnown: ReadonlyMap<string, string> = new Map([
  ['00000003-0000-0000-c000-000000000000', 'Microsoft Graph'],
  ['https://graph.microsoft.com', 'Microsoft Graph'],
  ['00000002-0000-0000-c000-000000000000', 'Azure AD Graph'],
  ['https://management.azure.com', 'Azure Resource Manager'],
  ['https://vault.azure.net', 'Azure Key Vault'],
  ['https://storage.azure.com', 'Azure Storage'],
  ['azureadtokenexchange', "Entra's token exchange for federated credentials"],
]);

/** A user by name where local/tenant.json knows the object id, and by that id anyway. */
export function nameUser({ directory }: Surroundings, oid: unknown): string {
  const text = plain(oid);
  const user = directory.userByOid(text);
  const identity = user ? undefined : directory.identity(text);
  if (identity) return `the managed identity of ${identity.name} (${text})`;
  return user ? `${user.name} (${text})` : text;
}

/** A tenant by name where local/tenant.json knows the id, and by that id anyway. */
export function nameTenant({ directory }: Surroundings, id: unknown): string {
  const text = plain(id);
  const tenant = directory.tenant(text);
  return tenant ? `${tenant.name} (${text})` : text;
}
