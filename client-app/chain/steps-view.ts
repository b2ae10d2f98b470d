import { html, nothing } from 'lit/html.js';
import { type ChainCall, placeNames, type Step } from './chain-call.ts';

/** Renders the steps of a call as an ordered list: the text alternative of the picture. */
export function renderSteps(call: ChainCall, current: number, goTo: (step: number) => void) {
  const { operation, status, duration, requestCount, steps } = call;
  const result = `returned ${status} after ${Math.round(duration)} ms`;
  return html`<section class="section" aria-labelledby="steps-title">
    <h2 id="steps-title">
      The steps in words: ${operation}, ${result}, ${formatRequestCount(requestCount)}
    </h2>
    <ol class="steps">
      ${steps.map((step, index) => renderStep(step, index === current, () => goTo(index)))}
    </ol>
  </section>`;
}

function renderStep(step: Step, isCurrent: boolean, goToStep: () => void) {
  return html`<li class="step step-${step.outcome}" aria-current=${isCurrent ? 'step' : 'false'}>
    <button class="step-title" @click=${goToStep}>${step.title}</button>
    <span class="step-where">${describeWhere(step)}</span>
    ${
      step.facts.length > 0
        ? html`<span class="chips">
            ${step.facts.map((fact) => html`<code class="chip">${fact}</code>`)}
          </span>`
        : nothing
    }
  </li>`;
}

function describeWhere({ from, to, outcome, duration }: Step): string {
  const parts = [from === to ? placeNames[to] : `${placeNames[from]} → ${placeNames[to]}`];
  if (outcome === 'cached') parts.push('cached');
  if (duration !== undefined) parts.push(formatDuration(duration));
  return parts.join(', ');
}

const formatDuration = (milliseconds: number): string =>
  milliseconds < 1 ? 'under 1 ms' : `${Math.round(milliseconds)} ms`;

/** Says how many requests to other services a call caused. */
export const formatRequestCount = (count: number): string =>
  count === 1 ? '1 further request' : `${count} further requests`;
