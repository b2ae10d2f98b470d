import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createManagedIdentity } from '../downstream-api/managed-identity.ts';
import { createDocuments } from '../downstream-api/store/documents.ts';
import { createProfiles } from '../downstream-api/store/profiles.ts';
import { createTables, tableNames } from '../downstream-api/store/tables.ts';
import { ApiError } from '../shared/api-error.ts';
import type { Emulators } from './emulators/emulators.ts';

interface Seed {
  readonly documents: readonly {
    id: string;
    owner: string;
    title: string;
    text: string;
    readers: readonly string[];
    writers: readonly string[];
  }[];
  readonly profiles: readonly {
    user: string;
    displayName: string;
    jobTitle: string;
    phone: string;
  }[];
}

/**
 * Makes the tables and puts a few documents and profiles there, once for a data folder: after that everything stays as people leave it.
 * It goes the way that Downstream goes: its identity, its store.
 */
export async function seed({
  context,
  tableEndpoint,
  identities,
}: Pick<Emulators, 'context' | 'tableEndpoint' | 'identities'>): Promise<void> {
  const { clientId, header } = identities['downstream-api'];
  const identity = createManagedIdentity({
    IDENTITY_ENDPOINT: `${context.origin}/msi/token`,
    IDENTITY_HEADER: header,
    AZURE_CLIENT_ID: clientId,
  });
  const open = createTables(new URL(tableEndpoint), identity);
  await Promise.all(tableNames.map((name) => open(name).createTable()));
  const done = join(context.dataDir, 'seeded');
  if (existsSync(done)) return;

  const { documents, profiles }: Seed = JSON.parse(
    readFileSync(new URL('./seed.json', import.meta.url), 'utf8'),
  );
  const userNamed = (name: string) => {
    const user = context.directory.userByName(name);
    if (!user) throw new Error(`local/seed.json names ${name}, who is not in the directory`);
    return user;
  };
  const modified = new Date(context.now()).toISOString();
  const signal = AbortSignal.timeout(30_000);
  const documentStore = createDocuments(open);
  const profileStore = createProfiles(open);
  await Promise.all([
    ...documents.map(({ owner, readers, writers, ...said }) => {
      const { oid, tenantId } = userNamed(owner);
      const document = {
        ...said,
        owner: oid,
        readers: readers.map((name) => userNamed(name).oid),
        writers: writers.map((name) => userNamed(name).oid),
        modified,
      };
      return unlessThere(documentStore.write(tenantId, document, undefined, signal));
    }),
    ...profiles.map(({ user, ...said }) => {
      const { oid, tenantId } = userNamed(user);
      return unlessThere(
        profileStore.write(tenantId, { userId: oid, ...said, modified }, undefined, signal),
      );
    }),
  ]);
  writeFileSync(done, '');
}

/** A start that was cut off has made a part of it. */
const unlessThere = (work: Promise<unknown>) =>
  work.catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.code !== 'conflict') throw error;
  });
