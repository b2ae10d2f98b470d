/**
 * The read operations for secrets in Key Vault. They require an Azure role.
 * https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups
 */
import type { EmulatorContext, EmulatorRequest, Endpoint } from '../context.ts';
import { type CallerResult, identifyCaller } from '../managed-identity/identify-caller.ts';
import type { VaultVersion } from './version-store.ts';

const audience = 'https://vault.azure.net';
const requiredRole = 'Key Vault Secrets User';

/** The version that @azure/keyvault-secrets 4.12.0 sends, and older ones with equal responses. */
const apiVersions = ['7.4', '7.5', '7.6', '2025-07-01', '2026-04-01'];

/** An error response of Key Vault. */
interface VaultError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The code in `innererror`, which gives the reason of a 403. */
  readonly innerCode?: string;
}

type VaultResult =
  | { readonly body: object; readonly error?: never }
  | { readonly error: VaultError; readonly body?: never };

/**
 * Creates the endpoint for `GET /secrets/{name}`, `/secrets/{name}/{version}` and
 * `/secrets/{name}/versions`. It responds 401 without a valid token, with the challenge that
 * SecretClient needs. It responds 403 without the role and for a disabled version. It returns an
 * expired version, as Azure does.
 */
export function createKeyVault(context: EmulatorContext): Endpoint {
  const authority = `${context.origin}/${context.directory.homeTenant.id}`;
  const challenge = `Bearer authorization="${authority}", resource="${audience}"`;

  return async (request) => {
    if (!/^\/secrets(\/|$)/.test(request.url.pathname)) return undefined;
    const started = performance.now();
    const callerResult = await identifyCaller(context, request.headers.authorization, [audience]);
    const { caller } = callerResult;
    const { body, error } = readSecret(context, request, callerResult);
    const [, , secret, version] = request.url.pathname.split('/');
    context.recorder.record({
      at: context.now(),
      took: performance.now() - started,
      hop: 'vault',
      operation: 'secrets',
      status: error?.status ?? 200,
      facts: {
        secret,
        ...(version && { version }),
        ...(caller && { identity: caller.name }),
        ...(error && {
          error: error.innerCode ?? error.code,
          reason: error.message.split('\r\n')[0],
        }),
      },
    });
    if (!error) return { status: 200, body };
    const { status, code, message, innerCode } = error;
    return {
      status,
      ...(status === 401 && { headers: { 'WWW-Authenticate': challenge } }),
      body: { error: { code, message, ...(innerCode && { innererror: { code: innerCode } }) } },
    };
  };
}

function readSecret(
  context: EmulatorContext,
  { method, url }: EmulatorRequest,
  callerResult: CallerResult,
): VaultResult {
  const accessError = checkAccess(callerResult);
  if (accessError) return { error: accessError };
  if (!apiVersions.includes(url.searchParams.get('api-version') ?? '')) {
    return fail(400, 'BadParameter', 'The api-version is not supported.');
  }
  if (method !== 'GET') return fail(405, 'MethodNotAllowed', 'This vault is read only.');
  const [, , name = '', version = '', ...extraSegments] = url.pathname.split('/');
  if (!/^[0-9A-Za-z-]{1,127}$/.test(name) || extraSegments.length > 0) {
    return fail(400, 'BadParameter', 'The name of the secret is invalid.');
  }

  const versions = context.credentials.vaultVersions(name);
  const describe = (item: VaultVersion) =>
    describeVersion(`${context.origin}/secrets/${name}/${item.version}`, item);
  if (version === 'versions' && versions.length > 0) {
    return { body: { value: versions.map(describe), nextLink: null } };
  }
  const found = version === '' ? versions[0] : versions.find((item) => item.version === version);
  if (!found) {
    const id = version === '' ? name : `${name}/${version}`;
    const message = `A secret with (name/id) ${id} was not found in this key vault.`;
    return fail(404, 'SecretNotFound', message);
  }
  if (!found.enabled) {
    const message = 'Operation get is not allowed on a disabled secret.';
    return fail(403, 'Forbidden', message, 'SecretDisabled');
  }
  return { body: { value: found.value, ...describe(found) } };
}

function checkAccess({ caller, rejection }: CallerResult): VaultError | undefined {
  if (!caller) return { status: 401, code: 'Unauthorized', message: rejection };
  if (caller.roles.includes(requiredRole)) return undefined;
  const lines = [
    'Caller is not authorized to perform action on resource.',
    `Caller: appid=${caller.appId};oid=${caller.principalId}`,
    `The role '${requiredRole}' is missing.`,
  ];
  return {
    status: 403,
    code: 'Forbidden',
    message: lines.join('\r\n'),
    innerCode: 'ForbiddenByRbac',
  };
}

function fail(
  status: number,
  code: string,
  message: string,
  innerCode?: string,
): { readonly error: VaultError } {
  return { error: { status, code, message, ...(innerCode && { innerCode }) } };
}

/** The JSON of a version without its value. Its times are in whole seconds since 1970. */
function describeVersion(
  id: string,
  { contentType, enabled, created, expires }: VaultVersion,
): object {
  const createdSeconds = Math.floor(created / 1000);
  return {
    id,
    contentType,
    attributes: {
      enabled,
      created: createdSeconds,
      updated: createdSeconds,
      ...(expires === undefined ? {} : { exp: Math.floor(expires / 1000) }),
      recoveryLevel: 'Recoverable',
      recoverableDays: 90,
    },
  };
}
