import { html, nothing } from 'lit/html.js';
import { renderBrand } from '../ui/brand.ts';
import { renderChainPicture } from '../ui/chain-picture.ts';
import { icons } from '../ui/icons.ts';
import type { Problem } from './problem.ts';
import { messageFor } from './problem-messages.ts';
import type { SignIn } from './sign-in.ts';

/** The page without a signed-in user. */
export function renderSignedOut(signIn: SignIn) {
  const start = (event: Event) => {
    (event.currentTarget as HTMLButtonElement).disabled = true;
    signIn.start().catch(reportError);
  };
  return html`<main class="welcome">
    <div class="welcome-text">
      ${renderBrand()}
      <h1>Your identity, checked at every step</h1>
      <p class="lead">
        You sign in once. Each API in the chain checks for itself who you are and what you may do,
        and calls the next API on your behalf, never with more rights than you have.
      </p>
      ${signIn.failure ? renderFailedSignIn(signIn.failure) : nothing}
      <button class="button button-primary button-large" @click=${start}>Sign in</button>
    </div>
    ${renderChainPicture()}
  </main>`;
}

function renderFailedSignIn({ code }: Problem) {
  const message =
    code === 'sign_in_again'
      ? 'Signing in did not work. Please try again.'
      : messageFor(code).message;
  return html`<div class="notice notice-bad" role="alert">
    ${icons.alert}
    <p class="notice-title">${message}</p>
  </div>`;
}
