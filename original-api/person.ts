import * as v from 'valibot';
import { ApiError } from '../shared/api-error.ts';

/** A person of the caller's tenant. */
export interface Person {
  /** The object id. Documents are shared with it. */
  readonly id: string;
  /** The display name. */
  readonly name: string;
  /** The user principal name, such as `alice@contoso.example`. */
  readonly userName: string;
}

/** The properties of a user that Microsoft Graph is asked for. */
export const selectedProperties = 'id,displayName,userPrincipalName';

const graphUser = v.pipe(
  v.object({
    id: v.string(),
    displayName: v.nullable(v.string()),
    userPrincipalName: v.string(),
  }),
  v.transform(
    ({ id, displayName, userPrincipalName }): Person => ({
      id,
      name: displayName ?? userPrincipalName,
      userName: userPrincipalName,
    }),
  ),
);

const graphUsers = v.object({ value: v.array(graphUser) });

/**
 * Parses a user in a response of Microsoft Graph.
 *
 * @throws {ApiError} `bad_gateway` if it is not a user
 */
export const parsePerson = (json: unknown): Person => parse(graphUser, json);

/**
 * Parses a list of users in a response of Microsoft Graph.
 *
 * @throws {ApiError} `bad_gateway` if it is not a list of users
 */
export const parsePeople = (json: unknown): readonly Person[] => parse(graphUsers, json).value;

function parse<S extends v.GenericSchema>(schema: S, json: unknown): v.InferOutput<S> {
  const { success, output } = v.safeParse(schema, json);
  if (success) return output;
  throw new ApiError('bad_gateway', { logContext: { check: 'graph', reason: 'not a user' } });
}
