import type { EmulatorContext } from '../context.ts';
import { openPlatformKeys } from './platform-keys.ts';

/** Who asks the vault or the tables, with Azure's roles; a principal that the directory's identities do not know has no name and no role. */
export interface PlatformCaller {
  readonly principalId: string;
  readonly appId: string;
  readonly name: string;
  readonly roles: readonly string[];
}

/**
 * Checks a bearer token as an Azure service does: signature, issuer of the home tenant, audience (one of `audiences`),
 * times. Resolves to the caller, or to the reason of the refusal in words; what the caller may do is the service's own question.
 */
export async function identifyCaller(
  context: EmulatorContext,
  authorization: string | undefined,
  audiences: readonly string[],
): Promise<PlatformCaller | string> {
  const [, token] = /^bearer ([\w.-]+)$/i.exec(authorization ?? '') ?? [];
  if (!token) return 'There is no bearer token.';
  const keys = await openPlatformKeys(context);
  const claims = await keys.verify(token).catch(() => undefined);
  if (!claims) return 'The signature is invalid.';
  const { iss, aud, exp, nbf, oid, appid } = claims;
  const issuer = `${context.origin}/${context.directory.homeTenant.id}/`;
  if (iss !== issuer) return 'The issuer is not the tenant of this resource.';
  if (typeof aud !== 'string' || !audiences.includes(aud))
    return `The audience is not ${audiences.join(' or ')}.`;
  const seconds = context.now() / 1000;
  if (typeof exp !== 'number' || exp <= seconds) return 'The token has expired.';
  if (typeof nbf === 'number' && nbf > seconds + 300) return 'The token is not valid yet.';
  if (typeof oid !== 'string') return 'The token names no principal.';
  const identity = context.directory.identities.find(({ principalId }) => principalId === oid);
  return {
    principalId: oid,
    appId: typeof appid === 'string' ? appid : '',
    name: identity?.name ?? oid,
    roles: identity?.roles ?? [],
  };
}
