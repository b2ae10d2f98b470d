import { html, nothing } from 'lit/html.js';
import { createActionRunner } from '../auth/action-runner.ts';
import { renderChainPicture } from '../ui/chain-picture.ts';
import { icons } from '../ui/icons.ts';
import { renderFailure } from '../ui/notice.ts';
import { renderPlaceholder } from '../ui/placeholder.ts';
import type { View, ViewContext } from '../ui/view.ts';
import { groupChecks } from './check-labels.ts';
import { createClaimValueRenderer } from './claim-value-view.ts';
import { type ComparedClaim, type Comparison, compareClaims } from './compare-claims.ts';
import { type Journey, readJourney } from './read-journey.ts';

const comparisonLabels: Readonly<Record<Comparison, string>> = {
  changed: 'Changed',
  stayed: 'Stayed',
  own: 'Own value',
  'only-a': 'Only in A',
  'only-b': 'Only in B',
};

/** Opens the view that compares token A with token B and lists the checks of each API. */
export function openJourney(context: ViewContext): View {
  const attempts = createActionRunner(context);
  let journey: Journey | undefined;

  function load(): Promise<void> {
    const work = async () => {
      journey = await readJourney(context.api);
    };
    return attempts.run('load', work, { returned: context.returned });
  }

  void load();

  const renderHead = () => html`<div class="journey-head">
    <div>
      <h1 tabindex="-1">Your journey through the chain</h1>
      <p class="lead">
        This page made one call, and each API returned what it learned from its own token. Both
        tokens identify you. They differ in the API that they are for and in the app that calls it.
      </p>
      <button class="button" ?disabled=${attempts.busy !== undefined} @click=${load}>
        Make the call again
      </button>
    </div>
    ${renderChainPicture()}
  </div>`;

  function renderBody() {
    if (journey) return [renderClaims(context, journey), renderHops(journey)];
    return attempts.busy ? renderPlaceholder('Making the call', 6) : nothing;
  }

  return {
    title: () => 'Journey',
    close: attempts.close,
    render: () => html`${renderHead()} ${renderFailure(context, attempts.failure)} ${renderBody()}`,
  };
}

function renderClaims(context: ViewContext, journey: Journey) {
  const renderValue = createClaimValueRenderer(context, journey);
  return html`<section class="section" aria-labelledby="claims-title">
    <h2 id="claims-title">The tokens, claim by claim</h2>
    <div class="claims-list">
      <div class="claim claims-head" aria-hidden="true">
        <span class="claims-title">Claim</span>
        <div class="claim-values">
          <span class="claims-title">
            <span class="token token-a">A</span>Token A, for Original API
          </span>
          <span class="claims-title">
            <span class="token token-b">B</span>Token B, for Downstream API
          </span>
        </div>
      </div>
      <ol>${compareClaims(journey).map((claim) => renderClaim(claim, renderValue))}</ol>
    </div>
  </section>`;
}

function renderClaim(
  { name, a, b, comparison, description }: ComparedClaim,
  renderValue: ReturnType<typeof createClaimValueRenderer>,
) {
  return html`<li class="claim claim-${comparison}">
    <div class="claim-name">
      <h3><code>${name}</code></h3>
      <span class="mark mark-${comparison}">${comparisonLabels[comparison]}</span>
    </div>
    <dl class="claim-values">
      <div class="claim-a"><dt>Token A</dt><dd>${renderValue(name, a)}</dd></div>
      <div class="claim-b"><dt>Token B</dt><dd>${renderValue(name, b)}</dd></div>
    </dl>
    ${
      description
        ? html`<p class="claim-means">
            ${description.meaning}
            <span class="claim-checked">${icons.shield}<span>${description.check}</span></span>
          </p>`
        : nothing
    }
  </li>`;
}

function renderHops({ original, downstream }: Journey) {
  return html`<section class="section" aria-labelledby="checks-title">
    <h2 id="checks-title">The checks of each API</h2>
    <div class="hops">
      ${renderHop('A', 'Original API', 'This app sent token A.', original.checks)}
      ${renderHop('B', 'Downstream API', 'Original API sent token B.', downstream.checks)}
    </div>
  </section>`;
}

function renderHop(token: 'A' | 'B', api: string, sender: string, checks: readonly string[]) {
  return html`<section class="card hop" aria-label=${api}>
    <h3 class="hop-title">
      <span class="token token-${token.toLowerCase()}" aria-hidden="true">${token}</span>${api}
    </h3>
    <p class="hint">${sender} ${api} validated it itself: ${checks.length} checks passed.</p>
    <ul class="checks">
      ${groupChecks(checks).map(
        ({ title, checks: labels }) => html`<li class="check">
          ${icons.check}
          <div><strong>${title}</strong> <span>${labels.join(', ')}</span></div>
        </li>`,
      )}
    </ul>
  </section>`;
}
