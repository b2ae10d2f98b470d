/** A box in the picture, where a step starts or ends. */
export type Place = 'client' | 'entra' | 'original' | 'vault' | 'identity' | 'downstream' | 'graph';

/** What a step carries along its arrow. `a` and `b` are the article's tokens. */
export type Cargo = 'a' | 'b' | 'credential' | 'response' | 'refusal';

/** One step of a call, in the terms of Microsoft's Zero Trust article. */
export interface Step {
  /** Where the step starts. */
  readonly from: Place;
  /** Equal to `from` for a step that happens inside one place. */
  readonly to: Place;
  /** What moves from `from` to `to`. Two tokens follow each other on one arrow. */
  readonly cargo: readonly Cargo[];
  /** `cached` for a step that needs no request, because a cached token is still valid. */
  readonly outcome: 'passed' | 'cached' | 'refused';
  /** One sentence, which the list of steps shows. */
  readonly title: string;
  /** Short facts that support the title, such as `aud d0375100…`. */
  readonly facts: readonly string[];
  /** Milliseconds. Absent where no record measures the step. */
  readonly duration?: number;
}

/** Where the chain stopped, and why. */
export interface Stop {
  /** The place that refused or failed. */
  readonly where: Place;
  /** The number of Entra's error, without its `AADSTS` prefix. */
  readonly aadsts?: number;
  /** The OAuth error code of Entra's response. */
  readonly error?: string;
  /** The problem `code` that the Client App receives. Absent where the records do not show it. */
  readonly code?: string;
  /** One sentence for the user. */
  readonly cause: string;
}

/** What one request of Original API adds to the steps of a call. */
export interface HopSteps {
  /** The steps in their order. */
  readonly steps: readonly Step[];
  /** Present when the service refused. */
  readonly stop?: Stop;
}

/** One call of the Client App through the whole chain. */
export interface ChainCall {
  /** The correlation id. */
  readonly id: string;
  /** Method and path, such as `GET documents`. */
  readonly operation: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds. */
  readonly duration: number;
  /** The HTTP status of Original API's response. */
  readonly status: number;
  /** How many requests to the other services this call caused. */
  readonly requestCount: number;
  /** The steps in their order. */
  readonly steps: readonly Step[];
  /** Undefined for a call that succeeded. */
  readonly stop: Stop | undefined;
}

/** The names of the places in sentences. */
export const placeNames: Readonly<Record<Place, string>> = {
  client: 'Client App',
  entra: 'Entra ID',
  original: 'Original API',
  downstream: 'Downstream API',
  vault: 'Key Vault',
  identity: 'Managed identity',
  graph: 'Microsoft Graph',
};
