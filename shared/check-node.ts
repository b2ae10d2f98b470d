/**
 * Ends the process if Node is too old. Each app imports this module first, because the libraries
 * behind the other imports fail on an old Node with errors that do not mention the version.
 * It does not throw, because the Functions host would then keep running without any function.
 */
import { describeOldNode } from './node-version.ts';

const problem = describeOldNode(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
