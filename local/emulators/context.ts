/** The types that the emulators share: HTTP requests and responses, and the context of one run. */
import type { Recorder } from './control/recorder.ts';
import type { Directory } from './entra/directory.ts';
import type { Policies } from './entra/policies.ts';
import type { SigningKeys } from './entra/signing-keys.ts';
import type { Credentials } from './key-vault/credentials.ts';

/** An HTTP request whose body has been read. */
export interface EmulatorRequest {
  /** The HTTP method. */
  readonly method: string;
  /** The absolute URL. */
  readonly url: URL;
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most 1 MiB. */
  readonly body: Buffer;
}

/** An HTTP response of an endpoint. */
export interface EmulatorResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The headers. `Content-Type` and `Content-Length` have defaults. */
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | Buffer | object;
}

/** Handles a request, or resolves to `undefined` when the path is not its own. */
export type Endpoint = (request: EmulatorRequest) => Promise<EmulatorResponse | undefined>;

/** The state that all emulators of one run share. */
export interface EmulatorContext {
  /** The base URL of all emulators except Table Storage, such as `http://localhost:7070`. */
  readonly origin: string;
  /** The origin of the Client App, for redirect URIs and CORS, such as `http://localhost:5173`. */
  readonly clientAppOrigin: string;
  /** The folder for keys, certificates, table data and the control token. Its mode is 0700. */
  readonly dataDir: string;
  /** Milliseconds since 1970. Tests inject their own clock. */
  readonly now: () => number;
  /** The tenants, users, apps and managed identities. */
  readonly directory: Directory;
  /** Entra's signing keys. */
  readonly signingKeys: SigningKeys;
  /** The client credentials of the apps. */
  readonly credentials: Credentials;
  /** The policies and faults. */
  readonly policies: Policies;
  /** The log of handled requests. */
  readonly recorder: Recorder;
}
