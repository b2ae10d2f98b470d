/** What `azd provision` wrote into the environment (the outputs of main.bicep), and azd's own. */
export interface Deployment {
  readonly AZURE_SUBSCRIPTION_ID: string;
  readonly AZURE_RESOURCE_GROUP: string;
  readonly AZURE_TENANT_ID: string;
  readonly AZURE_AUTHORITY_HOST: string;
  readonly AZURE_KEY_VAULT_NAME: string;
  readonly AZURE_KEY_VAULT_ENDPOINT: string;
  readonly CLIENT_APP_ID: string;
  readonly CLIENT_APP_ORIGIN: string;
  readonly CLIENT_CREDENTIAL: string;
  readonly CLIENT_CREDENTIAL_NAME: string;
  readonly DOWNSTREAM_API_URL: string;
  readonly ORIGINAL_API_CLIENT_ID: string;
  readonly ORIGINAL_API_URL: string;
  readonly PRIVATE_NETWORK: string;
}

/** Reads what a hook needs. @throws Error that names everything missing, and says what to do */
export function readDeployment<K extends keyof Deployment>(
  names: readonly K[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Pick<Deployment, K> {
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0)
    throw new Error(
      `azd's environment has no ${missing.join(', ')}. Run \`azd provision\` first (azd passes the environment on to its hooks).`,
    );
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as Pick<Deployment, K>;
}
