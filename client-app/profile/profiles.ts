import * as v from 'valibot';
import type { Api, ApiResult } from '../api.ts';

/** A text that may be absent, null or empty. */
const optionalText = v.pipe(
  v.optional(v.nullable(v.string()), ''),
  v.transform((value) => value ?? ''),
);
const profile = v.object({
  userId: v.string(),
  displayName: optionalText,
  jobTitle: optionalText,
  phone: optionalText,
  modified: optionalText,
});

/** A user's profile. Its texts are empty until the user saves them. */
export type Profile = v.InferOutput<typeof profile>;

/** What a user can change. */
export interface ProfileChange {
  readonly displayName: string;
  readonly jobTitle: string;
  readonly phone: string;
}

function pathOf(userId: string): string {
  return `profiles/${encodeURIComponent(userId)}`;
}

/**
 * Reads a profile. A profile that was never saved has no ETag.
 * @param userId an object id, or `me`
 */
export function readProfile(api: Api, userId: string): Promise<ApiResult<Profile>> {
  return api.call({ method: 'GET', path: pathOf(userId), scope: 'Profile.Read' }, profile);
}

/**
 * Creates or replaces a profile.
 * @param userId an object id, or `me`
 * @param basedOn the ETag of the version to replace, or `none` to create the profile
 * @throws ProblemError `conflict` when the stored version is another one
 */
export function saveProfile(
  api: Api,
  userId: string,
  change: ProfileChange,
  basedOn: string,
): Promise<ApiResult<Profile>> {
  return api.call(
    { method: 'PUT', path: pathOf(userId), scope: 'Profile.ReadWrite', body: change, basedOn },
    profile,
  );
}
