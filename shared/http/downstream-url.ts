import { isLoopback } from '../loopback.ts';

/** Parameters to add to a URL. */
export type Query = URLSearchParams | Readonly<Record<string, string>>;

/**
 * A segment `.` or `..`, a backslash, a slash at the start, or a control character. Each of them
 * could lead to another path or origin. A dot, slash or backslash can also be percent-encoded, even
 * several times, because servers may decode it as often. Spaces at the end do not hide a segment,
 * because `URL` drops them.
 */
const unsafePath = new RegExp(
  [
    String.raw`(?:^|/|%(?:25)*2f)(?:\.|%(?:25)*2e){1,2}(?= *$|[/;#]|%(?:25)*2f)`,
    String.raw`\\|%(?:25)*5c`,
    '^(?:/|%(?:25)*2f)',
    String.raw`[\x00-\x1f\x7f]`,
  ].join('|'),
  'i',
);

/** The scheme of an absolute URL (RFC 3986 §3.1). */
const scheme = /^[a-z][a-z\d+.-]*:/i;

/** The base URL of a downstream API, and the parts of it that each URL is compared with. */
export type BaseUrl = {
  /** The whole URL. It ends with a slash. */
  readonly href: string;

  /** The scheme, host and port. */
  readonly origin: string;

  /** The path. It ends with a slash. */
  readonly pathname: string;
};

/**
 * Reads the base URL of a downstream API. A slash is added to its end if it is missing, so that
 * relative paths are below it.
 *
 * @throws {TypeError} It is not an https URL, or it has credentials, a query or a fragment. For a
 * loopback address, http is accepted, too.
 *
 * @example
 * ```ts
 * readBaseUrl('https://graph.microsoft.com/v1.0').href; // https://graph.microsoft.com/v1.0/
 * ```
 */
export function readBaseUrl(baseUrl: string | URL): BaseUrl {
  const url = URL.parse(String(baseUrl));
  if (!url || !isSecure(url))
    throw new TypeError(
      'The base URL of a downstream API must be an https URL, because its requests carry tokens.',
    );
  if (url.username || url.password || url.search || url.hash)
    throw new TypeError(
      'The base URL of a downstream API must not have credentials, a query or a fragment.',
    );
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  const { href, origin, pathname } = url;
  return { href, origin, pathname };
}

const isSecure = (url: URL) =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));

/**
 * Returns the URL of a request to a downstream API. A token must go nowhere else, so the result is
 * always below the base URL.
 *
 * @param path A path relative to the base URL, with a query if there is one, or an absolute URL
 * below the base URL, such as the link to the next page of a list.
 * @throws {TypeError} The URL is not below the base URL, or not on all servers: the path contains a
 * segment `.` or `..` or a backslash, percent-encoded or not, or it starts with a slash.
 *
 * @example
 * ```ts
 * resolveUrl(readBaseUrl('https://graph.microsoft.com/v1.0'), 'me', { $select: 'id' });
 * ```
 */
export function resolveUrl(baseUrl: BaseUrl, path: string | URL, query?: Query): URL {
  const text = String(path);
  // The query may contain any characters.
  const [pathOnly = ''] = text.split('?', 1);
  if (unsafePath.test(pathOnly)) throw unsafe();
  const url = URL.parse(scheme.test(text) ? text : baseUrl.href + text);
  const isBelow =
    url?.origin === baseUrl.origin &&
    url.pathname.startsWith(baseUrl.pathname) &&
    !url.username &&
    !url.password &&
    !url.hash;
  if (!isBelow) throw unsafe();
  if (query)
    for (const [name, value] of new URLSearchParams(query)) url.searchParams.append(name, value);
  return url;
}

/** The message does not quote the path, which may come from a caller. */
const unsafe = () =>
  new TypeError(
    'The path must be relative to the base URL of the downstream API, without "." and ".." ' +
      'segments, backslashes and a slash at its start. Encode the values that you insert into it.',
  );
