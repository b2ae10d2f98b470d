/** The OData query options that the emulator supports: $filter, $select and $top. */
import type { User } from '../entra/directory.ts';
import { GraphError } from './graph-error.ts';

/** The properties that the directory has and that User.ReadBasic.All allows an app to read. */
const properties = {
  id: ({ oid }: User) => oid,
  displayName: ({ displayName }: User) => displayName,
  userPrincipalName: ({ upn }: User) => upn,
} as const;

type Property = keyof typeof properties;

const propertyNames = Object.keys(properties) as Property[];
const defaultTop = 100;
const maxTop = 999;

/** A condition of a filter. A quote within the text is doubled. */
const condition = /startswith\((displayName|userPrincipalName), ?'((?:[^']|'')*)'\)/.source;
const filterPattern = new RegExp(`^${condition}(?: or ${condition})*$`, 'i');

function badRequest(message: string): GraphError {
  return new GraphError({ status: 400, code: 'BadRequest', message });
}

/**
 * Checks that the query has only supported options, each once.
 * @throws {GraphError} 400 for another option
 */
export function checkOptions(query: URLSearchParams, supported: readonly string[]): void {
  for (const name of query.keys()) {
    if (!supported.includes(name)) {
      throw badRequest(`The emulator does not support the query option '${name}'.`);
    }
    if (query.getAll(name).length > 1) {
      throw badRequest(`Query option '${name}' was specified more than once.`);
    }
  }
}

/**
 * Parses `$filter`: one or more conditions joined by `or`, each `startswith(displayName,'…')` or
 * `startswith(userPrincipalName,'…')`.
 * @returns a function that tells whether the filter includes a user
 * @throws {GraphError} 400 for another filter
 */
export function parseFilter(filter: string | null): (user: User) => boolean {
  if (filter === null) return () => true;
  if (!filterPattern.test(filter)) throw badRequest('Invalid filter clause.');
  const conditions = [...filter.matchAll(new RegExp(condition, 'gi'))].map(
    ([, property = '', text = '']) => ({
      property: propertyNames.find((name) => name.toLowerCase() === property.toLowerCase()) ?? 'id',
      prefix: text.replaceAll("''", "'").toLowerCase(),
    }),
  );
  return (user) =>
    conditions.some(({ property, prefix }) =>
      properties[property](user).toLowerCase().startsWith(prefix),
    );
}

/**
 * Parses `$select`.
 * @returns a function that picks the selected properties of a user
 * @throws {GraphError} 400 for a property that the emulator does not have
 */
export function parseSelect(select: string | null): (user: User) => object {
  const names = select?.split(',').map((name) => name.trim()) ?? propertyNames;
  const selected = names.map((name) => {
    const property = propertyNames.find((known) => known === name);
    if (property) return property;
    throw badRequest(
      'Parsing OData Select and Expand failed: Could not find a property named ' +
        `'${name}' on type 'microsoft.graph.user'.`,
    );
  });
  return (user) => Object.fromEntries(selected.map((name) => [name, properties[name](user)]));
}

/**
 * Parses `$top`: how many users to return, 1 to 999.
 * @throws {GraphError} 400 for another value
 */
export function parseTop(top: string | null): number {
  if (top === null) return defaultTop;
  const count = Number(top);
  if (/^\d+$/.test(top) && count >= 1 && count <= maxTop) return count;
  throw badRequest(
    `Invalid page size specified: '${top}'. Must be between 1 and ${maxTop} inclusive.`,
  );
}
