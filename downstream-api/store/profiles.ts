import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { Stored } from './documents.ts';
import { askAgain, limitedBy, type OpenTable, readRow, write } from './tables.ts';

export interface Profile {
  readonly userId: string;
  readonly displayName: string;
  readonly jobTitle: string;
  readonly phone: string;
  /** ISO 8601, UTC; empty for a profile that was never saved. */
  readonly modified: string;
}

/** User details, a row each. Every function throws ApiError `conflict`, `unavailable` or `timeout` as `ask` does. */
export interface Profiles {
  read(tenantId: string, userId: string, signal: AbortSignal): Promise<Stored<Profile> | undefined>;
  /** Creates, or replaces the version that `etag` names. */
  write(
    tenantId: string,
    profile: Profile,
    etag: string | undefined,
    signal: AbortSignal,
  ): Promise<Stored<Profile>>;
}

/** A user is a partition: they are never listed, and tenants of any size spread evenly. */
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

export function createProfiles(open: OpenTable): Profiles {
  const profiles = open('profiles');
  const read: Profiles['read'] = async (tenantId, userId, signal) => {
    const { partitionKey, rowKey } = keysOf(tenantId, userId);
    const row = await askAgain(() => profiles.getEntity(partitionKey, rowKey, limitedBy(signal)));
    if (!row) return undefined;
    const { etag, ...said } = readRow(profileRow, row);
    return { value: { userId, ...said }, etag };
  };
  return {
    read,
    async write(tenantId, profile, etag, signal) {
      const { userId, ...rest } = profile;
      const row = { ...keysOf(tenantId, userId), ...rest };
      const saved = etag
        ? profiles.updateEntity(row, 'Replace', { ...limitedBy(signal), etag })
        : profiles.createEntity(row, limitedBy(signal));
      const written = await write(saved, async () => {
        const found = await read(tenantId, userId, signal);
        return isDeepStrictEqual(found?.value, profile) ? found : undefined;
      });
      return { value: profile, etag: written };
    },
  };
}
