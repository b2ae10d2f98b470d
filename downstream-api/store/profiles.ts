import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import {
  type OpenTable,
  operationOptions,
  readRow,
  readWithRetry,
  type Stored,
  writeRow,
} from './tables.ts';

/** The details of a user. */
export interface Profile {
  /** The object id of the user. */
  readonly userId: string;
  /** The name to show. */
  readonly displayName: string;
  /** The job title, or an empty string. */
  readonly jobTitle: string;
  /** The phone number, or an empty string. */
  readonly phone: string;
  /** When the profile was last written: ISO 8601, UTC. Empty for a profile that was never saved. */
  readonly modified: string;
}

/**
 * The profile store. Each function works within one tenant and throws ApiError `conflict`,
 * `unavailable` or `timeout` as `resultOf` does.
 */
export interface Profiles {
  /** Returns a profile, or `undefined` if it does not exist. */
  read(tenantId: string, userId: string, signal: AbortSignal): Promise<Stored<Profile> | undefined>;
  /**
   * Creates a profile if `etag` is `undefined`. Otherwise replaces the version with this ETag.
   *
   * @throws {ApiError} `conflict` if the profile exists already, or has another version
   */
  write(
    tenantId: string,
    profile: Profile,
    etag: string | undefined,
    signal: AbortSignal,
  ): Promise<Stored<Profile>>;
}

/** Each profile has its own partition, which spreads the load. Profiles are never listed. */
const keysOf = (tenantId: string, userId: string) => ({
  partitionKey: `${tenantId}_${userId}`,
  rowKey: 'profile',
});

const profileRow = v.object({
  displayName: v.string(),
  jobTitle: v.string(),
  phone: v.string(),
  modified: v.string(),
  etag: v.string(),
});

/** Creates the profile store in Azure Table Storage. */
export function createProfiles(open: OpenTable): Profiles {
  const table = open('profiles');

  async function read(
    tenantId: string,
    userId: string,
    signal: AbortSignal,
  ): Promise<Stored<Profile> | undefined> {
    const { partitionKey, rowKey } = keysOf(tenantId, userId);
    const row = await readWithRetry(() =>
      table.getEntity(partitionKey, rowKey, operationOptions(signal)),
    );
    if (!row) return undefined;
    const { etag, ...details } = readRow(profileRow, row);
    return { value: { userId, ...details }, etag };
  }

  return {
    read,

    async write(tenantId, profile, etag, signal) {
      const { userId, ...details } = profile;
      const row = { ...keysOf(tenantId, userId), ...details };
      const request = etag
        ? table.updateEntity(row, 'Replace', { ...operationOptions(signal), etag })
        : table.createEntity(row, operationOptions(signal));
      const newEtag = await writeRow(request, async () => {
        const stored = await read(tenantId, userId, signal);
        return isDeepStrictEqual(stored?.value, profile) ? stored : undefined;
      });
      return { value: profile, etag: newEtag };
    },
  };
}
