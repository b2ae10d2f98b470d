import { describeSteps } from './steps.ts';
import type { Recorded } from '../policies/emulators.ts';

export type Place = 'client' | 'entra' | 'original' | 'vault' | 'identity' | 'downstream';
/** What travels: a token, the client credential, an answer, a refusal. */
export type Cargo = 'a' | 'b' | 'key' | 'answer' | 'refusal';

/** One step of a call, as the article tells it. It stays inside a place when `from` is `to`. */
export interface Step {
  readonly from: Place;
  readonly to: Place;
  readonly cargo: readonly Cargo[];
  readonly outcome: 'passed' | 'cached' | 'refused';
  readonly title: string;
  /** Facts behind it, short: `aud d0375100…`. */
  readonly facts: readonly string[];
  /** Milliseconds. */
  readonly took?: number;
}

/** Why and where the chain stopped. */
export interface Stop {
  readonly where: Place;
  readonly aadsts?: number;
  readonly error?: string;
  /** The class, which is the problem code that the Client App got; undefined where the records do not tell. */
  readonly code?: string;
  readonly cause: string;
}

/** One call of the Client App through the whole chain. */
export interface ChainCall {
  /** The correlation id. */
  readonly id: string;
  readonly operation: string;
  /** Milliseconds since 1970, when it began. */
  readonly at: number;
  /** Milliseconds. */
  readonly took: number;
  readonly status: number;
  /** How many requests it made at Entra, the vault, the managed identity and the store together. */
  readonly requests: number;
  readonly steps: readonly Step[];
  readonly stop: Stop | undefined;
}

export const began = ({ at, took }: Recorded): number => at - took;

/**
 * Makes calls of records, newest first. Records that carry no correlation id belong to the call during which they happened.
 * Preflights and what no call of Original goes with are left out.
 */
export function gatherCalls(records: readonly Recorded[]): readonly ChainCall[] {
  const told = records.filter(
    ({ operation }) => !operation.startsWith('OPTIONS') && !/health$/.test(operation),
  );
  const groups = Map.groupBy(
    told.filter(({ correlationId }) => correlationId !== undefined),
    ({ correlationId }) => correlationId ?? '',
  );
  return [...groups]
    .flatMap(([id, own]) => {
      const call = own.find(({ hop }) => hop === 'original-api');
      if (!call) return [];
      const beside = told.filter(
        (one) =>
          one.correlationId === undefined && began(one) >= began(call) - 1 && one.at <= call.at + 1,
      );
      const all = [...own, ...beside].sort(
        (one, other) => began(one) - began(other) || one.sequence - other.sequence,
      );
      const earlier = told.filter((one) => one.at < began(call));
      const { steps, stop } = describeSteps(call, all, earlier);
      return [
        {
          id,
          operation: call.operation,
          at: began(call),
          took: call.took,
          status: call.status,
          requests: all.length - 1,
          steps,
          stop,
        },
      ];
    })
    .sort((one, other) => other.at - one.at);
}
