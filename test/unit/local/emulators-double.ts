import type { Emulators } from '../../../local/emulators/emulators.ts';
import { readDirectory } from '../../../local/emulators/entra/directory.ts';

/** The part of the emulators that the settings of the APIs are made of. Nothing runs. */
export function createEmulatorsDouble(): Emulators {
  const clientAppOrigin = 'http://localhost:5173';
  const directory = readDirectory(undefined, clientAppOrigin);
  const identity = (name: string) => ({
    clientId: directory.identity(name)?.clientId ?? '',
    header: `header-of-${name}`,
  });
  return {
    context: { origin: 'http://localhost:7070', clientAppOrigin, directory },
    tableEndpoint: 'http://localhost:10002/devstoreaccount1',
    identities: {
      'original-api': identity('original-api'),
      'downstream-api': identity('downstream-api'),
      'func-start': identity('func-start'),
    },
  } as Emulators;
}
