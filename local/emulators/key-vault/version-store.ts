/** The versions of all secrets, in memory and in one private file. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { App } from '../entra/directory.ts';
import { writePrivateFile } from '../private-file.ts';

/** A version of a secret in Key Vault. */
export interface VaultVersion {
  /** The version id: 32 hexadecimal digits. */
  readonly version: string;
  /** The secret, or the PEM of a certificate with its private key. */
  readonly value: string;
  /** `application/x-pem-file` or `text/plain`. */
  readonly contentType: string;
  /** Whether the version can be read. */
  readonly enabled: boolean;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Milliseconds since 1970. */
  readonly expires?: number;
}

/** A version as it is stored. */
export interface StoredVersion extends VaultVersion {
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** Whether Entra accepts this version. */
  readonly accepted: boolean;
}

/** Reads and changes the versions of all secrets. */
export interface VersionStore {
  /** All versions of a secret, newest first. */
  versions(name: string): readonly StoredVersion[];
  /** The versions that Entra accepts, newest first. */
  acceptedVersions(name: string): readonly StoredVersion[];
  /** Adds an enabled and accepted version. Only the ten newest versions of a secret remain. */
  add(name: string, fields: Pick<StoredVersion, 'value' | 'contentType' | 'expires'>): void;
  /** Changes fields of all versions of a secret. */
  updateAll(name: string, fields: Partial<StoredVersion>): void;
  /**
   * Runs `work` for each app and then writes the file. Changes run one after the other, and each is
   * on disk before the next begins.
   */
  change(apps: readonly App[], work: (app: App) => Promise<void>): Promise<void>;
}

const maxVersions = 10;

/** Opens the store. A missing file is an empty store. */
export async function openVersionStore(file: string, now: () => number): Promise<VersionStore> {
  const text = await readFile(file, 'utf8').catch(() => '[]');
  const secrets = new Map<string, readonly StoredVersion[]>(JSON.parse(text));
  const versions = (name: string) => secrets.get(name) ?? [];
  let lastChange: Promise<void> = Promise.resolve();

  return {
    versions,
    acceptedVersions: (name) => versions(name).filter((version) => version.accepted),
    add: (name, fields) => {
      const added = {
        ...fields,
        version: randomBytes(16).toString('hex'),
        created: now(),
        enabled: true,
        accepted: true,
      };
      secrets.set(name, [added, ...versions(name)].slice(0, maxVersions));
    },
    updateAll: (name, fields) => {
      secrets.set(
        name,
        versions(name).map((version) => ({ ...version, ...fields })),
      );
    },
    change: (apps, work) => {
      const previous = lastChange;
      const run = async () => {
        await previous;
        await Promise.all(apps.map(work));
        await writePrivateFile(file, JSON.stringify([...secrets]));
      };
      const result = run();
      // Only the caller of this change gets its error. The next change still runs.
      lastChange = result.catch(() => undefined);
      return result;
    },
  };
}
