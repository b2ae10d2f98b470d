/** The content of `settings.json`, which the Client App loads at start (client-app/settings.ts). */
export interface ClientAppSettings {
  /** The authority of the home tenant, such as `https://login.microsoftonline.com/TENANT`. */
  readonly authority: string;
  /** The client id of the Client App's registration. */
  readonly clientId: string;
  /** The base URL of Original API, including the route prefix. */
  readonly originalApiUrl: string;
  /** The application ID URI of Original API. */
  readonly originalApiId: string;
}

/** The outputs of a deployment that {@link clientSettings} needs. */
export interface ClientAppDeployment {
  /** The URL of Entra, such as `https://login.microsoftonline.com`. */
  readonly AZURE_AUTHORITY_HOST: string;
  /** The id of the home tenant. */
  readonly AZURE_TENANT_ID: string;
  /** The client id of the Client App's registration. */
  readonly CLIENT_APP_ID: string;
  /** The client id of Original API's registration. */
  readonly ORIGINAL_API_CLIENT_ID: string;
  /** The base URL of Original API, including the route prefix. */
  readonly ORIGINAL_API_URL: string;
}

/** Creates the `settings.json` of a deployed Client App. One build serves every environment. */
export function clientSettings(deployment: ClientAppDeployment): ClientAppSettings {
  return {
    authority: new URL(deployment.AZURE_TENANT_ID, deployment.AZURE_AUTHORITY_HOST).href,
    clientId: deployment.CLIENT_APP_ID,
    originalApiUrl: deployment.ORIGINAL_API_URL,
    originalApiId: `api://${deployment.ORIGINAL_API_CLIENT_ID}`,
  };
}
