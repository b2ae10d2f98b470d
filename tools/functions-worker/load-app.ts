import { createRequire, findPackageJSON } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Loads the entry file of an app as Microsoft's worker does: CommonJS by `require` and ES modules
 * by `import`. Source: loadScriptFile.ts of azure-functions-nodejs-worker.
 */
export async function loadApp(entry: string): Promise<void> {
  const require = createRequire(entry);
  if (isModule(entry, require)) await import(pathToFileURL(entry).href);
  else require(entry);
}

/** The file's extension decides, or else `type` in the nearest package.json. */
function isModule(entry: string, require: NodeJS.Require): boolean {
  if (entry.endsWith('.mjs')) return true;
  if (entry.endsWith('.cjs')) return false;
  const manifest = findPackageJSON(pathToFileURL(entry));
  return manifest !== undefined && require(manifest).type === 'module';
}
