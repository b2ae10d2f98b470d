import * as v from 'valibot';
import { ApiError } from '../shared/api-error.ts';
import { readJsonBody } from '../shared/http/body.ts';
import type { ApiRequest } from '../shared/http/call.ts';
import { isGuid, isObject } from '../shared/json.ts';

/** The maximum number of readers of a document, and of its writers. */
const maxUsers = 100;

/** The maximum number of properties in a body. A body with more is not validated. */
const maxProperties = 20;

/** Property names that Valibot ignores. They are rejected like any other unknown property. */
const skippedNames = ['__proto__', 'prototype', 'constructor'];

const text = v.string('must be a string');

const shortText = (maxLength: number) =>
  v.pipe(text, v.maxLength(maxLength, `must have at most ${maxLength} characters`));

const nonBlankText = (maxLength: number) =>
  v.pipe(shortText(maxLength), v.regex(/\S/, 'must not be blank'));

const objectId = v.pipe(
  v.custom<string>(isGuid, 'must contain object ids (GUIDs) only'),
  v.toLowerCase(),
);

const objectIds = v.pipe(
  // The length is checked before the members, so that a huge list is rejected in one step.
  v.custom<unknown[]>(Array.isArray, 'must be a list of object ids'),
  v.maxLength(maxUsers, `must have at most ${maxUsers} object ids`),
  v.array(objectId),
  v.transform((ids) => [...new Set(ids)]),
);

/**
 * The schema of an object with these properties and no others. A client can therefore not set the
 * owner, the tenant or a role.
 */
const strictObject = <E extends v.ObjectEntries>(entries: E) =>
  v.pipe(
    v.custom<object>(isObject, 'must be a JSON object'),
    v.check((body) => Object.keys(body).length <= maxProperties, 'has too many properties'),
    v.check(
      (body) => !skippedNames.some((name) => Object.hasOwn(body, name)),
      'has an unknown property',
    ),
    v.objectWithRest(entries, v.never(), 'is missing'),
  );

const documentBody = strictObject({
  title: nonBlankText(200),
  text,
  readers: v.optional(objectIds),
  writers: v.optional(objectIds),
});

const profileBody = strictObject({
  displayName: nonBlankText(100),
  jobTitle: v.optional(shortText(100), ''),
  phone: v.optional(shortText(50), ''),
});

/** The body of a request to write a document. */
export type DocumentBody = v.InferOutput<typeof documentBody>;

/** The body of a request to write a profile. */
type ProfileBody = v.InferOutput<typeof profileBody>;

/**
 * Reads the body of a request to write a document.
 *
 * @throws {ApiError} as `readJsonBody` does
 * @throws {ApiError} `bad_request`, with the invalid properties in its detail
 */
export const readDocumentBody = (request: ApiRequest): Promise<DocumentBody> =>
  readBody(documentBody, request);

/**
 * Reads the body of a request to write a profile.
 *
 * @throws {ApiError} as `readJsonBody` does
 * @throws {ApiError} `bad_request`, with the invalid properties in its detail
 */
export const readProfileBody = (request: ApiRequest): Promise<ProfileBody> =>
  readBody(profileBody, request);

/** The maximum number of problems in the detail of an error. */
const maxProblems = 5;

async function readBody<S extends v.GenericSchema>(
  schema: S,
  request: ApiRequest,
): Promise<v.InferOutput<S>> {
  const result = v.safeParse(schema, await readJsonBody(request));
  if (result.success) return result.output;
  const problems = new Set(result.issues.map(describeIssue));
  throw new ApiError('bad_request', { detail: [...problems].slice(0, maxProblems).join(' ') });
}

function describeIssue({ type, path, message }: v.BaseIssue<unknown>): string {
  const key = path?.[0]?.key;
  if (typeof key !== 'string') return `The body ${message}.`;
  if (type === 'never') return `Unknown property '${toPrintable(key)}'.`;
  return `'${toPrintable(key)}' ${message}.`;
}

/** The number of characters of a property name that the detail of an error repeats. */
const maxNameLength = 40;

/** Makes a name from the request safe to repeat. */
const toPrintable = (name: string) => name.replace(/[^\w.-]/g, '?').slice(0, maxNameLength);
