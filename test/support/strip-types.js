import { stripTypeScriptTypes } from 'node:module';

/** Jest's transform: Node's own type stripping, so that tests run exactly the syntax that `node local/start.ts` runs. */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
  processAsync: async (source) => ({ code: stripTypeScriptTypes(source) }),
};
