import { html, render } from 'lit/html.js';
import { openApp } from './app.ts';
import { openSignIn, type SignIn } from './auth/sign-in.ts';
import { renderSignedOut } from './auth/signed-out-view.ts';
import { renderActivePolicies } from './policies/active-policies.ts';
import { createEmulatorControl } from './policies/emulator-control.ts';
import { createPolicies } from './policies/policies.ts';
import { loadSettings, type Settings } from './settings.ts';

const root = document.getElementById('app');
if (root) await start(root);

async function start(root: HTMLElement): Promise<void> {
  try {
    const settings = await loadSettings();
    const signIn = await openSignIn(settings);
    if (signIn.person) openApp(root, settings, signIn, signIn.person);
    else openSignedOut(root, settings, signIn);
  } catch (error) {
    render(renderStartError(error), root);
  }
}

/** Shows the emulators' policies as well, because a policy may keep users from signing in. */
function openSignedOut(root: HTMLElement, settings: Settings, signIn: SignIn): void {
  const emulators = createEmulatorControl(settings);
  const policies = emulators && createPolicies(emulators, () => draw());
  const draw = () => render([renderActivePolicies(policies, false), renderSignedOut(signIn)], root);
  draw();
  void policies?.read();
}

function renderStartError(error: unknown) {
  const reason = error instanceof Error ? error.message : 'Something went wrong while it started.';
  return html`<main class="start-error">
    <h1>This app cannot start</h1>
    <p>${reason}</p>
  </main>`;
}
