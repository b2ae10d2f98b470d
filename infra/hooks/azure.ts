import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';

/** Where Azure answers. */
export interface Endpoints {
  readonly management: string;
  readonly graph: string;
  /** Ends without a slash. */
  readonly vault: string;
}

export interface Answer {
  readonly status: number;
  // The answers of Graph, the vault and the management API are read member by member, each checked where it is used.
  readonly body: Readonly<Record<string, unknown>>;
}

export type Resource = keyof Endpoints;

/** Azure's APIs as the person who runs azd. */
export interface Azure {
  /** Sends JSON; every status is an answer. */
  send(resource: Resource, method: string, path: string, body?: unknown): Promise<Answer>;
  /** The object id of that person or workload, and whether it is one or the other. */
  whoAmI(): Promise<{ readonly objectId: string; readonly kind: 'User' | 'ServicePrincipal' }>;
}

const audiences: Readonly<Record<Resource, string>> = {
  management: 'https://management.azure.com/.default',
  graph: 'https://graph.microsoft.com/.default',
  vault: 'https://vault.azure.net/.default',
};

/** Asks azd for a token. @throws Error that says how to sign in */
export async function tokenOfAzd(scope: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('azd', [
      'auth',
      'token',
      '--scope',
      scope,
      '--output',
      'json',
    ]);
    return (JSON.parse(stdout) as { token: string }).token;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(
      `azd gives no token for ${scope}. Run \`azd auth login\` (with \`--scope ${scope}\` when it asks for more).\n${stderr.trim()}`,
    );
  }
}

export function createAzure(
  endpoints: Endpoints,
  token: (scope: string) => Promise<string> = tokenOfAzd,
): Azure {
  return {
    async send(resource, method, path, body) {
      const response = await fetch(`${endpoints[resource]}${path}`, {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(30_000),
        headers: {
          authorization: `Bearer ${await token(audiences[resource])}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }).catch((error) => {
        throw new Error(unreachable(endpoints[resource], error));
      });
      const text = await response.text();
      return { status: response.status, body: readBody(text) };
    },
    async whoAmI() {
      const [, claims = ''] = (await token(audiences.management)).split('.');
      const { oid, idtyp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
        oid: string;
        idtyp?: string;
      };
      return { objectId: oid, kind: idtyp === 'app' ? 'ServicePrincipal' : 'User' };
    },
  };
}

/** For a person: who does not answer, why, as the network says it, and what to look at. */
export function unreachable(url: string, error: Error & { cause?: { message?: string } }): string {
  return `${new URL(url).host} cannot be reached: ${error.cause?.message || error.message}\nSee that it resolves and answers from this machine (network, proxy, firewall), and run the command again.`;
}

/** What stands before Azure's APIs may answer a page instead of JSON; that is a message, too. */
function readBody(text: string): Answer['body'] {
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return { error: { message: text.slice(0, 200) } };
  }
}

/** @throws Error with what was wanted, what Azure said, and the fix */
export function expectStatus(
  answer: Answer,
  wanted: readonly number[],
  what: string,
  fix: string,
): Answer {
  if (wanted.includes(answer.status)) return answer;
  const { code, message } = (answer.body.error ?? {}) as { code?: string; message?: string };
  const said = [answer.status, code, message].filter(Boolean).join(' ');
  throw new Error(`${what} failed: ${said}\n${fix}`);
}

/** The same GUID for the same words, so that doing something twice does it once. */
export function guidOf(...words: readonly string[]): string {
  const hex = createHash('sha256').update(words.join('\0')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
