/** Key Vault's secrets, as far as a reader needs them (learn.microsoft.com/rest/api/keyvault/secrets), guarded by an Azure role. */
import type { EmulatorContext, EmulatorRequest, Endpoint } from '../context.ts';
import { identifyCaller, type PlatformCaller } from '../managed-identity/identify-caller.ts';
import type { VaultVersion } from './credentials.ts';

const audience = 'https://vault.azure.net';
const role = 'Key Vault Secrets User';
/** What @azure/keyvault-secrets 4.12.0 sends, and older versions that answer the same. */
const apiVersions = ['7.4', '7.5', '7.6', '2025-07-01', '2026-04-01'];

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The vault's own name for the reason of a 403. */
  readonly inner?: string;
}

/**
 * Answers `GET /secrets/{name}`, `/secrets/{name}/{version}` and `/secrets/{name}/versions`. Without a good token: 401 with the challenge
 * that tells SecretClient where to get one. Without the role, or for a disabled version: 403. An expired version is handed out, as in Azure.
 */
export function createKeyVault(context: EmulatorContext): Endpoint {
  const challenge = `Bearer authorization="${context.origin}/${context.directory.homeTenant.id}", resource="${audience}"`;

  return async (request) => {
    if (!/^\/secrets(\/|$)/.test(request.url.pathname)) return undefined;
    const started = performance.now();
    const caller = await identifyCaller(context, request.headers.authorization, [audience]);
    const body = readSecret(context, request, caller);
    const refusal = 'refusal' in body ? body.refusal : undefined;
    const [, , secret, version] = request.url.pathname.split('/');
    context.recorder.record({
      at: context.now(),
      took: performance.now() - started,
      hop: 'vault',
      operation: 'secrets',
      status: refusal?.status ?? 200,
      facts: {
        secret,
        ...(version && { version }),
        ...(typeof caller !== 'string' && { identity: caller.name }),
        ...(refusal && {
          error: refusal.inner ?? refusal.code,
          reason: refusal.message.split('\r\n')[0],
        }),
      },
    });
    if (!refusal) return { status: 200, body };
    const { status, code, message, inner } = refusal;
    return {
      status,
      ...(status === 401 && { headers: { 'WWW-Authenticate': challenge } }),
      body: { error: { code, message, ...(inner && { innererror: { code: inner } }) } },
    };
  };
}

function readSecret(
  context: EmulatorContext,
  { method, url }: EmulatorRequest,
  caller: PlatformCaller | string,
): { refusal: Refusal } | object {
  if (typeof caller === 'string') return refuse(401, 'Unauthorized', caller);
  if (!caller.roles.includes(role)) {
    const who = `appid=${caller.appId};oid=${caller.principalId}`;
    const message = `Caller is not authorized to perform action on resource.\r\nCaller: ${who}\r\nThe role '${role}' is missing.`;
    return refuse(403, 'Forbidden', message, 'ForbiddenByRbac');
  }
  if (!apiVersions.includes(url.searchParams.get('api-version') ?? ''))
    return refuse(400, 'BadParameter', 'The api-version is not supported.');
  const [, , name = '', version = '', ...rest] = url.pathname.split('/');
  if (method !== 'GET') return refuse(405, 'MethodNotAllowed', 'This vault is read only.');
  if (!/^[0-9A-Za-z-]{1,127}$/.test(name) || rest.length > 0)
    return refuse(400, 'BadParameter', 'The name of the secret is invalid.');
  const versions = context.credentials.vaultVersions(name);
  const notFound = refuse(
    404,
    'SecretNotFound',
    `A secret with (name/id) ${name}${version && `/${version}`} was not found in this key vault.`,
  );
  if (versions.length === 0) return notFound;
  const describe = (each: VaultVersion) =>
    describeVersion(`${context.origin}/secrets/${name}/${each.version}`, each);
  if (version === 'versions') return { value: versions.map(describe), nextLink: null };
  const found = version === '' ? versions[0] : versions.find((each) => each.version === version);
  if (!found) return notFound;
  if (!found.enabled)
    return refuse(
      403,
      'Forbidden',
      'Operation get is not allowed on a disabled secret.',
      'SecretDisabled',
    );
  return { value: found.value, ...describe(found) };
}

const refuse = (
  status: number,
  code: string,
  message: string,
  inner?: string,
): { refusal: Refusal } => ({
  refusal: { status, code, message, ...(inner && { inner }) },
});

/** The vault counts in whole seconds. */
function describeVersion(
  id: string,
  { contentType, enabled, created, expires }: VaultVersion,
): object {
  const seconds = Math.floor(created / 1000);
  const exp = expires === undefined ? {} : { exp: Math.floor(expires / 1000) };
  return {
    id,
    contentType,
    attributes: {
      enabled,
      created: seconds,
      updated: seconds,
      ...exp,
      recoveryLevel: 'Recoverable',
      recoverableDays: 90,
    },
  };
}
