import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** Where `shared` loads a library only when it is used, and what it uses of the library. */
interface LazyLibrary {
  readonly file: RegExp;
  readonly library: string;
  readonly names: readonly string[];
}

const lazyLibraries: readonly LazyLibrary[] = [
  {
    file: /[\\/]shared[\\/]obo[\\/]managed-identity\.ts$/,
    library: '@azure/identity',
    names: ['AzureAuthorityHosts', 'ManagedIdentityCredential'],
  },
  {
    file: /[\\/]shared[\\/]obo[\\/]key-vault\.ts$/,
    library: '@azure/keyvault-secrets',
    names: ['SecretClient'],
  },
];

/**
 * An esbuild plugin that turns the dynamic imports of the Azure libraries in `shared` into static
 * ones. The npm package loads these libraries when they are used, because they are optional there.
 * In a deployed app they are part of the bundle, and esbuild leaves out the unused parts of a
 * library only if the import is static.
 */
export const staticLibraries: Plugin = {
  name: 'static-libraries',
  setup({ onLoad }) {
    for (const { file, library, names } of lazyLibraries)
      onLoad({ filter: file }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const [before, after, ...more] = source.split(`await import('${library}')`);
        if (before === undefined || after === undefined || more.length > 0)
          throw new Error(`${path} must import ${library} dynamically, exactly once.`);
        const list = names.join(', ');
        return {
          contents: `import { ${list} } from '${library}';\n${before}{ ${list} }${after}`,
          loader: 'ts',
        };
      });
  },
};
