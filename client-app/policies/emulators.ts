import * as v from 'valibot';
import type { Settings } from '../settings.ts';

const policy = v.object({ name: v.string(), value: v.string(), user: v.optional(v.string()) });
const policies = v.object({ policies: v.array(policy) });
const choices = v.object({
  policies: v.array(policy),
  values: v.record(v.string(), v.array(v.string())),
  endpoints: v.array(v.string()),
  users: v.array(v.string()),
});
const record = v.object({
  sequence: v.number(),
  at: v.number(),
  took: v.number(),
  hop: v.picklist([
    'entra',
    'vault',
    'managed-identity',
    'tables',
    'original-api',
    'downstream-api',
  ]),
  operation: v.string(),
  status: v.number(),
  correlationId: v.optional(v.string()),
  facts: v.record(v.string(), v.unknown()),
});
const records = v.object({ records: v.array(record) });

/** One switch of the local emulators and how it is turned; `fault` is written `ENDPOINT=KIND`. */
export type Policy = v.InferOutput<typeof policy>;
/** The switches, and what they can be turned to; the first value of each is the normal one. */
export type PolicyChoices = v.InferOutput<typeof choices>;
/** What happened at one hop: `at` in milliseconds since 1970 when it ended, `took` in milliseconds. */
export type Recorded = v.InferOutput<typeof record>;

/** The local emulators's control API. Its token opens this emulators only, and nothing else anywhere. @throws Error when the emulators does not answer */
export interface Emulators {
  readChoices(): Promise<PolicyChoices>;
  setPolicy(policy: Policy): Promise<readonly Policy[]>;
  backToNormal(): Promise<readonly Policy[]>;
  readRecords(since: number): Promise<readonly Recorded[]>;
}

/** `undefined` where the settings name no emulators: in the cloud. */
export function createEmulators(
  { emulators }: Settings,
  send: typeof fetch = (...parameters) => fetch(...parameters),
): Emulators | undefined {
  if (!emulators) return undefined;
  async function ask<const S extends v.GenericSchema>(
    method: string,
    path: string,
    shape: S,
    body?: object,
  ): Promise<v.InferOutput<S>> {
    const response = await send(`${emulators?.controlUrl}/${path}`, {
      method,
      headers: {
        'x-control-token': emulators?.controlToken ?? '',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      cache: 'no-store',
      credentials: 'omit',
    });
    if (!response.ok) throw new Error(`The emulators answered ${response.status}.`);
    return v.parse(shape, await response.json());
  }
  return {
    readChoices: () => ask('GET', 'policies', choices),
    setPolicy: async (change) => (await ask('PUT', 'policies', policies, change)).policies,
    backToNormal: async () => (await ask('DELETE', 'policies', policies)).policies,
    readRecords: async (since) => (await ask('GET', `records?since=${since}`, records)).records,
  };
}
