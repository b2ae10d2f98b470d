/** The HTML of Entra's pages: an escaping template tag, the frame and the response headers. */
import { randomBytes } from 'node:crypto';
import type { EmulatorResponse } from '../../context.ts';
import { pageStyle } from './page-style.ts';

/** Markup that needs no escaping. `html` creates it. */
export interface Html {
  /** HTML in which all values are escaped. */
  readonly markup: string;
}

type HtmlValue = string | Html | readonly Html[] | undefined;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function renderValue(value: HtmlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') {
    return value.replace(/[&<>"']/g, (character) => entities[character] ?? '');
  }
  if ('markup' in value) return value.markup;
  return value.map(({ markup }) => markup).join('');
}

/** Template tag for HTML. It escapes strings and renders `undefined` as nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = '';
  for (const [index, part] of parts.entries()) markup += part + renderValue(values[index]);
  return { markup };
}

/**
 * Creates the response with a page. The page has no scripts.
 * @param redirectUri The redirect URI that the form of the page can lead to. The Content Security
 *   Policy allows its origin, because browsers apply `form-action` to redirects too.
 */
export function createPageResponse(
  status: number,
  content: Html,
  redirectUri?: string,
): EmulatorResponse {
  const nonce = randomBytes(16).toString('base64');
  const formAction = redirectUri ? `'self' ${new URL(redirectUri).origin}` : "'self'";
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    'img-src data:',
    `form-action ${formAction}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  const page = html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in (local emulators)</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${{ markup: pageStyle }}</style>
<main>${content}
<footer>
This page belongs to the local emulators, not to Microsoft Entra ID.
It needs no account and no password, and no data leaves this machine.
</footer>
</main>
</html>`;
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': policy.join('; '),
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'same-origin',
    },
    body: page.markup,
  };
}
