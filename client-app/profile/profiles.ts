import * as v from 'valibot';
import type { Api, ApiAnswer } from '../api.ts';

/** The API leaves out, or sends as null or empty, what nobody has filled in yet. */
const maybe = v.pipe(
  v.optional(v.nullable(v.string()), ''),
  v.transform((value) => value ?? ''),
);
const profile = v.object({
  userId: v.string(),
  displayName: maybe,
  jobTitle: maybe,
  phone: maybe,
  modified: maybe,
});

export type Profile = v.InferOutput<typeof profile>;

export interface ProfileChange {
  readonly displayName: string;
  readonly jobTitle: string;
  readonly phone: string;
}

const at = (userId: string): string => `profiles/${encodeURIComponent(userId)}`;

/** Somebody's details by object id, or the person's own by `me`. The ETag is undefined while nothing is stored. */
export function readProfile(api: Api, userId: string): Promise<ApiAnswer<Profile>> {
  return api.call({ method: 'GET', path: at(userId), scope: 'Profile.Read' }, profile);
}

/** @param basedOn the ETag that was read, or `none` when there was none */
export function saveProfile(
  api: Api,
  userId: string,
  change: ProfileChange,
  basedOn: string,
): Promise<ApiAnswer<Profile>> {
  return api.call(
    { method: 'PUT', path: at(userId), scope: 'Profile.ReadWrite', body: change, basedOn },
    profile,
  );
}
