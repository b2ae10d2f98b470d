import { type Api, type Case, type Group, present } from './case.ts';
import { as, created, json, remove } from './document.ts';
import { naughtyStrings } from './naughty-strings.ts';

/** Texts that break programs, wherever a stranger may put one. */
export const naughty: Group = (api) => [
  inDocuments(api),
  ...(api.emulators ? [inTokens(api)] : []),
];

/** Every one as title and text of a document, several documents side by side; each comes back as it was sent. */
const inDocuments = (api: Api): Case => ({
  group: 'Objects',
  name: `${naughtyStrings.length} naughty strings as title and text come back as they were sent`,
  expected: `${naughtyStrings.length} as sent`,
  writes: true,
  async run() {
    const lanes = 8;
    const same = await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        let { id, etag } = await created(api);
        let count = 0;
        for (const text of naughtyStrings.filter((_text, index) => index % lanes === lane)) {
          const said = { title: `>${text}`, text };
          const answer = await as(api, `documents/${id}`, {
            method: 'PUT',
            headers: { ...json, 'if-match': etag },
            body: JSON.stringify(said),
          });
          if (answer.status !== 200) continue;
          etag = String(answer.headers.etag);
          const { json: stored } = await as(api, `documents/${id}`);
          if (stored.title === said.title && stored.text === said.text) count += 1;
        }
        await remove(api, id, etag);
        return count;
      }),
    );
    return `${same.reduce((sum, count) => sum + count, 0)} as sent`;
  },
});

/** In the claims that hold names; every tenth, since each costs an exchange of its own. */
const inTokens = (api: Api): Case => {
  const names = naughtyStrings.filter((_name, index) => index % 10 === 0);
  return {
    group: 'Objects',
    name: `${names.length} naughty strings as the names in a token change nothing`,
    expected: `${names.length} × 200`,
    async run() {
      let good = 0;
      for (const name of names)
        if (
          (await present(
            api,
            api.forge({ claims: { name, preferred_username: name, upn: name, email: name } }),
          )) === '200'
        )
          good += 1;
      return `${good} × 200`;
    },
  };
};
