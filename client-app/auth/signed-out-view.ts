import { html, nothing } from 'lit/html.js';
import type { SignIn } from './sign-in.ts';
import { wordsFor } from './problem-words.ts';
import { renderBrand } from '../ui/brand.ts';
import { renderChainPicture } from '../ui/chain-picture.ts';
import { icons } from '../ui/icons.ts';

/** What somebody sees who is not signed in: one sentence, one button. */
export function renderSignedOut(signIn: SignIn) {
  const begin = (event: Event) => {
    (event.currentTarget as HTMLButtonElement).disabled = true;
    signIn.begin().catch(reportError);
  };
  return html`<main class="welcome">
    <div class="welcome-words">
      ${renderBrand()}
      <h1>Your identity, checked at every step</h1>
      <p class="lead">
        You sign in once; each API in the chain checks for itself who you are and what you may do, and the next one is called on your
        behalf, never with more than you have.
      </p>
      ${
        signIn.failed
          ? html`<div class="notice notice-bad" role="alert">${icons.alert}<p class="notice-says">${signIn.failed.code === 'sign_in_again' ? 'Signing in did not work. Please try once more.' : wordsFor(signIn.failed.code).says}</p></div>`
          : nothing
      }
      <button class="button button-primary button-large" @click=${begin}>Sign in</button>
    </div>
    ${renderChainPicture()}
  </main>`;
}
