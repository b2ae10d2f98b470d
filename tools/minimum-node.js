/** The oldest Node that this repository supports. An old Node must be able to load this file. */
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The version in `engines` of package.json, such as `22.18`. */
export const minimumNode = engines.node.replace('>=', '');

/** @param {string} version such as `process.versions.node` */
export function isNewEnough(version) {
  const [minimumMajor, minimumMinor] = minimumNode.split('.').map(Number);
  const [major, minor] = version.split('.').map(Number);
  return major > minimumMajor || (major === minimumMajor && minor >= minimumMinor);
}
