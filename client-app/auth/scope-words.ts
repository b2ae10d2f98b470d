/** What each scope lets an app do, to be read after "would like to". */
const words: Readonly<Record<string, string>> = {
  'Documents.Read': 'see the documents that you may see',
  'Documents.ReadWrite': 'change and delete documents as you may',
  'Profile.Read': 'see your profile',
  'Profile.ReadWrite': 'change your profile',
};

/** A permission in plain words: which app wants it, of which API. */
export interface Wish {
  readonly app: string;
  readonly appId: string;
  readonly api: string;
  /** As Entra spells it: `api://<api>/Documents.Read`. */
  readonly scope: string;
  readonly means: string;
}

/** @param scopes bare names or whole ones; a bare one is Original's, asked for by this app; any other API's is asked for by Original */
export function describeScopes(
  scopes: readonly string[],
  ids: { readonly clientId: string; readonly originalApiId: string },
): readonly Wish[] {
  const { clientId, originalApiId } = ids;
  const bareId = originalApiId.replace(/^api:\/\//, '');
  return scopes.map((scope) => {
    const name = scope.split('/').at(-1) ?? scope;
    const resource = scope.slice(0, -name.length - 1) || originalApiId;
    const own = resource === originalApiId || resource === bareId;
    return {
      app: own ? 'Client App' : 'Original API',
      appId: own ? clientId : bareId,
      api: own ? 'Original API' : 'Downstream API',
      scope: `${resource}/${name}`,
      means: words[name] ?? `use the permission ${name}`,
    };
  });
}

/** A message to an administrator, who has never heard of this: which app, which permission, where to click, the reference. */
export function writeToAdmin(wishes: readonly Wish[], correlationId: string): string {
  const lines = wishes.map(
    ({ app, appId, scope, means }) =>
      `- ${app} (application id ${appId}) needs ${scope}, to ${means}.`,
  );
  return [
    'Hello, please grant admin consent in Microsoft Entra, since I may not do it myself:',
    ...lines,
    'Where: Microsoft Entra admin center > Enterprise applications > the app > Permissions > Grant admin consent.',
    `Reference: ${correlationId}`,
  ].join('\n');
}
