/** A delegated permission of Original API, without the API's identifier URI. */
export type Scope = 'Documents.Read' | 'Documents.ReadWrite' | 'Profile.Read' | 'Profile.ReadWrite';

/** Every scope that this app uses. Sign-in requests all of them in one consent page. */
export const allScopes: readonly Scope[] = [
  'Documents.Read',
  'Documents.ReadWrite',
  'Profile.Read',
  'Profile.ReadWrite',
];
