import { lookup } from 'node:dns/promises';
import { BlockList } from 'node:net';
import { unreachable } from './azure.ts';
import { type Clock, poll } from './poll.ts';

export interface SmokeTest {
  /** With their route prefixes, as the APIs are told. */
  readonly originalUrl: string;
  readonly downstreamUrl: string;
  /** Whether Downstream can be reached from a private network alone. */
  readonly privateNetwork: boolean;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** The IPv4 address of a host, as this machine sees it. */
  readonly addressOf?: (host: string) => Promise<string>;
}

const networks = new BlockList();
for (const [address, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  networks.addSubnet(address, bits);

/**
 * What can be known of a deployment without signing in: both APIs are healthy, neither answers without a token, and each says how to get one.
 * @throws Error with the answer that was wrong, and where to look
 */
export async function smokeTest(deployment: SmokeTest): Promise<void> {
  const {
    originalUrl,
    downstreamUrl,
    privateNetwork,
    clock,
    say,
    addressOf = async (host) => (await lookup(host, 4)).address,
  } = deployment;
  await isHealthy(originalUrl, clock);
  say('Original API is healthy.');
  await asksForToken(`${originalUrl}/journey`);
  say('Original API asks a caller without a token for one.');
  // Inside the network Downstream's name leads to its private endpoint; from anywhere else it must not answer.
  const outside =
    privateNetwork &&
    !networks.check(await addressOf(new URL(downstreamUrl).hostname).catch(() => '0.0.0.0'));
  if (outside) {
    const { status } = await get(`${downstreamUrl}/health`).catch(() => ({ status: 0 }));
    if (status === 200)
      throw new Error(
        'Downstream API can be reached from outside its network, which the private mode is to prevent. Run `azd provision` again.',
      );
    say(
      'Downstream API cannot be reached from here, as is right for the private mode; its own health is to be looked at from the network.',
    );
    return;
  }
  await isHealthy(downstreamUrl, clock);
  say('Downstream API is healthy.');
  await asksForToken(`${downstreamUrl}/caller`);
  say('Downstream API refuses a direct call.');
}

async function isHealthy(url: string, clock: Clock): Promise<void> {
  let last = 'no answer';
  const ask = async () => {
    last = await get(`${url}/health`).then(
      ({ status }) => String(status),
      () => 'no answer',
    );
    return last === '200' || undefined;
  };
  const late = () =>
    `${url}/health does not answer 200 but: ${last}. A bad setting is named in the app's log: \`azd monitor --logs\`.`;
  await poll(clock, 180_000, 'late', ask).catch(() => {
    throw new Error(late());
  });
}

async function asksForToken(url: string): Promise<void> {
  const { status, headers } = await get(url).catch((error) => {
    throw new Error(unreachable(url, error));
  });
  const challenge = headers.get('www-authenticate') ?? 'none';
  if (status !== 401 || !/^Bearer .*authorization_uri="https?:/.test(challenge))
    throw new Error(
      `${url} answers ${status} (WWW-Authenticate: ${challenge}) without a token; it must be 401 with authorization_uri.`,
    );
}

const get = (url: string) => fetch(url, { redirect: 'error', signal: AbortSignal.timeout(30_000) });
