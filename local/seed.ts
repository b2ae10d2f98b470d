import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createManagedIdentity } from '../downstream-api/managed-identity.ts';
import { createDocuments } from '../downstream-api/store/documents.ts';
import { createProfiles } from '../downstream-api/store/profiles.ts';
import { createTables, tableNames } from '../downstream-api/store/tables.ts';
import { ApiError } from '../shared/api-error.ts';
import type { Emulators } from './emulators/emulators.ts';

/** A document in seed.json. Users have the names of the directory. */
export interface SeedDocument {
  /** The id of the document. */
  readonly id: string;
  /** The name of the user who owns the document. */
  readonly owner: string;
  /** The title of the document. */
  readonly title: string;
  /** The text of the document. */
  readonly text: string;
  /** The names of the users who may read the document. */
  readonly readers: readonly string[];
  /** The names of the users who may change the document. */
  readonly writers: readonly string[];
}

/** The profile of a user in seed.json. */
export interface SeedProfile {
  /** The name of the user. */
  readonly user: string;
  /** The full name of the user, as in the directory. */
  readonly displayName: string;
  /** The job title of the user. */
  readonly jobTitle: string;
  /** The phone number of the user. */
  readonly phone: string;
}

/** The content of seed.json. */
export interface SeedData {
  /** The documents to create. */
  readonly documents: readonly SeedDocument[];
  /** The profiles to create. */
  readonly profiles: readonly SeedProfile[];
}

const seedFile = new URL('./seed.json', import.meta.url);
const writeMilliseconds = 30_000;

/** Reads the example documents and profiles. */
export function readSeedData(): SeedData {
  return JSON.parse(readFileSync(seedFile, 'utf8'));
}

/**
 * Creates the tables, and fills them with example data if this data folder is new. Later changes
 * are kept. All rows are written with the identity and the store of Downstream API.
 */
export async function seedTables({
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
  const openTable = createTables(new URL(tableEndpoint), identity);
  await Promise.all(tableNames.map((name) => openTable(name).createTable()));
  const marker = join(context.dataDir, 'seeded');
  if (existsSync(marker)) return;

  const documentStore = createDocuments(openTable);
  const profileStore = createProfiles(openTable);
  const modified = new Date(context.now()).toISOString();
  const signal = AbortSignal.timeout(writeMilliseconds);

  function findUser(name: string) {
    const user = context.directory.userByName(name);
    if (!user) throw new Error(`local/seed.json names ${name}, who is not in the directory.`);
    return user;
  }

  async function writeDocument({ id, owner, title, text, readers, writers }: SeedDocument) {
    const { oid, tenantId } = findUser(owner);
    const document = {
      id,
      title,
      text,
      owner: oid,
      readers: readers.map((name) => findUser(name).oid),
      writers: writers.map((name) => findUser(name).oid),
      modified,
    };
    await ignoreConflict(documentStore.write(tenantId, document, undefined, signal));
  }

  async function writeProfile({ user, displayName, jobTitle, phone }: SeedProfile) {
    const { oid, tenantId } = findUser(user);
    const profile = { userId: oid, displayName, jobTitle, phone, modified };
    await ignoreConflict(profileStore.write(tenantId, profile, undefined, signal));
  }

  const { documents, profiles } = readSeedData();
  await Promise.all([...documents.map(writeDocument), ...profiles.map(writeProfile)]);
  writeFileSync(marker, '');
}

/** An earlier start that was interrupted may have written some of the rows. */
async function ignoreConflict(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'conflict') throw error;
  }
}
