/** A place in the app. Hash routes keep the app a set of static files. */
export type Route =
  | { readonly view: 'documents' }
  | { readonly view: 'document'; readonly id: string }
  | { readonly view: 'new-document' }
  | { readonly view: 'profile'; readonly userId: string }
  | { readonly view: 'journey' }
  | { readonly view: 'chain' }
  | { readonly view: 'policies' }
  | { readonly view: 'nowhere' };

/** Reads `location.hash`; what cannot be read leads nowhere, never to an error. */
export function readRoute(hash: string): Route {
  const [, name = '', parameter, ...rest] = hash.replace(/^#(?!\/)/, '#/').split('/');
  if (rest.length > 0) return { view: 'nowhere' };
  const value = parameter === undefined ? undefined : decode(parameter);
  if (name === '' && value === undefined) return { view: 'documents' };
  if (name === 'documents' && value === undefined) return { view: 'documents' };
  if (name === 'new-document' && value === undefined) return { view: 'new-document' };
  if ((name === 'journey' || name === 'chain' || name === 'policies') && value === undefined)
    return { view: name };
  // A step in the path, which would lead to another address of the API.
  if (name === 'documents' && (value === '.' || value === '..')) return { view: 'nowhere' };
  if (name === 'documents' && value) return { view: 'document', id: value };
  if (name === 'profile') return { view: 'profile', userId: value || 'me' };
  return { view: 'nowhere' };
}

/** The hash of a route, the inverse of readRoute. */
export function writeRoute(route: Route): string {
  if (route.view === 'document') return `#/documents/${encodeURIComponent(route.id)}`;
  if (route.view === 'profile')
    return route.userId === 'me' ? '#/profile' : `#/profile/${encodeURIComponent(route.userId)}`;
  return `#/${route.view}`;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
