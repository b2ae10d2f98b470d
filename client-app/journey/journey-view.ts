import { html, nothing } from 'lit/html.js';
import { createAttempts } from '../auth/attempts.ts';
import { groupChecks } from './check-words.ts';
import { type ComparedClaim, compareClaims, type Mark } from './compare-claims.ts';
import { type Journey, readJourney } from './journey.ts';
import type { View, ViewContext } from '../ui/view.ts';
import { renderChainPicture } from '../ui/chain-picture.ts';
import { createClaimValues } from './claim-value.ts';
import { icons } from '../ui/icons.ts';
import { renderFailure } from '../ui/notice.ts';
import { renderWaiting } from '../ui/placeholder.ts';

const marks: Readonly<Record<Mark, string>> = {
  changed: 'Changed',
  stayed: 'Stayed',
  own: 'Each its own',
  'only-a': 'Only in A',
  'only-b': 'Only in B',
};

/** Token A and token B side by side, and what each hop checked: the article's "what travelled, what changed". */
export function openJourney(context: ViewContext): View {
  const attempts = createAttempts(context);
  let journey: Journey | undefined;
  const load = () => {
    const { returned } = context;
    return attempts.run(
      'load',
      async () => {
        journey = await readJourney(context.api);
      },
      { returned },
    );
  };
  void load();

  return {
    title: () => 'Journey',
    close: attempts.close,
    render: () => html`<div class="journey-head">
        <div>
          <h1 tabindex="-1">Your journey through the chain</h1>
          <p class="lead">
            This page just made one call, and each API tells what it learned from its own token. Who you are stayed the same; for whom
            the token is and which app speaks for you changed.
          </p>
          <button class="button" ?disabled=${attempts.busy !== undefined} @click=${load}>Make the call again</button>
        </div>
        ${renderChainPicture()}
      </div>
      ${renderFailure(context, attempts.failure)}
      ${journey ? [renderClaims(context, journey), renderHops(journey)] : attempts.busy ? renderWaiting('Making the call', 6) : nothing}`,
  };
}

function renderClaims(context: ViewContext, journey: Journey) {
  const renderValue = createClaimValues(context, journey);
  const renderClaim = ({
    name,
    a,
    b,
    mark,
    words,
  }: ComparedClaim) => html`<li class="claim claim-${mark}">
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
  return html`<section class="section" aria-labelledby="claims-title">
    <h2 id="claims-title">What the tokens say, claim by claim</h2>
    <div class="claims-list">
      <div class="claim claims-head" aria-hidden="true">
        <span class="claims-title">Claim</span>
        <div class="claim-values">
          <span class="claims-title"><span class="token token-a">A</span>Token A, for Original API</span>
          <span class="claims-title"><span class="token token-b">B</span>Token B, for Downstream API</span>
        </div>
      </div>
      <ol>${compareClaims(journey).map(renderClaim)}</ol>
    </div>
  </section>`;
}

function renderHops({ original, downstream }: Journey) {
  return html`<section class="section" aria-labelledby="checks-title">
    <h2 id="checks-title">What each API checked, for itself</h2>
    <div class="hops">
      ${renderHop('A', 'Original API', 'Token A came from this app.', original.checks)}
      ${renderHop('B', 'Downstream API', 'Token B came from Original API.', downstream.checks)}
    </div>
  </section>`;
}

function renderHop(token: 'A' | 'B', name: string, about: string, checks: readonly string[]) {
  return html`<section class="card hop" aria-label=${name}>
    <h3 class="hop-title"><span class="token token-${token.toLowerCase()}" aria-hidden="true">${token}</span>${name}</h3>
    <p class="hint">${about} It passed ${checks.length} checks, made here for this one call.</p>
    <ul class="checks">
      ${groupChecks(checks).map(({ title, checks }) => html`<li class="check">${icons.check}<div><strong>${title}</strong> <span>${checks.join(', ')}</span></div></li>`)}
    </ul>
  </section>`;
}
