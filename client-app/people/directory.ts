import * as v from 'valibot';
import type { Api } from '../api.ts';

const directoryUser = v.pipe(
  v.object({
    /** The object id. */
    id: v.string(),
    /** The display name. In `DirectoryUser`, the user name replaces an empty one. */
    name: v.string(),
    /** The user principal name, which is unique in the organization. */
    userName: v.string(),
  }),
  v.transform((user) => ({ ...user, name: user.name || user.userName })),
);
const searchResult = v.object({ people: v.array(directoryUser) });

/** A user in the organization's directory. */
export type DirectoryUser = v.InferOutput<typeof directoryUser>;

/** The most users that Original API finds for one text. */
export const maxFoundUsers = 20;
/** The longest text that Original API searches for, in UTF-16 code units. */
export const maxSearchLength = 64;

/**
 * Finds users whose name or user name starts with a text.
 * @param text 1 to 64 UTF-16 code units
 * @throws {ProblemError} when the users cannot be looked up
 */
export async function searchUsers(api: Api, text: string): Promise<readonly DirectoryUser[]> {
  // Unlike `encodeURIComponent`, this accepts half of a surrogate pair.
  const query = new URLSearchParams({ search: text });
  const { value } = await api.call(
    { method: 'GET', path: `people?${query}`, scope: 'Profile.Read' },
    searchResult,
  );
  return value.people;
}

/**
 * Reads one user.
 * @param id the object id
 * @throws {ProblemError} `not_found` when the directory has no such user
 */
export async function readUser(api: Api, id: string): Promise<DirectoryUser> {
  const { value } = await api.call(
    { method: 'GET', path: `people/${encodeURIComponent(id)}`, scope: 'Profile.Read' },
    directoryUser,
  );
  return value;
}
