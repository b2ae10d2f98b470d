/** The URLs that the Client App may connect to. */
export interface SiteTargets {
  /** The URL of Entra. Its origin is used. */
  readonly AZURE_AUTHORITY_HOST: string;
  /** The URL of Original API. Its origin is used. */
  readonly ORIGINAL_API_URL: string;
}

/** Response headers by name. */
export interface SiteHeaders {
  /** The content security policy, which every response has. */
  readonly 'Content-Security-Policy': string;
  /** Any other header. */
  readonly [name: string]: string;
}

/** The part of `staticwebapp.config.json` that this project uses. */
export interface SiteConfiguration {
  /** The headers of every response, unless a route has its own. */
  readonly globalHeaders: SiteHeaders;
  /** The routes that differ from the rest of the site. */
  readonly routes: readonly SiteRoute[];
}

/** The configuration of one route. */
export interface SiteRoute {
  /** A path, with `*` for any suffix. */
  readonly route: string;
  /** The headers for this route, instead of the global ones. */
  readonly headers?: SiteHeaders;
  /** The status with which the platform responds instead of serving a file. */
  readonly statusCode?: number;
}

const commonHeaders = {
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * Creates `staticwebapp.config.json`, which sets the headers of every file of the Client App.
 * Source: https://learn.microsoft.com/azure/static-web-apps/configuration
 */
export function siteConfiguration(targets: SiteTargets): SiteConfiguration {
  return {
    globalHeaders: {
      ...commonHeaders,
      'Content-Security-Policy': contentSecurityPolicy(targets, "'none'"),
    },
    routes: [
      {
        // MSAL's hidden frame loads Entra's sign-in and then this page, in a frame of our origin.
        route: '/redirect.html',
        headers: {
          ...commonHeaders,
          'Content-Security-Policy': contentSecurityPolicy(targets, "'self'"),
        },
      },
      // The platform's built-in sign-in accepts GitHub and any Entra account. It is not used here.
      { route: '/.auth/*', statusCode: 404 },
    ],
  };
}

function contentSecurityPolicy(targets: SiteTargets, frameAncestors: string): string {
  const entra = new URL(targets.AZURE_AUTHORITY_HOST).origin;
  const originalApi = new URL(targets.ORIGINAL_API_URL).origin;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${entra} ${originalApi}`,
    `frame-src 'self' ${entra}`,
    `frame-ancestors ${frameAncestors}`,
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
}
