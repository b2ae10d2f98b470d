import type { Plugin } from 'esbuild';

/**
 * undici's index also runs its fetch, web sockets, caches and mocks, which take a fifth of the time that an API needs to load. Only what is
 * exported here is bundled; a name that is used and not exported is an error of the build.
 */
const index = `
import api from './lib/api/index.js';
import { parseURL } from './lib/core/util.js';
import Dispatcher from './lib/dispatcher/dispatcher.js';
import Pool from './lib/dispatcher/pool.js';
import { getGlobalDispatcher } from './lib/global.js';

Object.assign(Dispatcher.prototype, api);

export { Pool };

export function request(url, { dispatcher = getGlobalDispatcher(), method = 'GET', ...options } = {}) {
  const { origin, pathname, search } = parseURL(url);
  return api.request.call(dispatcher, { ...options, method, origin, path: pathname + search });
}
`;

export const slimUndici: Plugin = {
  name: 'slim-undici',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[\\/]undici[\\/]index\.js$/ }, () => ({
      contents: index,
      loader: 'js',
    }));
  },
};
