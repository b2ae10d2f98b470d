import type { Plugin } from 'esbuild';

/**
 * The part of undici that the APIs use. undici's own index also runs its fetch, web sockets, caches
 * and mocks, which take a fifth of the time that an API needs to load. The build fails for a name
 * that is imported from undici and not exported here.
 */
const slimIndex = `
import api from './lib/api/index.js';
import { parseURL } from './lib/core/util.js';
import Dispatcher from './lib/dispatcher/dispatcher.js';
import Pool from './lib/dispatcher/pool.js';
import { getGlobalDispatcher } from './lib/global.js';

Object.assign(Dispatcher.prototype, api);

export { Pool };

export function request(url, options = {}) {
  const { dispatcher = getGlobalDispatcher(), method = 'GET', ...others } = options;
  const { origin, pathname, search } = parseURL(url);
  return api.request.call(dispatcher, { ...others, method, origin, path: pathname + search });
}
`;

/** An esbuild plugin that replaces undici's index with the part that the APIs use. */
export const slimUndici: Plugin = {
  name: 'slim-undici',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[\\/]undici[\\/]index\.js$/ }, () => ({
      contents: slimIndex,
      loader: 'js',
    }));
  },
};
