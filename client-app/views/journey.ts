import { html, nothing } from 'lit/html.js';
import { createAttempts } from '../attempts.ts';
import { groupChecks } from '../check-words.ts';
import { type ComparedClaim, compareClaims, type Mark } from '../compare-claims.ts';
import { type Journey, readJourney } from '../journey.ts';
import type { View, ViewContext } from '../view.ts';
import { renderChainPicture } from './chain-picture.ts';
import { createClaimValues } from './claim-value.ts';
import { icons } from './icons.ts';
import { renderFailure } from './notice.ts';
import { renderWaiting } from './waiting.ts';

const marks: Readonly<Record<Mark, string>> = { changed: 'Changed', stayed: 'Stayed', 'only-a': 'Only in A', 'only-b': 'Only in B' };

/** Token A and token B side by side, and what each hop checked: the article's "what travelled, what changed". */
export function openJourney(context: ViewContext): View {
  const attempts = createAttempts(context.refresh);
  let journey: Journey | undefined;
  const load = () =>
    attempts.run('load', async () => {
      journey = await readJourney(context.api);
    });
  load();

  return {
    title: () => 'Journey',
    render: () => html`<div class="page-head">
        <div>
          <h1 tabindex="-1">Your journey through the chain</h1>
          <p class="lead">
            This page just made one call. Below is what each API learned from its own token: who you are stayed the same, everything
            about the app that speaks for you changed.
          </p>
        </div>
        <button class="button" ?disabled=${attempts.busy !== undefined} @click=${load}>Make the call again</button>
      </div>
      ${renderFailure(context, attempts.failure)}
      ${journey ? renderJourney(context, journey) : attempts.busy ? renderWaiting('Making the call', 6) : nothing}`,
  };
}

function renderJourney(context: ViewContext, journey: Journey) {
  const renderValue = createClaimValues(context, journey);
  const claims = compareClaims(journey);
  const renderClaim = ({ name, a, b, mark, words }: ComparedClaim) => html`<li class="claim claim-${mark}">
    <div class="claim-name">
      <h3><code>${name}</code></h3>
      <span class="mark mark-${mark}">${marks[mark]}</span>
    </div>
    <dl class="claim-values">
      <div class="claim-a"><dt>Token A</dt><dd>${renderValue(name, a)}</dd></div>
      <div class="claim-b"><dt>Token B</dt><dd>${renderValue(name, b)}</dd></div>
    </dl>
    ${words ? html`<p class="claim-means">${words.means} <span class="claim-checked">${icons.shield}<span>${words.checkedBy}</span></span></p>` : nothing}
  </li>`;
  return html`<div class="hops">
      ${renderHop('A', 'Original API', 'Token A reached it from this app.', journey.original.checks)}
      <div class="hops-picture">${renderChainPicture()}</div>
      ${renderHop('B', 'Downstream API', 'Token B reached it from Original API.', journey.downstream.checks)}
    </div>
    <section class="claims" aria-labelledby="claims-title">
      <div class="claims-head">
        <h2 id="claims-title">Claim by claim</h2>
        <p class="claims-legend" aria-hidden="true">
          <span class="token token-a">A</span> for Original API <span class="token token-b">B</span> for Downstream API
        </p>
      </div>
      <ol class="claims-list">${claims.map(renderClaim)}</ol>
    </section>`;
}

function renderHop(token: 'A' | 'B', name: string, about: string, checks: readonly string[]) {
  return html`<section class="card hop" aria-label=${name}>
    <h2><span class="token token-${token.toLowerCase()}" aria-hidden="true">${token}</span>${name}</h2>
    <p class="hint">${about} It passed ${checks.length} checks, made there and for this call:</p>
    <ul class="checks">
      ${groupChecks(checks).map(({ title, checks }) => html`<li>${icons.check}<div><strong>${title}</strong> <span>${checks.join(', ')}</span></div></li>`)}
    </ul>
  </section>`;
}
