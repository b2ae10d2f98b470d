import { html } from 'lit/html.js';
import type { Failure } from './attempts.ts';
import { describeScopes } from './scope-words.ts';
import type { ViewContext } from '../ui/view.ts';
import { type Offer, wordsFor } from './problem-words.ts';
import { renderDialog } from '../ui/dialog.ts';

/** The button that leads to Entra, by what the words of the problem offer. */
const buttons: Partial<Readonly<Record<Offer, string>>> = {
  confirm: 'Confirm it’s you',
  allow: 'Review and allow',
  'sign-in': 'Sign in again',
};

export function buttonFor(offers: readonly Offer[]): string | undefined {
  return offers.map((offer) => buttons[offer]).find((button) => button !== undefined);
}

/** The question before the page is left: why, what for, and that nothing gets lost. */
export function renderAsk(context: ViewContext, failure: Failure) {
  const { problem } = failure;
  const { says, offers } = wordsFor(problem.code);
  const act = (event: Event) => {
    (event.currentTarget as HTMLButtonElement).disabled = true;
    void failure.act();
  };
  return renderDialog({
    title: says,
    text: offers.includes('allow') ? renderWishes(context, problem.scopes ?? []) : keeps(offers),
    confirm: html`<button type="button" class="button button-primary" @click=${act}>${buttonFor(offers)}</button>`,
    close: () => failure.ask(false),
  });
}

const keeps = (offers: readonly Offer[]) =>
  html`<p>${offers.includes('sign-in') ? 'You leave this page to sign in' : 'You leave this page for a moment'}; then this goes on by itself. What you typed is kept.</p>`;

function renderWishes({ settings }: ViewContext, scopes: readonly string[]) {
  const wishes = describeScopes(scopes, settings);
  return html`${wishes.map(({ app, api, means }) => html`<p class="wish">${app} would like to <strong>${means}</strong> at ${api}, on your behalf.</p>`)}
    <p>You see all of it before you allow it; then this goes on by itself. What you typed is kept.</p>`;
}
