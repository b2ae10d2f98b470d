import { readDownstreamSettings } from '../../downstream-api/settings.ts';
import { readOriginalSettings } from '../../original-api/settings.ts';
import { tenantsOf } from '../../shared/entra-settings.ts';
import type { AllowedClients } from '../../shared/token/authorize.ts';
import type { ChainSettings } from './chain-settings.ts';
import type { Directory } from './directory.ts';
import { sanitize } from './format.ts';

/** An API of the chain, with the settings that decide whether it accepts a token. */
export interface KnownApi {
  /** The name of the API. */
  readonly name: 'Original API' | 'Downstream API';
  /** The only audience that the API accepts. */
  readonly clientId: string;
  /** The apps that may call the API. */
  readonly clients: AllowedClients;
  /** The tenants whose users may call the API. */
  readonly tenantIds: readonly string[];
  /** The delegated scopes of the API's routes. */
  readonly scopes: readonly string[];
}

/** The information about the chain with which the doctor explains an input. */
export interface ChainContext {
  /** The names of tenants, users, apps and policies. */
  readonly directory: Directory;
  /** Original API, then Downstream API. */
  readonly apis: readonly [KnownApi, KnownApi];
  /**
   * The authority whose signing keys may be fetched. Without settings it is `undefined`, and the
   * doctor fetches nothing.
   */
  readonly authorityHost: URL | undefined;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/** The input of {@link createChainContext}. */
export interface ChainContextOptions {
  /** The names of tenants, users, apps and policies. */
  readonly directory: Directory;
  /** Settings that are missing or invalid are replaced by the ids of the directory. */
  readonly settings: ChainSettings | undefined;
  /** The current time in milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number;
}

/** Combines the settings of both APIs, where they are valid, with the known directory. */
export function createChainContext(options: ChainContextOptions): ChainContext {
  const { directory, settings, now = Date.now } = options;
  const original = settings && readOrUndefined(() => readOriginalSettings(settings.original));
  const downstream = settings && readOrUndefined(() => readDownstreamSettings(settings.downstream));
  const originalId = original?.ORIGINAL_API_CLIENT_ID ?? directory.originalApi.clientId;
  const homeTenantOnly = [directory.homeTenantId];

  return {
    directory,
    authorityHost: (original ?? downstream)?.AZURE_AUTHORITY_HOST,
    now,
    apis: [
      {
        name: 'Original API',
        clientId: originalId,
        clients: {
          clientIds: original?.CLIENT_APP_IDS ?? [directory.clientAppId],
          confidential: false,
        },
        tenantIds: original ? tenantsOf(original) : homeTenantOnly,
        scopes: directory.originalApi.scopes,
      },
      {
        name: 'Downstream API',
        clientId: downstream?.DOWNSTREAM_API_CLIENT_ID ?? directory.downstreamApi.clientId,
        clients: {
          clientIds: [downstream?.ORIGINAL_API_CLIENT_ID ?? originalId],
          confidential: true,
        },
        tenantIds: downstream ? tenantsOf(downstream) : homeTenantOnly,
        scopes: directory.downstreamApi.scopes,
      },
    ],
  };
}

function readOrUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Microsoft's own resources, for which developers often request a token by mistake. */
const microsoftResources: ReadonlyMap<string, string> = new Map([
  ['00000003-0000-0000-c000-000000000000', 'Microsoft Graph'],
  ['https://graph.microsoft.com', 'Microsoft Graph'],
  ['00000002-0000-0000-c000-000000000000', 'Azure AD Graph'],
  ['https://management.azure.com', 'Azure Resource Manager'],
  ['https://vault.azure.net', 'Azure Key Vault'],
  ['https://storage.azure.com', 'Azure Storage'],
  ['azureadtokenexchange', "Entra's token exchange for federated credentials"],
]);

/** Formats an app as `name (id)`, or as its id alone when the name is unknown. */
export function describeApp({ directory, apis }: ChainContext, id: unknown): string {
  const text = sanitize(id);
  const clientId = text.replace(/^api:\/\//, '').toLowerCase();
  const name =
    apis.find((api) => api.clientId === clientId)?.name ??
    directory.appName(clientId) ??
    microsoftResources.get(clientId);
  return withName(name, text);
}

/** Formats a user or a managed identity as `name (id)`, or as its object id alone. */
export function describeUser({ directory }: ChainContext, objectId: unknown): string {
  const text = sanitize(objectId);
  const userName = directory.userName(text);
  if (userName !== undefined) return withName(userName, text);
  const identityName = directory.identityName(text);
  if (identityName !== undefined) return `the managed identity of ${identityName} (${text})`;
  return text;
}

/** Formats a tenant as `name (id)`, or as its id alone when the name is unknown. */
export function describeTenant({ directory }: ChainContext, tenantId: unknown): string {
  const text = sanitize(tenantId);
  return withName(directory.tenantName(text), text);
}

function withName(name: string | undefined, id: string): string {
  return name === undefined ? id : `${name} (${id})`;
}
