/**
 * The borders inside the emulators: what an endpoint is given, what it answers, and what all endpoints share.
 * One process serves every endpoint of the emulators on EMULATOR_PORT; `local/emulators/emulators.ts` puts them together.
 */

import type { Recorder } from './control/recorder.ts';
import type { Directory } from './entra/directory.ts';
import type { Policies } from './entra/policies.ts';
import type { SigningKeys } from './entra/signing-keys.ts';
import type { Credentials } from './key-vault/credentials.ts';

/** A request as an endpoint sees it: the body is read already (cap 1 MiB). */
export interface EmulatorRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** An endpoint's answer; an object body is sent as JSON. */
export interface EmulatorResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | object;
}

/** Answers a request, or `undefined` where the path is not its own. */
export type Endpoint = (request: EmulatorRequest) => Promise<EmulatorResponse | undefined>;

export interface EmulatorContext {
  /** `http://localhost:7070`: the authority host, the vault and the managed identity's host in one. */
  readonly origin: string;
  /** `http://localhost:5173`: where the Client App is served (redirect URIs, CORS). */
  readonly clientAppOrigin: string;
  /** An ignored folder, mode 0700: keys, certificates, table data, the control token. */
  readonly dataDir: string;
  /** Milliseconds since 1970; a test may move it. */
  readonly now: () => number;
  readonly directory: Directory;
  readonly signingKeys: SigningKeys;
  readonly credentials: Credentials;
  readonly policies: Policies;
  readonly recorder: Recorder;
}
