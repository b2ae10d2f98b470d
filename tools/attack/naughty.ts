import { type Api, type Case, type CreateCases, sendToken } from './case.ts';
import { createDocument, deleteDocument, jsonHeaders, sendWithToken } from './documents.ts';
import { naughtyStrings } from './naughty-strings.ts';

/** The number of documents that are written at the same time. */
const concurrency = 8;
/** Only every tenth string is tested in a token, because each token causes an exchange. */
const tokenInterval = 10;

/** Strings that often break programs, wherever a user can enter text. */
export const naughty: CreateCases = (api) => {
  const cases = [documentCase(api)];
  if (api.emulators) cases.push(tokenCase(api));
  return cases;
};

/** Writes each string as the title and text of a document and compares what the API returns. */
function documentCase(api: Api): Case {
  const total = naughtyStrings.length;
  return {
    name: `the API returns ${total} naughty strings in title and text unchanged`,
    expected: `${total} unchanged`,
    writes: true,
    async run() {
      const counts = await Promise.all(
        Array.from({ length: concurrency }, (_, index) =>
          countUnchanged(api, selectEvery(concurrency, index)),
        ),
      );
      let unchanged = 0;
      for (const count of counts) unchanged += count;
      return `${unchanged} unchanged`;
    },
  };
}

function selectEvery(interval: number, offset: number): readonly string[] {
  return naughtyStrings.filter((_text, index) => index % interval === offset);
}

async function countUnchanged(api: Api, texts: readonly string[]): Promise<number> {
  const { id, etag: firstEtag } = await createDocument(api);
  let etag = firstEtag;
  let unchanged = 0;
  for (const text of texts) {
    const content = { title: `>${text}`, text };
    const response = await sendWithToken(api, `documents/${id}`, {
      method: 'PUT',
      headers: { ...jsonHeaders, 'if-match': etag },
      body: JSON.stringify(content),
    });
    if (response.status !== 200) continue;
    etag = String(response.headers.etag);
    const { json: stored } = await sendWithToken(api, `documents/${id}`);
    if (stored.title === content.title && stored.text === content.text) unchanged += 1;
  }
  await deleteDocument(api, { id, etag });
  return unchanged;
}

/** Sends tokens with the strings in the claims that contain names. */
function tokenCase(api: Api): Case {
  const names = selectEvery(tokenInterval, 0);
  return {
    name: `the API accepts tokens with ${names.length} naughty strings as names`,
    expected: `${names.length} × 200`,
    async run() {
      let accepted = 0;
      for (const name of names) {
        const claims = { name, preferred_username: name, upn: name, email: name };
        if ((await sendToken(api, api.forge({ claims }))) === '200') accepted += 1;
      }
      return `${accepted} × 200`;
    },
  };
}
