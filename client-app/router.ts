/** A page of the app. Hash routes need no server that rewrites paths. */
export type Route =
  | { readonly view: 'documents' }
  | { readonly view: 'document'; readonly id: string }
  | { readonly view: 'new-document' }
  /** `userId` is an object id, or `me`. */
  | { readonly view: 'profile'; readonly userId: string }
  | { readonly view: 'journey' }
  | { readonly view: 'chain' }
  | { readonly view: 'policies' }
  | { readonly view: 'not-found' };

/** Parses `location.hash`. A hash without a page is `not-found`. Never throws. */
export function readRoute(hash: string): Route {
  const [, name = '', segment, ...more] = hash.replace(/^#(?!\/)/, '#/').split('/');
  if (more.length > 0) return { view: 'not-found' };
  const parameter = segment === undefined ? undefined : decode(segment);
  switch (name) {
    case '':
      return parameter === undefined ? { view: 'documents' } : { view: 'not-found' };
    case 'documents':
      return readDocumentRoute(parameter);
    case 'profile':
      return { view: 'profile', userId: parameter || 'me' };
    case 'new-document':
    case 'journey':
    case 'chain':
    case 'policies':
      return parameter === undefined ? { view: name } : { view: 'not-found' };
    default:
      return { view: 'not-found' };
  }
}

function readDocumentRoute(id: string | undefined): Route {
  if (id === undefined) return { view: 'documents' };
  // A URL parser removes dot segments, so the request would go to another path of the API.
  const isDotSegment = id === '.' || id === '..';
  if (id === '' || isDotSegment) return { view: 'not-found' };
  return { view: 'document', id };
}

/** Returns the hash of a route, the inverse of `readRoute`. */
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
