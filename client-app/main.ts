import { html, render } from 'lit/html.js';
import { openApp } from './app.ts';
import { createPolicies } from './policies/policies.ts';
import { loadSettings, type Settings } from './settings.ts';
import { openSignIn, type SignIn } from './auth/sign-in.ts';
import { createEmulators } from './policies/emulators.ts';
import { renderSignedOut } from './auth/signed-out-view.ts';
import { renderTurned } from './policies/active-policies.ts';

const root = document.getElementById('app');
if (root) start(root).catch((error: unknown) => render(notReady(error), root));

async function start(root: HTMLElement): Promise<void> {
  const settings = await loadSettings();
  const signIn = await openSignIn(settings);
  if (signIn.person) openApp(root, settings, signIn, signIn.person);
  else openSignedOut(root, settings, signIn);
}

/** With the emulators's mark, too: a switch that keeps people from signing in must be found and turned back from here. */
function openSignedOut(root: HTMLElement, settings: Settings, signIn: SignIn): void {
  const emulators = createEmulators(settings);
  const policies = emulators && createPolicies(emulators, () => draw());
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
