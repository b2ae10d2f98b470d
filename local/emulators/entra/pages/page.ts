/** The frame of every page a person meets at the emulators's Entra: one origin, no script, a style with a nonce. */
import { randomBytes } from 'node:crypto';
import type { EmulatorResponse } from '../../context.ts';

/** HTML that is safe to write out: made by `html`, which escapes what is put in. */
export interface Html {
  readonly markup: string;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function write(value: string | Html | readonly Html[] | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string')
    return value.replace(/[&<>"']/g, (character) => entities[character] ?? '');
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}

export function html(
  parts: TemplateStringsArray,
  ...values: (string | Html | readonly Html[] | undefined)[]
): Html {
  return {
    markup: parts.reduce((markup, part, index) => markup + write(values[index - 1]) + part),
  };
}

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --back: #f3f5f8; --card: #fff; --accent: #0f5bb5; --alert: #a1260d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebef; --soft: #a3adb8; --line: #3b444e; --back: #14181d; --card: #1e242b; --accent: #7ab7ff; --alert: #ff9c8a; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .5rem; font-size: 1.35rem; }
h2 { margin: 1.25rem 0 .5rem; font-size: 1rem; }
p { margin: .5rem 0 1rem; } .soft, footer { color: var(--soft); font-size: .875rem; }
footer { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line); } .alert { color: var(--alert); }
ul { margin: 0 0 1rem; padding-left: 1.25rem; } code { font-size: .875rem; overflow-wrap: anywhere; }
button { display: block; width: 100%; margin: .5rem 0; padding: .625rem .875rem; border: 1px solid var(--line); border-radius: .5rem; background: transparent; color: inherit; font: inherit; text-align: left; cursor: pointer; }
button:hover { border-color: var(--accent); } button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--card); text-align: center; }
button small { display: block; color: var(--soft); }`;

/** A page; `redirectUri` is where its form may lead in the end (browsers apply form-action to redirects too). */
export function answerPage(
  status: number,
  content: Html,
  { redirectUri = '', cookie = '' } = {},
): EmulatorResponse {
  const nonce = randomBytes(16).toString('base64');
  const goal = redirectUri ? ` ${new URL(redirectUri).origin}` : '';
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; form-action 'self'${goal}; frame-ancestors 'none'; base-uri 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in (local emulators)</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${{ markup: style }}</style>
<main>${content}
<footer>This is the local emulators, not Microsoft Entra ID. No password, no account, nothing leaves this machine.</footer>
</main>
</html>`;
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    ...(cookie ? { 'Set-Cookie': cookie } : {}),
  };
  return { status, headers, body: page.markup };
}
