import type { Recorded } from '../../local/emulators/control/recorder.ts';

/** The options of a token, as `POST /control/token` accepts them. */
export interface TokenOptions {
  /** Name of the app that requests the token. */
  readonly client?: string;
  /** Scopes, separated by commas. */
  readonly scope?: string;
  /** Name of the tenant that issues the token. */
  readonly tenant?: string;
  /** `true`, or the name of an app, for an app-only token. */
  readonly app?: boolean | string;
  /** Claims to replace in the token; `null` removes a claim. */
  readonly claims?: object;
  /** `false` leaves the client capability `cp1` out of `xms_cc`. */
  readonly cp1?: false;
  /** The authentication context that the session has satisfied. */
  readonly acrs?: string;
  /** Whether the user has passed multi-factor authentication. */
  readonly mfa?: boolean;
}

/** A client of the control API of running emulators. */
export interface ControlClient {
  /**
   * Returns an access token from the emulators. It is for Original API unless `scope` names another
   * resource. For an app-only token, pass `undefined` as the user and set `app`.
   */
  token(user: string | undefined, options?: TokenOptions): Promise<string>;
  /** Returns the records of all hops after the sequence number `since`, oldest first. */
  records(since?: number): Promise<readonly Recorded[]>;
  /** Deletes all records. */
  clearRecords(): Promise<void>;
  /** Sets a policy, for one user or for everyone. */
  policy(name: string, value: string, user?: string): Promise<void>;
  /** Resets every policy to its default. */
  resetPolicies(): Promise<void>;
  /**
   * Sends a request to the control API and returns the parsed body, if there is one.
   *
   * @throws {Error} when the status of the response is not 2xx
   */
  control(method: string, path: string, body?: object): Promise<unknown>;
}

/** Creates a client of the control API at `origin`; `token` is the control token. */
export function createControlClient(origin: string, token: string): ControlClient {
  async function control(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${origin}/control/${path}`, {
      method,
      headers: {
        'x-control-token': token,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} /control/${path} returned ${response.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  return {
    control,
    token: async (user, options = {}) => {
      const body = user === undefined ? options : { user, ...options };
      const response = (await control('POST', 'token', body)) as { access_token: string };
      return response.access_token;
    },
    records: async (since = 0) => {
      const response = (await control('GET', `records?since=${since}`)) as { records: Recorded[] };
      return response.records;
    },
    clearRecords: async () => {
      await control('DELETE', 'records');
    },
    policy: async (name, value, user) => {
      const body = user === undefined ? { name, value } : { name, value, user };
      await control('PUT', 'policies', body);
    },
    resetPolicies: async () => {
      await control('DELETE', 'policies');
    },
  };
}
