import { algorithmAndKey } from './algorithm-and-key.ts';
import { canaries } from './canary.ts';
import type { Api, Case, Group } from './case.ts';
import { corsAndLeakage } from './cors-and-leakage.ts';
import { form } from './form.ts';
import { issuerAndAudience } from './issuer-and-audience.ts';
import { kindAndScope } from './kind-and-scope.ts';
import { mustStay200 } from './must-stay-200.ts';
import { naughty } from './naughty.ts';
import { objects } from './objects.ts';
import { ownership } from './ownership.ts';
import { requests } from './requests.ts';
import { rotation } from './rotation.ts';
import { time } from './time.ts';

/** In the order they run: the good ones first, since a refusal means nothing where everything is refused; the ones that look back at all answers, or change keys, last. */
export const groups: readonly (readonly [name: string, group: Group])[] = [
  ['Must stay 200', mustStay200],
  ['Requests', requests],
  ['Form', form],
  ['Algorithm and key', (api) => [...algorithmAndKey(api), ...canaries(api)]],
  ['Time', time],
  ['Issuer and audience', issuerAndAudience],
  ['Kind and scope', kindAndScope],
  ['Objects', (api) => [...objects(api), ...ownership(api), ...naughty(api)]],
  ['CORS and leakage', corsAndLeakage],
  ['After a rotation of keys', rotation],
];

/** `ACCEPTED`: let in what must not be; `REFUSED`: shut out what must be let in; `other`: refused or answered in another way than the contract says. */
export type Mark = 'ok' | 'other' | 'ACCEPTED' | 'REFUSED';

export interface Result {
  readonly api: string;
  readonly group: string;
  readonly name: string;
  readonly expected: string;
  readonly got: string;
  readonly mark: Mark;
}

/** Runs one case; what it throws is what it got. */
export async function runCase(api: string, { group, name, expected, run }: Case): Promise<Result> {
  const got = await run().catch(
    (error: unknown) => `failed: ${error instanceof Error ? error.message : String(error)}`,
  );
  return { api, group, name, expected, got, mark: judge(expected, got) };
}

/** Runs a group at an API, one case after the other; those that could write only where `writes` allows it. */
export async function* runGroup(api: Api, group: Group, writes: boolean): AsyncGenerator<Result> {
  for (const one of group(api)) if (writes || !one.writes) yield await runCase(api.name, one);
}

const isSuccess = (text: string) => /^2\d\d/.test(text);

export function judge(expected: string, got: string): Mark {
  const alternatives = expected.split(' or ');
  if (alternatives.includes(got)) return 'ok';
  if (isSuccess(got) && !alternatives.some(isSuccess)) return 'ACCEPTED';
  if (alternatives.every(isSuccess) && !isSuccess(got)) return 'REFUSED';
  return 'other';
}
