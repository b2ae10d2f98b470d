import type { EmulatorContext } from '../context.ts';
import { openManagedIdentityKeys } from './keys.ts';

/** The principal that calls Key Vault or Table Storage. */
export interface AzureCaller {
  /** The object id of the service principal. */
  readonly principalId: string;
  /** The client id. */
  readonly appId: string;
  /** The name of the managed identity. For another principal, its id. */
  readonly name: string;
  /** Azure RBAC role names. Empty for a principal that is not in the directory. */
  readonly roles: readonly string[];
}

/** The caller, or the reason why the token was rejected. */
export type CallerResult =
  | { readonly caller: AzureCaller; readonly rejection?: never }
  | { readonly rejection: string; readonly caller?: never };

/** Seconds by which `nbf` may be in the future. */
const clockToleranceSeconds = 300;

/**
 * Authenticates a caller by its bearer token, as Azure's services do: signature, issuer (the home
 * tenant), audience (one of `audiences`) and times. Authorization is up to the service.
 */
export async function identifyCaller(
  context: EmulatorContext,
  authorization: string | undefined,
  audiences: readonly string[],
): Promise<CallerResult> {
  const [, token] = /^bearer ([\w.-]+)$/i.exec(authorization ?? '') ?? [];
  if (!token) return { rejection: 'There is no bearer token.' };
  const keys = await openManagedIdentityKeys(context);
  const claims = await keys.verify(token).catch(() => undefined);
  if (!claims) return { rejection: 'The signature is invalid.' };

  const { iss, aud, exp, nbf, oid, appid } = claims;
  if (iss !== `${context.origin}/${context.directory.homeTenant.id}/`) {
    return { rejection: 'The issuer is not the tenant of this resource.' };
  }
  if (typeof aud !== 'string' || !audiences.includes(aud)) {
    return { rejection: `The audience is not ${audiences.join(' or ')}.` };
  }
  const nowSeconds = context.now() / 1000;
  if (typeof exp !== 'number' || exp <= nowSeconds) return { rejection: 'The token has expired.' };
  if (typeof nbf === 'number' && nbf > nowSeconds + clockToleranceSeconds) {
    return { rejection: 'The token is not valid yet.' };
  }
  if (typeof oid !== 'string') return { rejection: 'The token has no oid claim.' };

  const identity = context.directory.identities.find(({ principalId }) => principalId === oid);
  return {
    caller: {
      principalId: oid,
      appId: typeof appid === 'string' ? appid : '',
      name: identity?.name ?? oid,
      roles: identity?.roles ?? [],
    },
  };
}
