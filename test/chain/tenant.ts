import { readFileSync } from 'node:fs';

/** The directory of the Entra emulator: tenants, apps, identities and users. */
export const tenant = JSON.parse(
  readFileSync(new URL('../../local/tenant.json', import.meta.url), 'utf8'),
);

/** Returns the object id of a user. */
export function objectIdOf(name: string): string {
  return tenant.users.find((user: { name: string }) => user.name === name).oid;
}
