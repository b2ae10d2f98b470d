import * as v from 'valibot';
import type { Settings } from '../settings.ts';

const policySchema = v.object({
  /** The name of the policy, such as `mfa`. */
  name: v.string(),
  /** For `fault`: `ENDPOINT=KIND`. */
  value: v.string(),
  /** The only user that the policy applies to. Absent for all users. */
  user: v.optional(v.string()),
});

const policiesSchema = v.object({ policies: v.array(policySchema) });

const choicesSchema = v.object({
  /** The current values. */
  policies: v.array(policySchema),
  /** The possible values by policy name. The first one is the normal value. */
  values: v.record(v.string(), v.array(v.string())),
  /** The endpoints that can have a fault. */
  endpoints: v.array(v.string()),
  /** The names of the users that a policy can be limited to. */
  users: v.array(v.string()),
});

const recordSchema = v.object({
  /** Increases by one with each record. */
  sequence: v.number(),
  /** When the hop sent its response, in milliseconds since 1970. */
  at: v.number(),
  /** How long the hop took, in milliseconds. */
  took: v.number(),
  /** The service that received the request. */
  hop: v.picklist([
    'entra',
    'vault',
    'managed-identity',
    'tables',
    'graph',
    'original-api',
    'downstream-api',
  ]),
  /** An endpoint such as `token` or `keys`, or method and path such as `PUT documents/{id}`. */
  operation: v.string(),
  /** The HTTP status of the response. */
  status: v.number(),
  /** Absent when the request carried no correlation id. */
  correlationId: v.optional(v.string()),
  /** Parts of the request and the response, such as `grant`, `aadsts` or the claims of a token. */
  facts: v.record(v.string(), v.unknown()),
});

const recordsSchema = v.object({ records: v.array(recordSchema) });

/** One policy of the emulators with its value. */
export type Policy = v.InferOutput<typeof policySchema>;

/** The policies as they are, and the values that each can have. */
export type PolicyChoices = v.InferOutput<typeof choicesSchema>;

/** One request that a service of the chain received, and its response. */
export type HopRecord = v.InferOutput<typeof recordSchema>;

/**
 * The control API of the local emulators. Every method rejects when the emulators are not available
 * or return an unexpected response.
 */
export interface EmulatorControl {
  /** Reads the policies and the values that they can have. */
  readChoices(): Promise<PolicyChoices>;
  /** Returns all policies after the change. */
  setPolicy(policy: Policy): Promise<readonly Policy[]>;
  /** Gives every policy its normal value, and returns all policies. */
  resetPolicies(): Promise<readonly Policy[]>;
  /** Returns the records after this sequence number, oldest first. */
  readRecords(since: number): Promise<readonly HopRecord[]>;
}

/**
 * Creates a client of the emulators' control API. Returns `undefined` when the settings name no
 * emulators, as in the cloud. The control token is valid for these local emulators only.
 */
export function createEmulatorControl(
  { emulators: settings }: Settings,
  send: typeof fetch = (...parameters) => fetch(...parameters),
): EmulatorControl | undefined {
  if (!settings) return undefined;
  const { controlUrl, controlToken } = settings;

  async function request<const S extends v.GenericSchema>(
    method: string,
    path: string,
    schema: S,
    body?: object,
  ): Promise<v.InferOutput<S>> {
    const response = await send(`${controlUrl}/${path}`, {
      method,
      headers: {
        'x-control-token': controlToken,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      cache: 'no-store',
      credentials: 'omit',
    });
    if (!response.ok) throw new Error(`The emulators returned status ${response.status}.`);
    return v.parse(schema, await response.json());
  }

  return {
    readChoices: () => request('GET', 'policies', choicesSchema),
    async setPolicy(policy) {
      return (await request('PUT', 'policies', policiesSchema, policy)).policies;
    },
    async resetPolicies() {
      return (await request('DELETE', 'policies', policiesSchema)).policies;
    },
    async readRecords(since) {
      return (await request('GET', `records?since=${since}`, recordsSchema)).records;
    },
  };
}
