import * as v from 'valibot';
import type { Api } from '../api.ts';

const hopSchema = v.object({
  /** Claims of the token that this API received. The token itself is never returned. */
  claims: v.record(v.string(), v.unknown()),
  /** The names of the checks that the token passed, in their order. */
  checks: v.array(v.string()),
});

const journeySchema = v.object({
  /** What Original API saw of token A. */
  original: hopSchema,
  /** What Downstream API saw of token B. */
  downstream: hopSchema,
});

/** What each API of the chain learned about one call from its own token. */
export type Journey = v.InferOutput<typeof journeySchema>;

/**
 * Makes a call through the whole chain.
 * @throws {ProblemError} when the call fails
 */
export async function readJourney(api: Api): Promise<Journey> {
  const request = { method: 'GET', path: 'journey', scope: 'Documents.Read' } as const;
  const { value } = await api.call(request, journeySchema);
  return value;
}
