import * as v from 'valibot';
import type { Api, ApiResult } from '../api.ts';

/** A text that may be absent, null or empty. */
const optionalText = v.pipe(
  v.optional(v.nullable(v.string()), ''),
  v.transform((value) => value ?? ''),
);
const profile = v.object({
  /** The object id of the user. */
  userId: v.string(),
  /** The name. */
  displayName: optionalText,
  /** The job title. */
  jobTitle: optionalText,
  /** The phone number, in any format. */
  phone: optionalText,
  /** When the profile was saved, as an ISO 8601 date and time. Empty before the first save. */
  modified: optionalText,
});

/** A user's profile. Its texts are empty until the user saves them. */
export type Profile = v.InferOutput<typeof profile>;

/** What a user can change. */
export interface ProfileChange {
  /** The name. */
  readonly displayName: string;
  /** The job title. Can be empty. */
  readonly jobTitle: string;
  /** The phone number, in any format. Can be empty. */
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
 * @throws {ProblemError} `conflict` when the stored version is another one
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
