import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';

/** The base URLs of Azure's APIs, without a slash at the end. */
export interface Endpoints {
  /** Azure Resource Manager. */
  readonly management: string;
  /** Microsoft Graph. */
  readonly graph: string;
  /** The data plane of the deployment's key vault. */
  readonly vault: string;
}

/** A response of one of Azure's APIs. */
export interface AzureResponse {
  /** The HTTP status code. */
  readonly status: number;
  /** The JSON body, or `{}` if the body is empty. Callers check each member that they read. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** One of Azure's APIs. */
export type Resource = keyof Endpoints;

/** The person or workload that is signed in to azd. */
export interface Principal {
  /** The object id in Entra. */
  readonly objectId: string;
  /** The type, as role assignments name it. */
  readonly type: 'User' | 'ServicePrincipal';
}

/** A client for Azure's APIs that acts as the principal that is signed in to azd. */
export interface Azure {
  /**
   * Sends a request with a JSON body. Resolves for every status code.
   * @throws {Error} if the API cannot be reached, or azd returns no token
   */
  send(resource: Resource, method: string, path: string, body?: unknown): Promise<AzureResponse>;
  /** Reads the signed-in principal from azd's access token. */
  readPrincipal(): Promise<Principal>;
}

const scopes: Readonly<Record<Resource, string>> = {
  management: 'https://management.azure.com/.default',
  graph: 'https://graph.microsoft.com/.default',
  vault: 'https://vault.azure.net/.default',
};

/** Milliseconds until a request to Azure is aborted. */
const requestTimeout = 30_000;

/** The number of characters that an error message quotes from a body that is not JSON. */
const quotedBodyLength = 200;

/**
 * Gets an access token from azd.
 * @throws {Error} that says how to sign in
 */
export async function readAzdToken(scope: string): Promise<string> {
  const args = ['auth', 'token', '--scope', scope, '--output', 'json'];
  try {
    const { stdout } = await promisify(execFile)('azd', args);
    return (JSON.parse(stdout) as { token: string }).token;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(
      [
        `azd returned no token for ${scope}.`,
        `Run \`azd auth login\`. Add \`--scope ${scope}\` if azd asks for more.`,
        stderr.trim(),
      ].join('\n'),
    );
  }
}

/**
 * Creates a client for Azure's APIs.
 * @param readToken Returns an access token for a scope. Default: azd's own sign-in.
 */
export function createAzure(
  endpoints: Endpoints,
  readToken: (scope: string) => Promise<string> = readAzdToken,
): Azure {
  return {
    async send(resource, method, path, body) {
      const headers = new Headers({
        authorization: `Bearer ${await readToken(scopes[resource])}`,
      });
      if (body) headers.set('content-type', 'application/json');
      const response = await fetchOrExplain(`${endpoints[resource]}${path}`, {
        method,
        headers,
        body: body ? JSON.stringify(body) : null,
        redirect: 'error',
        signal: AbortSignal.timeout(requestTimeout),
      });
      return { status: response.status, body: parseBody(await response.text()) };
    },

    async readPrincipal() {
      const [, payload = ''] = (await readToken(scopes.management)).split('.');
      const { oid, idtyp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
        oid: string;
        idtyp?: string;
      };
      return { objectId: oid, type: idtyp === 'app' ? 'ServicePrincipal' : 'User' };
    },
  };
}

/**
 * Sends a request.
 * @throws {Error} that names the host, the network's reason and what to check
 */
export async function fetchOrExplain(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { message?: string } };
    throw new Error(
      [
        `${new URL(url).host} cannot be reached: ${cause?.message || message}`,
        'Check that this machine can resolve the name and connect (network, proxy, firewall).',
        'Then run the command again.',
      ].join('\n'),
    );
  }
}

/** A proxy in front of Azure may respond with HTML. Its text then becomes the error message. */
function parseBody(text: string): AzureResponse['body'] {
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return { error: { message: text.slice(0, quotedBodyLength) } };
  }
}

/** The expected result of a request to Azure, and the texts of the error otherwise. */
export interface Expectation {
  /** The status codes of success. */
  readonly statuses: readonly number[];
  /** What the request does, such as `Reading the role assignments`. */
  readonly action: string;
  /** What to do if the request fails. */
  readonly fix: string;
}

/**
 * Returns the response if its status is expected.
 * @throws {Error} with the action, Azure's error code and message, and the fix
 */
export function expectStatus(
  response: AzureResponse,
  { statuses, action, fix }: Expectation,
): AzureResponse {
  if (statuses.includes(response.status)) return response;
  const { code, message } = (response.body.error ?? {}) as { code?: string; message?: string };
  const reason = [response.status, code, message].filter(Boolean).join(' ');
  throw new Error(`${action} failed: ${reason}\n${fix}`);
}

/**
 * Derives a GUID from texts. The same texts give the same GUID, so that a repeated request does not
 * create a second resource.
 */
export function deterministicGuid(...texts: readonly string[]): string {
  const hex = createHash('sha256').update(texts.join('\0')).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
