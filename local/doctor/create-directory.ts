import type { Directory, RegisteredApi } from '../../tools/doctor/directory.ts';
import { readDirectory } from '../emulators/entra/directory.ts';
import { policyIds } from '../emulators/entra/policies.ts';

/** Creates the doctor's directory from the emulators' tenants, users, apps and policies. */
export function createDirectory(): Directory {
  const directory = readDirectory(undefined, '');
  const policyNames = new Map<string, string>(
    Object.entries(policyIds).map(([name, id]) => [id, name]),
  );
  const findApi = (name: string): RegisteredApi => {
    const app = directory.app(name);
    return { clientId: app?.appId ?? '', scopes: app?.scopes ?? [] };
  };
  return {
    homeTenantId: directory.homeTenant.id,
    clientAppId: directory.app('client-app')?.appId ?? '',
    originalApi: findApi('original-api'),
    downstreamApi: findApi('downstream-api'),
    tenantName: (tenantId) => directory.tenant(tenantId)?.name,
    userName: (objectId) => directory.userByOid(objectId)?.name,
    identityName: (principalId) => directory.identity(principalId)?.name,
    appName: (clientId) => directory.app(clientId)?.displayName,
    policyName: (policyId) => policyNames.get(policyId),
  };
}
