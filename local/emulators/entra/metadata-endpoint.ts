/** Entra's documents: OpenID configuration v1.0 and v2.0, the signing keys, and instance discovery. */
import type { EmulatorContext, EmulatorResponse } from '../context.ts';
import { Refusal } from './refusal.ts';

const shared = {
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

/** Endpoints and issuer name the tenant's id; for /common and /organizations the issuer has the placeholder `{tenantid}`. */
function describe(origin: string, asked: string, tenantId: string | undefined, version: 1 | 2) {
  const path = version === 2 ? '/v2.0' : '';
  const segment = tenantId ?? asked;
  const oauth2 = `${origin}/${segment}/oauth2${path}`;
  return {
    issuer: `${origin}/${tenantId ?? '{tenantid}'}${version === 2 ? '/v2.0' : '/'}`,
    authorization_endpoint: `${oauth2}/authorize`,
    token_endpoint: `${oauth2}/token`,
    jwks_uri: `${origin}/${segment}/discovery${path}/keys`,
    end_session_endpoint: `${oauth2}/logout`,
    ...shared,
    tenant_region_scope: null,
    cloud_instance_name: new URL(origin).host,
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
  };
}

function describeInstance({ origin }: EmulatorContext, url: URL) {
  const endpoint =
    url.searchParams.get('authorization_endpoint') ?? `${origin}/common/oauth2/v2.0/authorize`;
  const { pathname } = URL.canParse(endpoint) ? new URL(endpoint) : { pathname: '/common' };
  const { host } = new URL(origin);
  return {
    tenant_discovery_endpoint: `${origin}/${pathname.split('/')[1]}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}

const multiTenant = ['common', 'organizations'];

/**
 * Answers GET for `/{tenant}[/v2.0]/.well-known/openid-configuration`, `/{tenant}/discovery[/v2.0]/keys` and
 * `/common/discovery/instance`; `undefined` for other paths. An unknown tenant is a Refusal (90002).
 */
export function answerMetadata(context: EmulatorContext, url: URL): EmulatorResponse | undefined {
  const { origin, directory, signingKeys } = context;
  const headers = { 'Cache-Control': 'max-age=86400, private' };
  if (url.pathname === '/common/discovery/instance')
    return { status: 200, headers, body: describeInstance(context, url) };
  const [, segment = '', rest = ''] = /^\/([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
  const documents: Readonly<Record<string, (tenantId: string | undefined) => object>> = {
    'v2.0/.well-known/openid-configuration': (tenantId) => describe(origin, segment, tenantId, 2),
    '.well-known/openid-configuration': (tenantId) => describe(origin, segment, tenantId, 1),
    'discovery/v2.0/keys': (tenantId) =>
      signingKeys.jwks(`${origin}/${tenantId ?? '{tenantid}'}/v2.0`),
    'discovery/keys': () => signingKeys.jwks(),
  };
  const document = Object.hasOwn(documents, rest) ? documents[rest] : undefined;
  if (!document) return undefined;
  const tenant = directory.tenant(segment);
  if (!tenant && !multiTenant.includes(segment))
    throw new Refusal(90002, { detail: `Tenant '${segment}' not found.` });
  return { status: 200, headers, body: document(tenant?.id) };
}
