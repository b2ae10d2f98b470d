import { randomUUID } from 'node:crypto';
import {
  type Api,
  type Case,
  type CreateCases,
  describeResponse,
  type EmulatorAccess,
} from './case.ts';
import {
  createDocument,
  createHeaders,
  deleteDocument,
  jsonHeaders,
  type RequestOptions,
  sendWithToken,
  validBody,
} from './documents.ts';
import { decodeJwt } from './forge.ts';

const notFound = '404 not_found';
const updateHeaders = { ...jsonHeaders, 'if-match': '"x"' };

/** Documents of the seed data: one of the user of the valid token, one of another tenant. */
const aliceDocument = 'documents/garden-plan';
const otherTenantDocument = 'documents/northern-lights';

/** The rights of a second user (bob) on the first user's objects, and the step-up for deletions. */
export const ownership: CreateCases = (api) => {
  const { emulators } = api;
  if (!emulators) return [];
  const cases = [...otherUserCases(api, emulators), ...sameNamesCases(api, emulators)];
  if (api.kind === 'downstream') cases.push(...unknownUserCases(api));
  cases.push(...stepUpCases(api, emulators));
  return cases;
};

function createCase(name: string, expected: string, run: () => Promise<string>): Case {
  return { name, expected, writes: true, run };
}

function otherUserCases(api: Api, emulators: EmulatorAccess): readonly Case[] {
  const aliceProfile = `profiles/${api.decoded.claims.oid}`;
  const asBob = async (path: string, options: RequestOptions = {}) => {
    const token = await emulators.getToken('bob');
    return describeResponse(await sendWithToken(api, path, { ...options, token }));
  };
  return [
    createCase('read another user’s document', notFound, () => asBob(aliceDocument)),
    createCase('update another user’s document', notFound, () =>
      asBob(aliceDocument, { method: 'PUT', headers: updateHeaders, body: validBody }),
    ),
    createCase('create a document with the id of another user’s', '412 conflict', () =>
      asBob(aliceDocument, { method: 'PUT', headers: createHeaders, body: validBody }),
    ),
    createCase('delete another user’s document', notFound, () =>
      asBob(aliceDocument, { method: 'DELETE', headers: { 'if-match': '"x"' } }),
    ),
    createCase('read a document of another tenant', notFound, () => asBob(otherTenantDocument)),
    createCase('read another user’s profile', '403 forbidden', () => asBob(aliceProfile)),
    createCase('write another user’s profile', '403 forbidden', () =>
      asBob(aliceProfile, {
        method: 'PUT',
        headers: createHeaders,
        body: '{"displayName":"x"}',
      }),
    ),
  ];
}

/** Tokens of bob that contain all names of alice. */
function sameNamesCases(api: Api, emulators: EmulatorAccess): readonly Case[] {
  const { preferred_username, name } = api.decoded.claims;
  const createLookalike = async () => {
    const { claims } = decodeJwt(await emulators.getToken('bob'));
    const token = api.forge({
      claims: {
        ...claims,
        name,
        preferred_username,
        upn: preferred_username,
        email: preferred_username,
        unique_name: preferred_username,
      },
    });
    return { oid: claims.oid, token };
  };
  return [
    createCase(
      'another oid with the same e-mail, upn, name and preferred_username reads its own profile',
      'own',
      async () => {
        const { token, oid } = await createLookalike();
        const { json: profile } = await sendWithToken(api, 'profiles/me', { token });
        return profile.userId === oid ? 'own' : 'not their own';
      },
    ),
    createCase('another oid with the same names reads the document', notFound, async () => {
      const { token } = await createLookalike();
      return describeResponse(await sendWithToken(api, aliceDocument, { token }));
    }),
  ];
}

/** These tokens can only be sent to Downstream API directly: Entra would not exchange them. */
function unknownUserCases(api: Api): readonly Case[] {
  return [
    createCase(
      'an unknown oid with the same names has no documents and an empty profile',
      '0 documents, ""',
      async () => {
        const token = api.forge({ claims: { oid: randomUUID() } });
        const { json: list } = await sendWithToken(api, 'documents', { token });
        const { json: profile } = await sendWithToken(api, 'profiles/me', { token });
        const documents = list.documents as unknown[] | undefined;
        return `${documents?.length} documents, ${JSON.stringify(profile.displayName)}`;
      },
    ),
    createCase(
      'the same oid in another tenant reads the document',
      '401 invalid_token',
      async () => {
        const token = api.forge({ claims: { tid: randomUUID() } });
        return describeResponse(await sendWithToken(api, aliceDocument, { token }));
      },
    ),
  ];
}

/** Deletions with various authentication contexts; only `c1` satisfies the requirement. */
function stepUpCases(api: Api, emulators: EmulatorAccess): readonly Case[] {
  const stepUpRequired = '401 step_up_required';
  const deletion = (name: string, expected: string, claims: Record<string, unknown>) =>
    createCase(`delete with ${name}`, expected, () =>
      deleteWithClaims(api, emulators, { acrs: undefined, ...claims }),
    );
  return [
    ...['c2', 'C1', 'c1 c2', 'c10'].map((acrs) =>
      deletion(`acrs ${JSON.stringify(acrs)}`, stepUpRequired, { acrs: [acrs] }),
    ),
    deletion('acrs missing', stepUpRequired, {}),
    // A client without cp1 does not get Downstream API's own challenge, but it gets Entra's.
    deletion(
      'acrs missing, by a client without cp1',
      api.kind === 'downstream' ? '403 forbidden' : stepUpRequired,
      { xms_cc: undefined },
    ),
    deletion('acrs missing, by a client with CP1 in upper case', stepUpRequired, {
      xms_cc: ['CP1'],
    }),
    deletion('acrs c1', '204', { acrs: ['c1'] }),
  ];
}

async function deleteWithClaims(
  api: Api,
  emulators: EmulatorAccess,
  claims: Record<string, unknown>,
): Promise<string> {
  const document = await createDocument(api);
  // Without this policy, Entra would grant the context in the exchange, and Original API's second
  // attempt would succeed.
  if (api.kind === 'original') await emulators.setPolicy('auth-context', 'on');
  const outcome = describeResponse(
    await sendWithToken(api, `documents/${document.id}`, {
      method: 'DELETE',
      headers: { 'if-match': document.etag },
      token: api.forge({ claims }),
    }),
  );
  if (api.kind === 'original') await emulators.setPolicy('auth-context', 'off');
  if (outcome !== '204') await deleteDocument(api, document);
  return outcome;
}
