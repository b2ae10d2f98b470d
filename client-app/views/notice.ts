import { html, nothing } from 'lit/html.js';
import { allScopes } from '../api.ts';
import type { Failure } from '../attempts.ts';
import type { ViewContext } from '../view.ts';
import { type Offer, wordsFor } from '../words.ts';
import { renderCopyable } from './copyable.ts';
import { icons } from './icons.ts';

/** Why an action did not succeed, in a person's words, with what they can do about it. */
export function renderFailure(context: ViewContext, failure: Failure | undefined) {
  if (!failure) return nothing;
  const { problem } = failure;
  const { says, offers } = wordsFor(problem.code);
  const shows = (offer: Offer) => offers.includes(offer as never);
  const needs = { scopes: problem.scopes ?? allScopes, ...(problem.claims !== undefined && { claims: problem.claims }) };
  const act = () => context.signIn.act(needs).catch(reportError);
  return html`<div class="notice notice-bad" role="alert">
    ${icons.alert}
    <div class="notice-body">
      <p class="notice-says">${says}</p>
      ${problem.code === 'bad_request' || problem.code === 'too_large' ? html`<p>${problem.detail}</p>` : nothing}
      ${shows('copy-id') && problem.correlationId ? html`<p class="notice-id">Reference ${renderCopyable(context, problem.correlationId)}</p>` : nothing}
      <div class="actions">
        ${shows('retry') ? html`<button class="button" @click=${failure.again}>Try again</button>` : nothing}
        ${shows('sign-in') ? html`<button class="button" @click=${act}>Sign in again</button>` : nothing}
        ${shows('confirm') ? html`<button class="button" @click=${act}>Confirm it’s you</button>` : nothing}
        ${shows('allow') ? html`<button class="button" @click=${act}>Review and allow</button>` : nothing}
        ${shows('back') ? html`<a class="button" href="#/documents">Back to documents</a>` : nothing}
      </div>
    </div>
  </div>`;
}
