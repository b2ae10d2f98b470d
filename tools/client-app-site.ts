import type { Deployment } from '../infra/hooks/environment.ts';

type Needed = Pick<
  Deployment,
  | 'AZURE_AUTHORITY_HOST'
  | 'AZURE_TENANT_ID'
  | 'CLIENT_APP_ID'
  | 'ORIGINAL_API_CLIENT_ID'
  | 'ORIGINAL_API_URL'
>;

/** `settings.json` of a deployed Client App (client-app/settings.ts): no rebuild for each environment. */
export const clientSettings = (deployment: Needed) => ({
  authority: new URL(deployment.AZURE_TENANT_ID, deployment.AZURE_AUTHORITY_HOST).href,
  clientId: deployment.CLIENT_APP_ID,
  originalApiUrl: deployment.ORIGINAL_API_URL,
  originalApiId: `api://${deployment.ORIGINAL_API_CLIENT_ID}`,
});

/**
 * `staticwebapp.config.json`: the headers of every file. MSAL's hidden frame shows Entra's sign-in and then the redirect page, so that page
 * alone may be framed, by its own origin. Source: https://learn.microsoft.com/azure/static-web-apps/configuration
 */
export function siteConfiguration(
  deployment: Pick<Needed, 'AZURE_AUTHORITY_HOST' | 'ORIGINAL_API_URL'>,
) {
  const entra = new URL(deployment.AZURE_AUTHORITY_HOST).origin;
  const original = new URL(deployment.ORIGINAL_API_URL).origin;
  const policy = (ancestors: string) =>
    [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      `connect-src 'self' ${entra} ${original}`,
      `frame-src 'self' ${entra}`,
      `frame-ancestors ${ancestors}`,
      "form-action 'none'",
      "base-uri 'none'",
    ].join('; ');
  const headers = {
    'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-cache',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
  return {
    globalHeaders: { ...headers, 'Content-Security-Policy': policy("'none'") },
    routes: [
      {
        route: '/redirect.html',
        headers: { ...headers, 'Content-Security-Policy': policy("'self'") },
      },
      // The platform's own sign-in, with GitHub or any Entra account, means nothing here.
      { route: '/.auth/*', statusCode: 404 },
    ],
  };
}
