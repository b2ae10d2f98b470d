/** The host names of this machine in a URL (RFC 6761 §6.3, RFC 5735 §3, RFC 4291 §2.5.3). */
const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether a URL refers to this machine.
 *
 * @example
 * ```ts
 * isLoopback(new URL('http://localhost:7071')); // true
 * ```
 */
export const isLoopback = (url: URL): boolean => loopbackHosts.includes(url.hostname);
