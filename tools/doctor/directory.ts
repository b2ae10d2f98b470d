/** An API that is registered in a directory. */
export interface RegisteredApi {
  readonly clientId: string;
  /** The delegated scopes that the API publishes. */
  readonly scopes: readonly string[];
}

/**
 * The tenants, users, apps and policies that the doctor knows by name. Where no settings are
 * available, the doctor also assumes the ids of this directory.
 */
export interface Directory {
  readonly homeTenantId: string;
  readonly clientAppId: string;
  readonly originalApi: RegisteredApi;
  readonly downstreamApi: RegisteredApi;
  tenantName(tenantId: string): string | undefined;
  userName(objectId: string): string | undefined;
  /** The name of the app to which this managed identity belongs. */
  identityName(principalId: string): string | undefined;
  appName(clientId: string): string | undefined;
  /** The name of a Conditional Access policy. */
  policyName(policyId: string): string | undefined;
}
