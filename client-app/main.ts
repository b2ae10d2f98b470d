import { html, render } from 'lit/html.js';
import { openApp } from './app.ts';
import { createPolicies } from './policies.ts';
import { loadSettings, type Settings } from './settings.ts';
import { openSignIn, type SignIn } from './sign-in.ts';
import { createStand } from './stand.ts';
import { renderSignedOut } from './views/signed-out.ts';
import { renderTurned } from './views/turned.ts';

const root = document.getElementById('app');
if (root) start(root).catch((error: unknown) => render(notReady(error), root));

async function start(root: HTMLElement): Promise<void> {
  const settings = await loadSettings();
  const signIn = await openSignIn(settings);
  if (signIn.person) openApp(root, settings, signIn, signIn.person);
  else openSignedOut(root, settings, signIn);
}

/** With the stand's mark, too: a switch that keeps people from signing in must be found and turned back from here. */
function openSignedOut(root: HTMLElement, settings: Settings, signIn: SignIn): void {
  const stand = createStand(settings);
  const policies = stand && createPolicies(stand, () => draw());
  const draw = () => render([renderTurned(policies, false), renderSignedOut(signIn)], root);
  draw();
  void policies?.read();
}

function notReady(error: unknown) {
  return html`<main class="alone">
    <h1>This app is not ready</h1>
    <p>${error instanceof Error ? error.message : 'Something went wrong while it started.'}</p>
  </main>`;
}
