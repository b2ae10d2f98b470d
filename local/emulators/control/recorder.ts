/**
 * A request that a hop of the chain handled. It contains claims and error codes, but never a token
 * or a secret.
 */
export interface Recorded {
  /** Increases by one with every record, so that a reader can fetch only newer records. */
  readonly sequence: number;
  /** Milliseconds since 1970, when the response was ready. */
  readonly at: number;
  /** The duration of the request in milliseconds. */
  readonly took: number;
  /** The service that responded. */
  readonly hop:
    | 'entra'
    | 'vault'
    | 'managed-identity'
    | 'tables'
    | 'graph'
    | 'original-api'
    | 'downstream-api';
  /**
   * The endpoint (`authorize`, `token`, `metadata`, `keys`, `secrets`, `identity-token`), or the
   * route of an API, such as `PUT documents/{id}`.
   */
  readonly operation: string;
  /** The HTTP status of the response. */
  readonly status: number;
  /**
   * The trace id of the APIs and the `client-request-id` of Entra and Graph, which are the same
   * GUID.
   * Absent when the caller sent none.
   */
  readonly correlationId?: string;
  /**
   * Details of request and response: grant, client, user, resource, scopes, aud, error, suberror,
   * aadsts, claims.
   */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** An in-memory log of the requests that the emulators and the APIs handled. */
export interface Recorder {
  /** Adds an entry. When there are more than 2,000 entries, the oldest are dropped. */
  record(entry: Omit<Recorded, 'sequence'>): void;
  /** Returns the entries after `sequence`, oldest first. */
  since(sequence: number): readonly Recorded[];
  /** Removes all entries. Sequence numbers continue. */
  clear(): void;
}

const maxEntries = 2_000;

/** Creates an empty recorder. */
export function createRecorder(): Recorder {
  let entries: Recorded[] = [];
  let lastSequence = 0;
  return {
    record(entry) {
      lastSequence += 1;
      entries.push({ sequence: lastSequence, ...entry });
      if (entries.length > maxEntries) entries = entries.slice(-maxEntries);
    },
    since: (sequence) => entries.filter((entry) => entry.sequence > sequence),
    clear: () => {
      entries = [];
    },
  };
}
