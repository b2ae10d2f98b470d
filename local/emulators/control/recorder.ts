/** One thing that happened at one hop, as the live chain and the counting tests read it. Claims and codes, never a token or a secret. */
export interface Recorded {
  /** Rises by one with every record, so that a reader can ask for what is new. */
  readonly sequence: number;
  /** Milliseconds since 1970, when the answer was ready. */
  readonly at: number;
  /** How long the hop took, in milliseconds. */
  readonly took: number;
  /** Who answered. */
  readonly hop:
    | 'entra'
    | 'vault'
    | 'managed-identity'
    | 'tables'
    | 'original-api'
    | 'downstream-api';
  /** What was asked: `authorize`, `token`, `metadata`, `keys`, `secrets`, `identity-token`, or a route such as `PUT documents/{id}`. */
  readonly operation: string;
  readonly status: number;
  /** The trace both APIs and Entra's client-request-id share, a GUID; absent where the caller sent none. */
  readonly correlationId?: string;
  /** What was asked and answered, flat and readable: grant, client, user, resource, scopes, aud, error, suberror, aadsts, claims. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface Recorder {
  record(entry: Omit<Recorded, 'sequence'>): void;
  /** The entries after `sequence`, oldest first; the newest 2,000 are kept. */
  since(sequence: number): readonly Recorded[];
  clear(): void;
}

const kept = 2_000;

export function createRecorder(): Recorder {
  let entries: Recorded[] = [];
  let last = 0;
  return {
    record(entry) {
      last += 1;
      entries.push({ sequence: last, ...entry });
      if (entries.length > kept) entries = entries.slice(-kept);
    },
    since: (sequence) => entries.filter((entry) => entry.sequence > sequence),
    clear: () => {
      entries = [];
    },
  };
}
