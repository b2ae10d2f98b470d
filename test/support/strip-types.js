import { stripTypeScriptTypes } from 'node:module';

/**
 * Jest's transform. It uses Node's own type stripping, so a test accepts exactly the syntax that
 * Node runs.
 */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
  processAsync: async (source) => ({ code: stripTypeScriptTypes(source) }),
};
