import { createRequire, findPackageJSON } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Loads an app's entry file as Microsoft's worker does: CommonJS by `require`, ES modules by `import`, and the file's ending or else
 * package.json says which it is (azure-functions-nodejs-worker, loadScriptFile.ts).
 */
export async function loadApp(entry: string): Promise<void> {
  const require = createRequire(entry);
  if (isModule(entry, require)) await import(pathToFileURL(entry).href);
  else require(entry);
}

function isModule(entry: string, require: NodeJS.Require): boolean {
  if (/\.[cm]js$/.test(entry)) return entry.endsWith('.mjs');
  const manifest = findPackageJSON(pathToFileURL(entry));
  return manifest !== undefined && require(manifest).type === 'module';
}
