/** The tenants, users, apps and managed identities, from `local/tenant.json` or another file. */
import { readFileSync } from 'node:fs';
import { microsoftGraph } from './microsoft-graph.ts';

/** An Entra tenant. */
export interface Tenant {
  /** The short name, such as `contoso`. */
  readonly key: string;
  /** The tenant id, a GUID. */
  readonly id: string;
  /** The display name. */
  readonly name: string;
  /** Whether the apps are registered in this tenant. */
  readonly home: boolean;
}

/** A user of a tenant. */
export interface User {
  /** The short name, such as `alice`. */
  readonly name: string;
  /** The key of the tenant, such as `contoso`. */
  readonly tenant: string;
  /** The tenant id, a GUID. */
  readonly tenantId: string;
  /** The object id, a GUID. */
  readonly oid: string;
  /** The name that pages and tokens show. */
  readonly displayName: string;
  /** The user principal name, such as `alice@contoso.example`. */
  readonly upn: string;
  /** A remark about the user, which the sign-in page shows. */
  readonly note?: string;
  /** Whether the account belongs to another organization. */
  readonly guest?: boolean;
  /** Whether the account is disabled, so that the user cannot sign in. */
  readonly disabled?: boolean;
  /** The number of groups that the user is a member of. The token has a GUID for each. */
  readonly groups?: number;
  /** The user's app roles by the name of the resource. */
  readonly roles?: Readonly<Record<string, readonly string[]>>;
}

/** An app registration. */
export interface App {
  /** The short name, such as `original-api`. */
  readonly name: string;
  /** The client id, a GUID. */
  readonly appId: string;
  /** The URI that names the app in a scope, such as `api://{appId}`. */
  readonly identifierUri: string;
  /** The name that the pages show. */
  readonly displayName: string;
  /** Whether the app is a public client, which has no credential. */
  readonly public?: boolean;
  /** Whether the app has a client secret outside of Key Vault. */
  readonly secret?: boolean;
  /** The name of the app's certificate in Key Vault. Its secret is there as `{name}-secret`. */
  readonly credential?: string;
  /** The managed identity whose token the app can use as its client assertion. */
  readonly federatedIdentity?: IdentityName;
  /** The URIs to which Entra can send the user back. */
  readonly redirectUris: readonly string[];
  /** The version of the access tokens for this app as a resource. */
  readonly requestedAccessTokenVersion: 1 | 2;
  /** The scopes that this app defines as a resource. */
  readonly scopes: readonly string[];
  /** The app roles that this app defines as a resource. */
  readonly roles: readonly string[];
  /** Whether the `mfa` and `unassign-user` policies apply to this app as a resource. */
  readonly policyTarget?: boolean;
  /** The names of the clients that need no consent. */
  readonly preAuthorized: readonly string[];
  /** The names of the clients whose consent page also lists the permissions of this app. */
  readonly knownClientApplications: readonly string[];
  /** The permissions of this app as a client, by the name of the resource. `.default` uses them. */
  readonly requires: Readonly<Record<string, readonly string[]>>;
}

/** The names of the managed identities. `func-start` is for a host that runs both APIs. */
export type IdentityName = 'original-api' | 'downstream-api' | 'func-start';

/** A managed identity. */
export interface Identity {
  /** The short name. */
  readonly name: IdentityName;
  /** The client id, a GUID. */
  readonly clientId: string;
  /** The object id of the service principal. */
  readonly principalId: string;
  /** Azure RBAC role names. */
  readonly roles: readonly string[];
}

/** A consent for all users of a tenant. */
export interface Consent {
  /** The key of the tenant. */
  readonly tenant: string;
  /** The name of the client. */
  readonly client: string;
  /** The name of the resource. */
  readonly resource: string;
  /** The names of the scopes, such as `Documents.Read`. */
  readonly scopes: readonly string[];
}

/** The content of a directory file, and lookups in it. */
export interface Directory {
  /** All tenants. */
  readonly tenants: readonly Tenant[];
  /** The users of all tenants. */
  readonly users: readonly User[];
  /** The apps of the file and Microsoft Graph. */
  readonly apps: readonly App[];
  /** All managed identities. */
  readonly identities: readonly Identity[];
  /** The consents for all users of a tenant. */
  readonly consents: readonly Consent[];
  /** The tenant in which the apps are registered. */
  readonly homeTenant: Tenant;
  /** Finds a tenant by its key or id. */
  tenant(keyOrId: string): Tenant | undefined;
  /** Finds a user by the short name. */
  userByName(name: string): User | undefined;
  /** Finds a user by the object id. */
  userByOid(oid: string): User | undefined;
  /** Finds an app by its name, its appId or its identifier URI. */
  app(nameOrId: string): App | undefined;
  /** Finds a managed identity by its name, clientId or principalId. */
  identity(nameOrId: string): Identity | undefined;
}

/** The members that an app can omit in the file. */
const appDefaults = {
  redirectUris: [],
  requestedAccessTokenVersion: 2,
  scopes: [],
  roles: [],
  preAuthorized: [],
  knownClientApplications: [],
  requires: {},
} as const;

/** The JSON of a directory file. */
interface DirectoryFile {
  readonly tenants: Readonly<Record<string, { id: string; name: string; home?: boolean }>>;
  readonly users: readonly Omit<User, 'tenantId'>[];
  readonly apps: Readonly<Record<string, Pick<App, 'appId' | 'displayName'> & Partial<App>>>;
  readonly consents: readonly Consent[];
  readonly identities: Readonly<Record<IdentityName, Omit<Identity, 'name'>>>;
}

const defaultFile = new URL('../../tenant.json', import.meta.url);

/**
 * Reads a directory file. `{clientApp}` in a redirect URI is replaced with `clientAppOrigin`.
 * @param file Default: `local/tenant.json`.
 * @throws {Error} when the file has no home tenant, or a user of an unknown tenant.
 */
export function readDirectory(file: string | undefined, clientAppOrigin: string): Directory {
  const raw = JSON.parse(readFileSync(file ?? defaultFile, 'utf8')) as DirectoryFile;
  const tenants = Object.entries(raw.tenants).map(([key, entry]) => ({
    home: false,
    ...entry,
    key,
  }));
  const findTenant = (keyOrId: string) =>
    tenants.find(({ key, id }) => key === keyOrId || id === keyOrId.toLowerCase());
  const homeTenant = tenants.find(({ home }) => home);
  if (!homeTenant) {
    throw new Error('The directory has no home tenant. Set "home": true on one of its tenants.');
  }

  const users = raw.users.map((entry): User => {
    const tenant = findTenant(entry.tenant);
    if (tenant) return { ...entry, tenantId: tenant.id };
    throw new Error(
      `User "${entry.name}" has the unknown tenant "${entry.tenant}". Add it to "tenants".`,
    );
  });
  const registeredApps = Object.entries(raw.apps).map(([name, entry]): App => {
    const redirectUris = entry.redirectUris ?? [];
    return {
      ...appDefaults,
      identifierUri: `api://${entry.appId}`,
      ...entry,
      name,
      redirectUris: redirectUris.map((uri) => uri.replace('{clientApp}', clientAppOrigin)),
    };
  });
  const apps = [...registeredApps, microsoftGraph];
  const identities = Object.entries(raw.identities).map(
    ([name, entry]): Identity => ({ ...entry, name: name as IdentityName }),
  );

  return {
    tenants,
    users,
    apps,
    identities,
    consents: raw.consents,
    homeTenant,
    tenant: findTenant,
    userByName: (name) => users.find((user) => user.name === name),
    userByOid: (oid) => users.find((user) => user.oid === oid),
    app: (nameOrId) => {
      const id = nameOrId.toLowerCase();
      return apps.find(
        ({ name, appId, identifierUri }) =>
          name === nameOrId || [appId, identifierUri].includes(id),
      );
    },
    identity: (nameOrId) =>
      identities.find(({ name, clientId, principalId }) =>
        [name, clientId, principalId].includes(nameOrId),
      ),
  };
}
