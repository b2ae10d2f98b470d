import { html, nothing } from 'lit/html.js';
import type { ChainCall, Place, Step } from './chain.ts';

const who: Readonly<Record<Place, string>> = {
  client: 'Client App',
  entra: 'Entra ID',
  original: 'Original API',
  downstream: 'Downstream API',
  vault: 'Key Vault',
  identity: 'Managed identity',
};

/** The same as the picture, in words and in order; a click goes to the step. */
export function renderSteps(call: ChainCall, current: number, go: (step: number) => void) {
  const renderStep = (
    step: Step,
    index: number,
  ) => html`<li class="step step-${step.outcome}" aria-current=${index === current ? 'step' : 'false'}>
    <button class="step-title" @click=${() => go(index)}>${step.title}</button>
    <span class="step-where">${step.from === step.to ? who[step.to] : `${who[step.from]} → ${who[step.to]}`}${step.outcome === 'cached' ? ', cached' : ''}${step.took === undefined ? '' : `, ${formatTime(step.took)}`}</span>
    ${step.facts.length > 0 ? html`<span class="chips">${step.facts.map((fact) => html`<code class="chip">${fact}</code>`)}</span>` : nothing}
  </li>`;
  return html`<section class="section" aria-labelledby="steps-title">
    <h2 id="steps-title">The same in words: ${call.operation}, answered ${call.status} after ${Math.round(call.took)} ms, ${sayRequests(call.requests)}</h2>
    <ol class="steps">${call.steps.map(renderStep)}</ol>
  </section>`;
}

const formatTime = (milliseconds: number): string =>
  milliseconds < 1 ? 'under 1 ms' : `${Math.round(milliseconds)} ms`;

export const sayRequests = (count: number): string =>
  count === 1 ? 'one request behind it' : `${count} requests behind it`;
