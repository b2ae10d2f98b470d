import type { HttpRequest } from '@azure/functions';
import * as v from 'valibot';
import { ApiError } from '../shared/api-error.ts';
import { readJsonBody } from '../shared/http/body.ts';
import { isGuid } from '../shared/json.ts';

const line = (longest: number) =>
  v.pipe(
    v.string('must be a text'),
    v.maxLength(longest, `must have at most ${longest} characters`),
  );
const named = (longest: number) => v.pipe(line(longest), v.regex(/\S/, 'must not be blank'));
const oid = v.pipe(
  v.string('must be an object id, a GUID'),
  v.check((id) => isGuid(id), 'must be an object id, a GUID'),
  v.transform((id) => id.toLowerCase()),
);
const oids = v.optional(
  v.pipe(
    // How many is looked at before what they are: a list of a megabyte is refused in one step.
    v.custom<unknown[]>(Array.isArray, 'must be a list of object ids'),
    v.maxLength(100, 'must name at most 100 users'),
    v.array(oid),
    v.transform((ids) => [...new Set(ids)]),
  ),
);

const isJsonObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nobody names an owner, tenant or role: what is not listed is refused by name. */
const exactly = <E extends v.ObjectEntries>(entries: E) =>
  v.pipe(
    v.custom<object>(isJsonObject, 'must be a JSON object'),
    v.check((body) => Object.keys(body).length <= 20, 'has too many properties'),
    // Valibot passes over these three, so that they would be dropped and not refused.
    v.check(
      (body) =>
        !['__proto__', 'prototype', 'constructor'].some((name) => Object.hasOwn(body, name)),
      'has a property that cannot be sent',
    ),
    v.objectWithRest(entries, v.never('is not a property that can be sent'), 'is missing'),
  );

const documentBody = exactly({
  title: named(200),
  text: v.string('must be a text'),
  readers: oids,
  writers: oids,
});
const profileBody = exactly({
  displayName: named(100),
  jobTitle: v.optional(line(100), ''),
  phone: v.optional(line(50), ''),
});

/** @throws ApiError as `readJsonBody`, and `bad_request` naming every property that is wrong */
export const readDocumentBody = (request: HttpRequest) => read(documentBody, request);
export const readProfileBody = (request: HttpRequest) => read(profileBody, request);

async function read<S extends v.GenericSchema>(
  schema: S,
  request: HttpRequest,
): Promise<v.InferOutput<S>> {
  const result = v.safeParse(schema, await readJsonBody(request));
  if (result.success) return result.output;
  const problems = new Set(result.issues.map(({ path, message }) => `${nameOf(path)} ${message}`));
  throw new ApiError('bad_request', { detail: `${[...problems].slice(0, 5).join('; ')}.` });
}

/** Names come from the request: they are shown short and plain. */
const nameOf = (path: readonly { readonly key: unknown }[] | undefined) => {
  const key = path?.[0]?.key;
  return typeof key === 'string' ? `'${key.replace(/[^\w.-]/g, '?').slice(0, 40)}'` : 'The body';
};
