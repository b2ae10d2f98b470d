/** The oldest Node that the APIs run on. package.json states the same version in `engines`. */
export const minimumNode = '22.18';

/**
 * Explains why a version of Node cannot run the APIs.
 *
 * @param version The version to check, such as `process.versions.node`.
 * @returns A message, or `undefined` if the version is new enough.
 *
 * @example
 * ```ts
 * describeOldNode('20.20.2'); // 'Node 22.18 or newer is required, but this is Node 20.20.2. …'
 * ```
 */
export function describeOldNode(version: string): string | undefined {
  const [minimumMajor = 0, minimumMinor = 0] = minimumNode.split('.').map(Number);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > minimumMajor) return undefined;
  if (major === minimumMajor && minor >= minimumMinor) return undefined;
  return (
    `Node ${minimumNode} or newer is required, but this is Node ${version}. ` +
    'Install Node 24 and put it first on the PATH.'
  );
}
