import { html, nothing } from 'lit/html.js';
import type { Failure } from '../auth/attempts.ts';
import { needsPerson } from '../auth/remedy.ts';
import { describeScopes, writeToAdmin } from '../auth/scope-words.ts';
import type { ViewContext } from './view.ts';
import { type Offer, sayAfterwards, wordsFor } from '../auth/problem-words.ts';
import { buttonFor, renderAsk } from '../auth/ask.ts';
import { renderCopyable } from './copyable.ts';
import { icons } from './icons.ts';

/** Why an action did not succeed, in a person's words, with what they can do about it; where they can help, the question itself. */
export function renderFailure(context: ViewContext, failure: Failure | undefined) {
  if (!failure) return nothing;
  const { problem, spent } = failure;
  const { says, offers } = wordsFor(problem.code);
  const shows = (offer: Offer) => offers.includes(offer as never);
  const asks = needsPerson(problem);
  return html`<div class="notice notice-bad">
      ${icons.alert}
      <div class="notice-body">
        <div role="alert">
          <p class="notice-says">${spent && asks ? sayAfterwards(problem.code, problem.declined === true) : sayWhich(says, problem)}</p>
          ${problem.code === 'bad_request' || problem.code === 'too_large' ? html`<p>${problem.detail}</p>` : nothing}
          ${failure.name === 'save' && !failure.asking ? html`<p>What you typed is kept.</p>` : nothing}
        </div>
        ${shows('tell-admin') ? renderToAdmin(context, failure) : nothing}
        ${(shows('copy-id') || (spent && asks)) && problem.correlationId ? html`<p class="notice-id">Reference ${renderCopyable(context, problem.correlationId)}</p>` : nothing}
        ${failure.seconds === undefined ? nothing : html`<p class="countdown" role="timer">Trying again in ${failure.seconds} s.</p>`}
        <div class="actions">
          ${shows('retry') || (spent && asks) ? html`<button class="button" @click=${failure.again}>${failure.seconds === undefined ? 'Try again' : 'Try now'}</button>` : nothing}
          ${failure.seconds === undefined ? nothing : html`<button class="button button-quiet" @click=${failure.stop}>Stop</button>`}
          ${asks && !spent && !failure.asking ? html`<button class="button" @click=${() => failure.ask(true)}>${buttonFor(offers)}</button>` : nothing}
          ${shows('back') ? html`<a class="button" href="#/documents">Back to documents</a>` : nothing}
        </div>
      </div>
    </div>
    ${failure.asking ? renderAsk(context, failure) : nothing}`;
}

/** Which service does not answer: Entra itself, asked from this page, or the one that the API names. */
function sayWhich(says: string, { code, status, detail = '' }: Failure['problem']): string {
  if (code !== 'unavailable') return says;
  const [named] = /^The (sign-in|downstream) service is not answering\./.exec(detail) ?? [];
  return status === 0 ? 'The sign-in service is not answering.' : (named ?? says);
}

function renderToAdmin(context: ViewContext, { problem }: Failure) {
  const wishes = describeScopes(problem.scopes ?? [], context.settings);
  const text = writeToAdmin(wishes, problem.correlationId);
  return html`<p>Send them this:</p>
    <pre class="to-admin" tabindex="0">${text}</pre>
    <div>${renderCopyable(context, text, 'Copy this text', 'Copy this text')}</div>`;
}
