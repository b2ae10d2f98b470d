/** An API that is registered in a directory. */
export interface RegisteredApi {
  /** The client id of its app registration. */
  readonly clientId: string;
  /** The delegated scopes that the API publishes. */
  readonly scopes: readonly string[];
}

/**
 * The tenants, users, apps and policies that the doctor knows by name. Where no settings are
 * available, the doctor also assumes the ids of this directory.
 */
export interface Directory {
  /** The tenant of the app registrations. */
  readonly homeTenantId: string;
  /** The client id of the Client App. */
  readonly clientAppId: string;
  /** The registration of Original API. */
  readonly originalApi: RegisteredApi;
  /** The registration of Downstream API. */
  readonly downstreamApi: RegisteredApi;
  /** The name of a tenant. */
  tenantName(tenantId: string): string | undefined;
  /** The name of a user. */
  userName(objectId: string): string | undefined;
  /** The name of the app to which this managed identity belongs. */
  identityName(principalId: string): string | undefined;
  /** The name of an app. */
  appName(clientId: string): string | undefined;
  /** The name of a Conditional Access policy. */
  policyName(policyId: string): string | undefined;
}
