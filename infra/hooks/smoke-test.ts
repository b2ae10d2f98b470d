import { lookup } from 'node:dns/promises';
import { BlockList } from 'node:net';
import { fetchOrExplain } from './azure.ts';
import { type Clock, poll } from './poll.ts';

/** Options of {@link smokeTest}. */
export interface SmokeTestOptions {
  /** The URL of Original API, with its route prefix. */
  readonly originalUrl: string;
  /** The URL of Downstream API, with its route prefix. */
  readonly downstreamUrl: string;
  /** Whether Downstream API is reachable from a private network only. */
  readonly privateNetwork: boolean;
  /** The clock for waiting. */
  readonly clock: Clock;
  /** Prints a line for the user. */
  readonly log: (line: string) => void;
  /** Resolves a host name to its IPv4 address. Default: DNS of this machine. */
  readonly resolveAddress?: (host: string) => Promise<string>;
}

/** Milliseconds until a request is aborted. */
const requestTimeout = 30_000;

/** Milliseconds to wait for an API to become healthy after a deployment. */
const startTimeout = 180_000;

/** The private address ranges (RFC 1918). */
const privateAddresses = new BlockList();
privateAddresses.addSubnet('10.0.0.0', 8);
privateAddresses.addSubnet('172.16.0.0', 12);
privateAddresses.addSubnet('192.168.0.0', 16);

/**
 * Checks a deployment without a sign-in: both APIs are healthy, and they reject a request without a
 * token with a challenge that says where to get one.
 *
 * In the private mode, Downstream API must not respond to a machine outside the network. Only a
 * machine inside the network can check its health.
 * @throws {Error} with the unexpected response and what to do
 */
export async function smokeTest(options: SmokeTestOptions): Promise<void> {
  const { originalUrl, downstreamUrl, privateNetwork, clock, log } = options;
  const { resolveAddress = resolveIpv4 } = options;

  await waitUntilHealthy(originalUrl, clock);
  log('Original API is healthy.');
  await expectChallenge(`${originalUrl}/journey`);
  log('Original API rejects a request without a token.');

  if (privateNetwork && !(await hasPrivateAddress(downstreamUrl, resolveAddress))) {
    await expectUnreachable(downstreamUrl);
    log('Downstream API cannot be reached from this machine, as the private mode requires.');
    log('To check its health, run `azd deploy` inside the network.');
    return;
  }
  await waitUntilHealthy(downstreamUrl, clock);
  log('Downstream API is healthy.');
  await expectChallenge(`${downstreamUrl}/caller`);
  log('Downstream API rejects a direct request without a token.');
}

async function waitUntilHealthy(url: string, clock: Clock): Promise<void> {
  let lastStatus: number | undefined;
  await poll({
    clock,
    timeout: startTimeout,
    timeoutMessage: () =>
      [
        `${url}/health did not return 200. Last result: ${lastStatus ?? 'no response'}.`,
        'If a setting is invalid, the log of the app names it: `azd monitor --logs`.',
      ].join('\n'),
    async read() {
      lastStatus = await readHealth(url);
      return lastStatus === 200 || undefined;
    },
  });
}

/** Inside the network, the name of Downstream API resolves to its private endpoint. */
async function hasPrivateAddress(
  url: string,
  resolveAddress: (host: string) => Promise<string>,
): Promise<boolean> {
  try {
    return privateAddresses.check(await resolveAddress(new URL(url).hostname));
  } catch {
    return false;
  }
}

async function expectUnreachable(url: string): Promise<void> {
  if ((await readHealth(url)) === 200)
    throw new Error(
      [
        'Downstream API is reachable from outside its network, although PRIVATE_NETWORK is true.',
        'Run `azd provision` again.',
      ].join('\n'),
    );
}

async function expectChallenge(url: string): Promise<void> {
  const { status, headers } = await get(url);
  const challenge = headers.get('www-authenticate') ?? 'none';
  if (status !== 401 || !/^Bearer .*authorization_uri="https?:/.test(challenge))
    throw new Error(
      [
        `${url} returned ${status} (WWW-Authenticate: ${challenge}) for a request without a token.`,
        'Expected 401 with a Bearer challenge that contains authorization_uri.',
        'Run `azd deploy` again, and check the log of the app: `azd monitor --logs`.',
      ].join('\n'),
    );
}

/** Returns the status of the health endpoint, or `undefined` if it does not respond. */
async function readHealth(url: string): Promise<number | undefined> {
  try {
    return (await get(`${url}/health`)).status;
  } catch {
    return undefined;
  }
}

function get(url: string): Promise<Response> {
  return fetchOrExplain(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(requestTimeout),
  });
}

async function resolveIpv4(host: string): Promise<string> {
  const { address } = await lookup(host, 4);
  return address;
}
