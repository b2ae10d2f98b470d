/** Entra's public documents: OpenID configuration, signing keys and instance discovery. */
import type { EmulatorContext, EmulatorResponse } from '../context.ts';
import type { Tenant } from './directory.ts';

/** The members that are the same in every OpenID configuration. */
const commonMetadata = {
  token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
  response_modes_supported: ['query', 'fragment'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
  scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
  request_uri_parameter_supported: false,
  http_logout_supported: true,
  frontchannel_logout_supported: true,
  claims_supported: [
    'sub',
    'iss',
    'aud',
    'exp',
    'iat',
    'auth_time',
    'nonce',
    'preferred_username',
    'name',
    'tid',
    'ver',
    'oid',
  ],
};

/** For `common` and `organizations` the issuer contains this instead of a tenant id. */
const tenantPlaceholder = '{tenantid}';

interface MetadataRequest {
  readonly origin: string;
  /** The tenant in the path, such as `contoso` or `common`. */
  readonly segment: string;
  /** `undefined` for `common` and `organizations`. */
  readonly tenantId: string | undefined;
}

/** The OpenID configuration (OpenID Connect Discovery 1.0 §3) for tokens of version 1 or 2. */
function createOpenIdConfiguration(
  { origin, segment, tenantId }: MetadataRequest,
  version: 1 | 2,
): object {
  const versionPath = version === 2 ? '/v2.0' : '';
  const issuer = `${origin}/${tenantId ?? tenantPlaceholder}`;
  const base = `${origin}/${tenantId ?? segment}`;
  return {
    issuer: version === 2 ? `${issuer}/v2.0` : `${issuer}/`,
    authorization_endpoint: `${base}/oauth2${versionPath}/authorize`,
    token_endpoint: `${base}/oauth2${versionPath}/token`,
    jwks_uri: `${base}/discovery${versionPath}/keys`,
    end_session_endpoint: `${base}/oauth2${versionPath}/logout`,
    ...commonMetadata,
    tenant_region_scope: null,
    cloud_instance_name: new URL(origin).host,
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
  };
}

/** Instance discovery, by which MSAL validates an authority. */
function createInstanceMetadata(origin: string, url: URL): object {
  const defaultEndpoint = `${origin}/common/oauth2/v2.0/authorize`;
  const endpoint = url.searchParams.get('authorization_endpoint') ?? defaultEndpoint;
  const path = URL.canParse(endpoint) ? new URL(endpoint).pathname : '/common';
  const tenant = path.split('/')[1];
  const { host } = new URL(origin);
  return {
    tenant_discovery_endpoint: `${origin}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}

/** Returns the document at a path below the tenant, or `undefined` for an unknown path. */
function createDocument(
  { signingKeys }: EmulatorContext,
  request: MetadataRequest,
  path: string,
): object | undefined {
  const { origin, tenantId = tenantPlaceholder } = request;
  switch (path) {
    case 'v2.0/.well-known/openid-configuration':
      return createOpenIdConfiguration(request, 2);
    case '.well-known/openid-configuration':
      return createOpenIdConfiguration(request, 1);
    case 'discovery/v2.0/keys':
      return signingKeys.jwks(`${origin}/${tenantId}/v2.0`);
    case 'discovery/keys':
      return signingKeys.jwks();
    default:
      return undefined;
  }
}

/**
 * Serves `/{tenant}[/v2.0]/.well-known/openid-configuration`, `/{tenant}/discovery[/v2.0]/keys` and
 * `/common/discovery/instance`. Returns `undefined` for another path.
 * @param tenant `undefined` for `common` and `organizations`.
 */
export function handleMetadata(
  context: EmulatorContext,
  url: URL,
  tenant: Tenant | undefined,
): EmulatorResponse | undefined {
  const { origin } = context;
  const headers = { 'Cache-Control': 'max-age=86400, private' };
  if (url.pathname === '/common/discovery/instance') {
    return { status: 200, headers, body: createInstanceMetadata(origin, url) };
  }
  const [, segment = '', path = ''] = /^\/([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
  const body = createDocument(context, { origin, segment, tenantId: tenant?.id }, path);
  return body && { status: 200, headers, body };
}
