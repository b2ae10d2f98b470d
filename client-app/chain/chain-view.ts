import { html, nothing } from 'lit/html.js';
import { createActionRunner } from '../../shared/browser/action-runner.ts';
import { readJourney } from '../journey/read-journey.ts';
import type { EmulatorControl, HopRecord } from '../policies/emulator-control.ts';
import { formatAgo } from '../ui/format.ts';
import { renderFailure } from '../ui/notice.ts';
import type { View, ViewContext } from '../ui/view.ts';
import type { ChainCall } from './chain-call.ts';
import { drawChain } from './drawing-view.ts';
import { gatherCalls } from './gather-calls.ts';
import { narrow, wide } from './layout.ts';
import { createPlayer, type Player } from './player.ts';
import { describeReaction } from './refusal-messages.ts';
import { formatRequestCount, renderSteps } from './steps-view.ts';

/** Milliseconds between two requests for new records. */
const pollInterval = 900;
const maxRecords = 1_500;
const maxCalls = 14;

/** Opens the view that plays every call through the chain in the article's picture. */
export function openChain(context: ViewContext, control: EmulatorControl): View {
  const { returned } = context;
  const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
  const phone = matchMedia('(max-width: 44rem)');
  const attempts = createActionRunner(context);
  const player = createPlayer(context.refresh, () => !reducedMotion.matches);
  let records: readonly HopRecord[] = [];
  let calls: readonly ChainCall[] = [];
  let unavailable = false;
  let open = true;
  /** Whether the next new call plays immediately, because the user made it on this page. */
  let playNext = false;

  function makeCall(resumed?: typeof returned): Promise<void> {
    playNext = true;
    const work = async () => {
      await readJourney(context.api);
    };
    return attempts.run('call', work, { returned: resumed });
  }

  async function readNewRecords(): Promise<void> {
    try {
      const added = await control.readRecords(records.at(-1)?.sequence ?? 0);
      if (added.length > 0 || unavailable) addRecords(added);
      unavailable = false;
    } catch {
      if (!unavailable) context.refresh();
      unavailable = true;
    }
  }

  function addRecords(added: readonly HopRecord[]): void {
    records = [...records, ...added].slice(-maxRecords);
    const formerNewest = calls[0]?.id;
    calls = gatherCalls(records).slice(0, maxCalls);
    const [newest] = calls;
    const current = calls.find(({ id }) => id === player.call?.id);
    if (newest && newest.id !== formerNewest && (playNext || !player.playing)) {
      playNext = false;
      player.play(newest);
    } else if (current) {
      player.update(current);
    }
    context.refresh();
  }

  async function poll(): Promise<void> {
    while (open) {
      if (!document.hidden) await readNewRecords();
      await new Promise((resolve) => setTimeout(resolve, pollInterval));
    }
  }

  void poll();
  phone.addEventListener('change', context.refresh);
  if (returned?.action === 'call') void makeCall(returned);

  const renderHead = () => html`<div class="page-head chain-head">
    <div>
      <h1 tabindex="-1">The chain, live</h1>
      <p class="lead chain-lead">
        <span class="chain-more">This page plays every call through the chain.</span>
        <span class="token token-a">A</span> is the token for Original API,
        <span class="token token-b">B</span> is the token for Downstream API.
      </p>
    </div>
    <button
      class="button button-primary"
      ?disabled=${attempts.busy !== undefined}
      @click=${() => makeCall()}
    >Make a call</button>
  </div>`;

  const renderStage = () => html`<section
    class="card chain-stage"
    aria-label="The call, step by step"
  >
    ${drawChain(player.call, player.step, phone.matches ? narrow : wide, !reducedMotion.matches)}
    ${
      player.call
        ? [renderControls(player, player.call), renderStop(player, player.call)]
        : html`<p class="hint">There are no calls yet. Make one here or in another view.</p>`
    }
  </section>`;

  return {
    title: () => 'Chain',
    close() {
      open = false;
      player.pause();
      attempts.close();
      phone.removeEventListener('change', context.refresh);
    },
    render: () => html`${renderHead()}
      ${renderFailure(context, attempts.failure)}
      ${unavailable ? renderUnavailable() : nothing}
      <div class="chain">
        ${renderStage()}
        <section class="chain-calls" aria-labelledby="calls-title">
          <h2 id="calls-title">Recent calls</h2>
          <ul>${calls.map((call) => renderCall(player, call))}</ul>
        </section>
      </div>
      ${player.call ? renderSteps(player.call, player.step, player.goTo) : nothing}`,
  };
}

const renderUnavailable = () => html`<p class="notice notice-warn" role="status">
  The emulators are not available. This page may be out of date.
</p>`;

function renderCall(player: Player, call: ChainCall) {
  const { operation, status, stop, requestCount, duration, startedAt } = call;
  return html`<li>
    <button
      class="call ${stop ? 'call-refused' : ''}"
      aria-current=${call.id === player.call?.id}
      @click=${() => player.play(call)}
    >
      <span class="call-name"><code>${operation}</code></span>
      <span class="call-status">${status}</span>
      <span class="call-more">${stop?.cause ?? formatRequestCount(requestCount)}</span>
      <span class="call-time">
        ${Math.round(duration)} ms, ${formatAgo(new Date(startedAt))}
      </span>
    </button>
  </li>`;
}

const isAtEnd = (player: Player, { steps }: ChainCall): boolean => player.step >= steps.length - 1;

function renderControls(player: Player, call: ChainCall) {
  const { steps } = call;
  const atEnd = isAtEnd(player, call);
  return html`<div class="controls">
    <button
      class="button"
      aria-label="Previous step"
      ?disabled=${player.step === 0}
      @click=${() => player.goTo(player.step - 1)}
    >‹</button>
    <button
      class="button button-primary"
      @click=${player.playing ? player.pause : player.resume}
    >${playLabel(player.playing, atEnd)}</button>
    <button
      class="button"
      aria-label="Next step"
      ?disabled=${atEnd}
      @click=${() => player.goTo(player.step + 1)}
    >›</button>
    <p class="caption">
      <strong>${player.step + 1} of ${steps.length}</strong> ${steps[player.step]?.title}
    </p>
  </div>`;
}

function playLabel(playing: boolean, atEnd: boolean): string {
  if (playing) return 'Pause';
  return atEnd ? 'Play again' : 'Play';
}

/** Explains why the call stopped. The explanation appears together with the last step. */
function renderStop(player: Player, call: ChainCall) {
  const { stop } = call;
  if (!stop || !isAtEnd(player, call)) return nothing;
  return html`<div class="stop" role="status">
    <p class="stop-cause">${stop.cause}</p>
    <p class="stop-codes">
      ${stop.aadsts ? html`<code>AADSTS${stop.aadsts}</code>` : nothing}
      ${stop.error ? html`<code>${stop.error}</code>` : nothing}
      ${stop.code ? html`problem code <code>${stop.code}</code>` : nothing}
    </p>
    <p>The Client App ${describeReaction(stop.code)}</p>
  </div>`;
}
