/** azd's environment: the outputs of main.bicep, and the variables that azd sets itself. */
export interface Deployment {
  /** The id of the subscription. */
  readonly AZURE_SUBSCRIPTION_ID: string;
  /** The name of the resource group. */
  readonly AZURE_RESOURCE_GROUP: string;
  /** The id of the home tenant. */
  readonly AZURE_TENANT_ID: string;
  /** The base URL of Entra in this cloud, such as `https://login.microsoftonline.com/`. */
  readonly AZURE_AUTHORITY_HOST: string;
  /** The name of the key vault. */
  readonly AZURE_KEY_VAULT_NAME: string;
  /** The URL of the key vault, with a slash at the end. */
  readonly AZURE_KEY_VAULT_ENDPOINT: string;
  /** The client id of the Client App. */
  readonly CLIENT_APP_ID: string;
  /** The origin of the Client App's site. */
  readonly CLIENT_APP_ORIGIN: string;
  /** `key-vault-certificate` or `managed-identity`. */
  readonly CLIENT_CREDENTIAL: string;
  /** The name of Original API's certificate in the vault. */
  readonly CLIENT_CREDENTIAL_NAME: string;
  /** The URL of Downstream API, with its route prefix. */
  readonly DOWNSTREAM_API_URL: string;
  /** The client id of Original API. */
  readonly ORIGINAL_API_CLIENT_ID: string;
  /** The URL of Original API, with its route prefix. */
  readonly ORIGINAL_API_URL: string;
  /** `true` or `false`: whether Downstream API is reachable from a private network only. */
  readonly PRIVATE_NETWORK: string;
}

/**
 * Reads variables of azd's environment.
 * @throws {Error} that names every missing variable
 */
export function readDeployment<K extends keyof Deployment>(
  names: readonly K[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Pick<Deployment, K> {
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0)
    throw new Error(
      [
        `azd's environment has no ${missing.join(', ')}. Run \`azd provision\` first.`,
        'azd passes its environment to the hooks that it starts.',
      ].join('\n'),
    );
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as Pick<Deployment, K>;
}
