import { html, render } from 'lit/html.js';
import { openApp } from './app.ts';
import { loadSettings } from './settings.ts';
import { openSignIn } from './sign-in.ts';
import { renderSignedOut } from './views/signed-out.ts';

const root = document.getElementById('app');
if (root) start(root).catch((error: unknown) => render(notReady(error), root));

async function start(root: HTMLElement): Promise<void> {
  const settings = await loadSettings();
  const signIn = await openSignIn(settings);
  if (signIn.person) openApp(root, settings, signIn, signIn.person);
  else render(renderSignedOut(signIn), root);
}

function notReady(error: unknown) {
  return html`<main class="alone">
    <h1>This app is not ready</h1>
    <p>${error instanceof Error ? error.message : 'Something went wrong while it started.'}</p>
  </main>`;
}
