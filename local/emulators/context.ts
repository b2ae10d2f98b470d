/** The types that the emulators share: HTTP requests and responses, and the context of one run. */
import type { Recorder } from './control/recorder.ts';
import type { Directory } from './entra/directory.ts';
import type { Policies } from './entra/policies.ts';
import type { SigningKeys } from './entra/signing-keys.ts';
import type { Credentials } from './key-vault/credentials.ts';

/** An HTTP request whose body has been read. */
export interface EmulatorRequest {
  readonly method: string;
  readonly url: URL;
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most 1 MiB. */
  readonly body: Buffer;
}

/** An HTTP response of an endpoint. */
export interface EmulatorResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | Buffer | object;
}

/** Handles a request, or resolves to `undefined` when another endpoint serves the path. */
export type Endpoint = (request: EmulatorRequest) => Promise<EmulatorResponse | undefined>;

/** What every emulator of one run shares. */
export interface EmulatorContext {
  /** The base URL of all emulators except Table Storage, such as `http://localhost:7070`. */
  readonly origin: string;
  /** The origin of the Client App, for redirect URIs and CORS, such as `http://localhost:5173`. */
  readonly clientAppOrigin: string;
  /** The folder for keys, certificates, table data and the control token. Its mode is 0700. */
  readonly dataDir: string;
  /** Milliseconds since 1970. Tests inject their own clock. */
  readonly now: () => number;
  readonly directory: Directory;
  readonly signingKeys: SigningKeys;
  readonly credentials: Credentials;
  readonly policies: Policies;
  readonly recorder: Recorder;
}
