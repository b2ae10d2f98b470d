import type { Recorded } from '../../local/emulators/control/recorder.ts';

/** What `POST /control/token` takes beside the user. */
export interface TokenOptions {
  readonly client?: string;
  readonly scope?: string;
  readonly tenant?: string;
  readonly app?: boolean | string;
  /** Members of the token to replace; `null` removes one. */
  readonly claims?: object;
  /** Without `cp1` in `xms_cc`. */
  readonly cp1?: false;
  /** The authentication context that the session has satisfied. */
  readonly acrs?: string;
  readonly mfa?: boolean;
}

/** What a test may ask of a running emulators. */
export interface ControlClient {
  /** An access token from the emulators, for Original unless `scope` says otherwise; `undefined` as user with `app` for app-only. */
  token(user: string | undefined, options?: TokenOptions): Promise<string>;
  /** What happened at the hops since a sequence number, oldest first. */
  records(since?: number): Promise<readonly Recorded[]>;
  clearRecords(): Promise<void>;
  policy(name: string, value: string, user?: string): Promise<void>;
  resetPolicies(): Promise<void>;
  /** The control API itself; throws for an answer that is not 2xx. */
  control(method: string, path: string, body?: object): Promise<unknown>;
}

/** A client of the control API of the emulators at `origin`. */
export function createControlClient(origin: string, token: string): ControlClient {
  async function control(method: string, path: string, body?: object): Promise<unknown> {
    const headers = {
      'x-control-token': token,
      ...(body && { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${origin}/control/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} /control/${path} answered ${response.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
  return {
    control,
    token: async (user, options = {}) =>
      (
        (await control('POST', 'token', { ...(user !== undefined && { user }), ...options })) as {
          access_token: string;
        }
      ).access_token,
    records: async (since = 0) =>
      ((await control('GET', `records?since=${since}`)) as { records: Recorded[] }).records,
    clearRecords: async () => void (await control('DELETE', 'records')),
    policy: async (name, value, user) =>
      void (await control('PUT', 'policies', { name, value, ...(user !== undefined && { user }) })),
    resetPolicies: async () => void (await control('DELETE', 'policies')),
  };
}
