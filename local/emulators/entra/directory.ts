/** The emulators's tenants, users, apps and identities, read once from `local/tenant.json` (or a test's own file). */
import { readFileSync } from 'node:fs';

export interface Tenant {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly home: boolean;
}

export interface User {
  readonly name: string;
  /** The tenant's key, such as `contoso`. */
  readonly tenant: string;
  readonly tenantId: string;
  readonly oid: string;
  readonly displayName: string;
  readonly upn: string;
  readonly note?: string;
  readonly guest?: boolean;
  readonly disabled?: boolean;
  /** How many groups the user is in; each becomes a GUID in `groups`. */
  readonly groups?: number;
  /** App roles by the resource's name. */
  readonly roles?: Readonly<Record<string, readonly string[]>>;
}

export interface App {
  readonly name: string;
  readonly appId: string;
  readonly displayName: string;
  readonly public?: boolean;
  /** The app has a client secret: `credentials.secretOf(name)`. */
  readonly secret?: boolean;
  /** The app's certificate and secret are in the vault under this name. */
  readonly credential?: string;
  /** The managed identity whose token the app may use as its client assertion. */
  readonly federatedIdentity?: IdentityName;
  readonly redirectUris: readonly string[];
  /** What token this app gets as a *resource*: 1 or 2; the client has no say in it. */
  readonly requestedAccessTokenVersion: 1 | 2;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  /** Conditional Access policies and the assignment switch aim at this app as a resource. */
  readonly policyTarget?: boolean;
  readonly preAuthorized: readonly string[];
  readonly knownClientApplications: readonly string[];
  /** The static permissions of the registration, by the resource's name: what `.default` asks consent for. */
  readonly requires: Readonly<Record<string, readonly string[]>>;
}

export type IdentityName = 'original-api' | 'downstream-api' | 'func-start';

export interface Identity {
  readonly name: IdentityName;
  readonly clientId: string;
  readonly principalId: string;
  /** Azure RBAC role names. */
  readonly roles: readonly string[];
}

/** Scopes granted to a client at a resource, for everybody in a tenant. */
export interface Consent {
  readonly tenant: string;
  readonly client: string;
  readonly resource: string;
  readonly scopes: readonly string[];
}

export interface Directory {
  readonly tenants: readonly Tenant[];
  readonly users: readonly User[];
  readonly apps: readonly App[];
  readonly identities: readonly Identity[];
  readonly consents: readonly Consent[];
  readonly homeTenant: Tenant;
  /** By key (`contoso`) or id. */
  tenant(keyOrId: string): Tenant | undefined;
  userByName(name: string): User | undefined;
  userByOid(oid: string): User | undefined;
  /** By name (`original-api`), appId, or `api://appId`. */
  app(nameOrId: string): App | undefined;
  /** By name, clientId or principalId. */
  identity(nameOrId: string): Identity | undefined;
}

/** The defaults that a short entry in the file leaves out. */
const appDefaults = {
  redirectUris: [],
  requestedAccessTokenVersion: 2,
  scopes: [],
  roles: [],
  preAuthorized: [],
  knownClientApplications: [],
  requires: {},
} as const;

interface DirectoryFile {
  readonly tenants: Readonly<Record<string, { id: string; name: string; home?: boolean }>>;
  readonly users: readonly Omit<User, 'tenantId'>[];
  readonly apps: Readonly<Record<string, Pick<App, 'appId' | 'displayName'> & Partial<App>>>;
  readonly consents: readonly Consent[];
  readonly identities: Readonly<Record<IdentityName, Omit<Identity, 'name'>>>;
}

const defaultFile = new URL('../../tenant.json', import.meta.url);

/**
 * Reads the directory; `{clientApp}` in a redirect URI becomes `clientAppOrigin`.
 * Throws when the file has no home tenant or a user of an unknown tenant.
 */
export function readDirectory(file: string | undefined, clientAppOrigin: string): Directory {
  const raw = JSON.parse(readFileSync(file ?? defaultFile, 'utf8')) as DirectoryFile;
  const tenants = Object.entries(raw.tenants).map(([key, entry]) => ({
    home: false,
    ...entry,
    key,
  }));
  const tenant = (keyOrId: string) =>
    tenants.find(({ key, id }) => key === keyOrId || id === keyOrId.toLowerCase());
  const users = raw.users.map((entry) => {
    const tenantId = tenant(entry.tenant)?.id;
    if (!tenantId)
      throw new Error(
        `The directory has no tenant "${entry.tenant}" for the user "${entry.name}".`,
      );
    return { ...entry, tenantId };
  });
  const apps = Object.entries(raw.apps).map(([name, entry]) => ({
    ...appDefaults,
    ...entry,
    name,
    redirectUris: (entry.redirectUris ?? []).map((uri) =>
      uri.replace('{clientApp}', clientAppOrigin),
    ),
  }));
  const identities = Object.entries(raw.identities).map(([name, entry]) => ({
    ...entry,
    name: name as IdentityName,
  }));
  const homeTenant = tenants.find(({ home }) => home);
  if (!homeTenant) throw new Error('The directory has no home tenant.');
  return {
    tenants,
    users,
    apps,
    identities,
    consents: raw.consents,
    homeTenant,
    tenant,
    userByName: (name) => users.find((user) => user.name === name),
    userByOid: (oid) => users.find((user) => user.oid === oid),
    app: (nameOrId) =>
      apps.find(
        ({ name, appId }) =>
          name === nameOrId || appId === nameOrId.replace(/^api:\/\//, '').toLowerCase(),
      ),
    identity: (id) =>
      identities.find(
        ({ name, clientId, principalId }) => name === id || clientId === id || principalId === id,
      ),
  };
}
