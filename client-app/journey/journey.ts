import * as v from 'valibot';
import type { Api } from '../api.ts';

const hop = v.object({ claims: v.record(v.string(), v.unknown()), checks: v.array(v.string()) });
const journey = v.object({ original: hop, downstream: hop });

/** What each hop saw: the claims of its token (never the token), and the checks it passed, in order. */
export type Journey = v.InferOutput<typeof journey>;

export async function readJourney(api: Api): Promise<Journey> {
  return (await api.call({ method: 'GET', path: 'journey', scope: 'Documents.Read' }, journey))
    .value;
}
