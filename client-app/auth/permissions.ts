/** What each scope allows an app to do. Completes the sentence "This app wants to …". */
const descriptions: Readonly<Record<string, string>> = {
  'Documents.Read': 'read documents',
  'Documents.ReadWrite': 'change and delete documents',
  'Profile.Read': 'read your profile',
  'Profile.ReadWrite': 'change your profile',
  'User.ReadBasic.All': 'find people of your organisation by their names',
};

/** The App ID URI of Microsoft Graph. */
const microsoftGraph = 'https://graph.microsoft.com';

/** A permission that an app needs for an API, in terms that a user and an administrator know. */
export interface Permission {
  /** The display name of the app that needs the permission. */
  readonly app: string;
  /** The application (client) id of that app. */
  readonly appId: string;
  /** The display name of the API. */
  readonly api: string;
  /** The full scope: `api://<api>/Documents.Read`. */
  readonly scope: string;
  /** What the permission allows. Completes the sentence "This app wants to …". */
  readonly description: string;
}

/**
 * Describes the permissions behind a list of scopes. The Client App needs the scopes of Original
 * API, and Original API needs the scopes of every other API.
 * @param scopes full scopes. For a scope of Original API, its name is enough.
 */
export function describeScopes(
  scopes: readonly string[],
  ids: { readonly clientId: string; readonly originalApiId: string },
): readonly Permission[] {
  const { clientId, originalApiId } = ids;
  const originalAppId = originalApiId.replace(/^api:\/\//, '');
  return scopes.map((scope) => {
    const name = scope.split('/').at(-1) ?? scope;
    const resource = scope.slice(0, -name.length - 1) || originalApiId;
    const isForOriginal = resource === originalApiId || resource === originalAppId;
    return {
      app: isForOriginal ? 'Client App' : 'Original API',
      appId: isForOriginal ? clientId : originalAppId,
      api: isForOriginal ? 'Original API' : nameNextApi(resource),
      scope: `${resource}/${name}`,
      description: descriptions[name] ?? `use the permission ${name}`,
    };
  });
}

const nameNextApi = (resource: string): string =>
  resource === microsoftGraph ? 'Microsoft Graph' : 'Downstream API';

/** A message that asks an administrator for consent. It assumes no knowledge of this app. */
export function writeAdminConsentRequest(
  permissions: readonly Permission[],
  correlationId: string,
): string {
  const lines = permissions.map(
    ({ app, appId, scope, description }) =>
      `- ${app} (application id ${appId}) needs ${scope}, to ${description}.`,
  );
  return [
    'Hello, please grant admin consent in Microsoft Entra. I am not allowed to do it myself.',
    ...lines,
    'Where: Microsoft Entra admin center > Enterprise applications > the app > Permissions > ' +
      'Grant admin consent.',
    `Reference: ${correlationId}`,
  ].join('\n');
}
