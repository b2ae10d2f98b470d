import { randomUUID } from 'node:crypto';
import { type Api, type Case, describeAnswer, type Group } from './case.ts';
import { as, create, created, goodBody, json, type Options, remove } from './document.ts';

const group = 'Objects';
const notFound = '404 not_found';

/** Whose things are whose: what a second user may do, and what the first one must be asked for once more. */
export const ownership: Group = (api) => {
  const { emulators } = api;
  if (!emulators) return [];
  const { oid } = api.good.claims;
  const one = (name: string, expected: string, run: () => Promise<string>): Case => ({
    group,
    name,
    expected,
    writes: true,
    run,
  });
  const asBob = async (path: string, options: Options = {}) =>
    describeAnswer(await as(api, path, { ...options, token: await emulators.token('bob') }));
  /** bob, under every name of the first user. */
  const lookAlike = async () => {
    const bob = JSON.parse(
      Buffer.from((await emulators.token('bob')).split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, unknown>;
    const { preferred_username, name } = api.good.claims;
    return {
      oid: bob.oid,
      token: api.forge({
        claims: {
          ...bob,
          name,
          preferred_username,
          upn: preferred_username,
          email: preferred_username,
          unique_name: preferred_username,
        },
      }),
    };
  };
  const guarded = { ...json, 'if-match': '"x"' };
  return [
    one('another user’s document: read', notFound, () => asBob('documents/garden-plan')),
    one('another user’s document: write', notFound, () =>
      asBob('documents/garden-plan', { method: 'PUT', headers: guarded, body: goodBody }),
    ),
    one('another user’s document: write as new', '412 conflict', () =>
      asBob('documents/garden-plan', { method: 'PUT', headers: create, body: goodBody }),
    ),
    one('another user’s document: delete', notFound, () =>
      asBob('documents/garden-plan', { method: 'DELETE', headers: { 'if-match': '"x"' } }),
    ),
    one('a document of another tenant', notFound, () => asBob('documents/northern-lights')),
    one('another user’s profile: read', '403 forbidden', () => asBob(`profiles/${oid}`)),
    one('another user’s profile: write', '403 forbidden', () =>
      asBob(`profiles/${oid}`, { method: 'PUT', headers: create, body: '{"displayName":"x"}' }),
    ),
    one(
      'the same e-mail, upn, name and preferred_username with another oid: that user’s own profile',
      'own',
      async () => {
        const { token, oid: own } = await lookAlike();
        const { json: profile } = await as(api, 'profiles/me', { token });
        return profile.userId === own ? 'own' : 'not their own';
      },
    ),
    one('the same names with another oid: the first user’s document', notFound, async () =>
      describeAnswer(await as(api, 'documents/garden-plan', { token: (await lookAlike()).token })),
    ),
    ...(api.kind === 'downstream'
      ? [
          one(
            'the same names with an oid nobody has: no documents, an empty profile',
            '0 documents, ""',
            async () => {
              const token = api.forge({ claims: { oid: randomUUID() } });
              const [list, profile] = [
                await as(api, 'documents', { token }),
                await as(api, 'profiles/me', { token }),
              ];
              return `${(list.json.documents as unknown[] | undefined)?.length} documents, ${JSON.stringify(profile.json.displayName)}`;
            },
          ),
          one('a user’s own document, in another tenant', '401 invalid_token', async () =>
            describeAnswer(
              await as(api, 'documents/garden-plan', {
                token: api.forge({ claims: { tid: randomUUID() } }),
              }),
            ),
          ),
        ]
      : []),
    ...['c2', 'C1', 'c1 c2', 'c10', ''].map((acrs) =>
      stepUp(
        api,
        emulators,
        `acrs ${JSON.stringify(acrs)}`,
        '401 step_up_required',
        acrs === '' ? {} : { acrs: [acrs] },
      ),
    ),
    // To a client without cp1 Downstream's own challenge does not go, and what Entra demands goes all the same.
    stepUp(
      api,
      emulators,
      'acrs missing, from a client without cp1',
      api.kind === 'downstream' ? '403 forbidden' : '401 step_up_required',
      {
        xms_cc: undefined,
      },
    ),
    stepUp(api, emulators, 'acrs missing, cp1 in another case', '401 step_up_required', {
      xms_cc: ['CP1'],
    }),
    stepUp(api, emulators, 'acrs c1', '204', { acrs: ['c1'] }),
  ];
};

/** Deletes a document of one's own with a token that says so much of authentication contexts. */
const stepUp = (
  api: Api,
  emulators: NonNullable<Api['emulators']>,
  name: string,
  expected: string,
  claims: Record<string, unknown>,
): Case => ({
  group,
  name: `delete: ${name}`,
  expected,
  writes: true,
  async run() {
    const { id, etag } = await created(api);
    // Otherwise Entra grants the context to whoever asks, and the deletion goes through after one exchange more.
    if (api.kind === 'original') await emulators.policy('auth-context', 'on');
    const got = describeAnswer(
      await as(api, `documents/${id}`, {
        method: 'DELETE',
        headers: { 'if-match': etag },
        token: api.forge({ claims: { acrs: undefined, ...claims } }),
      }),
    );
    if (api.kind === 'original') await emulators.policy('auth-context', 'off');
    if (got !== '204') await remove(api, id, etag);
    return got;
  },
});
