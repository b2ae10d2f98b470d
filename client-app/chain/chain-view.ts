import { html, nothing } from 'lit/html.js';
import { createAttempts } from '../auth/attempts.ts';
import { type ChainCall, gatherCalls } from './chain.ts';
import { narrow, wide } from './layout.ts';
import { sayNext } from './words.ts';
import { formatAgo } from '../ui/format.ts';
import { readJourney } from '../journey/journey.ts';
import { createPlayer } from './player.ts';
import type { Recorded, Emulators } from '../policies/emulators.ts';
import type { View, ViewContext } from '../ui/view.ts';
import { drawChain } from './drawing-view.ts';
import { renderSteps, sayRequests } from './steps-view.ts';
import { renderFailure } from '../ui/notice.ts';

/** Milliseconds between looks at the emulators's records, and how many of them and of the calls are kept. */
const pause = 900;
const kept = { records: 1_500, calls: 14 };

/** The article's picture, live: every call of this emulators told step by step. */
export function openChain(context: ViewContext, emulators: Emulators): View {
  const { returned } = context;
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const phone = matchMedia('(max-width: 44rem)');
  const attempts = createAttempts(context);
  const player = createPlayer(context.refresh, () => !still.matches);
  let records: readonly Recorded[] = [];
  let calls: readonly ChainCall[] = [];
  let silent = false;
  let open = true;
  /** The person made a call here and wants to see that one. */
  let wanted = false;

  const makeCall = (back?: typeof returned) => {
    wanted = true;
    return attempts.run('call', async () => void (await readJourney(context.api)), {
      returned: back,
    });
  };

  async function look(): Promise<void> {
    const since = records.at(-1)?.sequence ?? 0;
    try {
      const news = await emulators.readRecords(since);
      if (news.length > 0 || silent) take(news);
      silent = false;
    } catch {
      if (!silent) context.refresh();
      silent = true;
    }
  }

  function take(news: readonly Recorded[]): void {
    records = [...records, ...news].slice(-kept.records);
    const newest = calls[0]?.id;
    calls = gatherCalls(records).slice(0, kept.calls);
    const [first] = calls;
    const current = calls.find(({ id }) => id === player.call?.id);
    if (first && first.id !== newest && (wanted || !player.playing)) {
      wanted = false;
      player.play(first);
    } else if (current) player.update(current);
    context.refresh();
  }

  async function watch(): Promise<void> {
    while (open) {
      if (!document.hidden) await look();
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  void watch();
  phone.addEventListener('change', context.refresh);
  if (returned?.action === 'call') void makeCall(returned);

  const renderCall = (call: ChainCall) => html`<li>
    <button class="call ${call.stop ? 'call-refused' : ''}" aria-current=${call.id === player.call?.id} @click=${() => player.play(call)}>
      <span class="call-name"><code>${call.operation}</code></span>
      <span class="call-status">${call.status}</span>
      <span class="call-more">${call.stop ? call.stop.cause : sayRequests(call.requests)}</span>
      <span class="call-time">${Math.round(call.took)} ms, ${formatAgo(new Date(call.at))}</span>
    </button>
  </li>`;

  const renderControls = ({ steps }: ChainCall) => html`<div class="controls">
    <button class="button" aria-label="One step back" ?disabled=${player.step === 0} @click=${() => player.go(player.step - 1)}>‹</button>
    <button class="button button-primary" @click=${player.playing ? player.pause : player.resume}>${player.playing ? 'Pause' : player.step >= steps.length - 1 ? 'Play again' : 'Play'}</button>
    <button class="button" aria-label="One step on" ?disabled=${player.step >= steps.length - 1} @click=${() => player.go(player.step + 1)}>›</button>
    <p class="caption"><strong>${player.step + 1} of ${steps.length}</strong> ${steps[player.step]?.title}</p>
  </div>`;

  const renderStop = ({ stop, steps }: ChainCall) =>
    stop && player.step >= steps.length - 1
      ? html`<div class="stop" role="status">
          <p class="stop-cause">${stop.cause}</p>
          <p class="stop-codes">${stop.aadsts ? html`<code>AADSTS${stop.aadsts}</code>` : nothing} ${stop.error ? html`<code>${stop.error}</code>` : nothing} ${stop.code ? html`class <code>${stop.code}</code>` : nothing}</p>
          <p>The Client App ${sayNext(stop.code)}</p>
        </div>`
      : nothing;

  return {
    title: () => 'Chain',
    close() {
      open = false;
      player.pause();
      attempts.close();
      phone.removeEventListener('change', context.refresh);
    },
    render: () => html`<div class="page-head chain-head">
        <div>
          <h1 tabindex="-1">The chain, live</h1>
          <p class="lead chain-lead"><span class="chain-more">Every call through the chain plays here:</span> <span class="token token-a">A</span> is the token for Original API, <span class="token token-b">B</span> the one for Downstream API.</p>
        </div>
        <button class="button button-primary" ?disabled=${attempts.busy !== undefined} @click=${() => makeCall()}>Make a call</button>
      </div>
      ${renderFailure(context, attempts.failure)}
      ${silent ? html`<p class="notice notice-warn" role="status">The emulators does not answer; what is shown may be old.</p>` : nothing}
      <div class="chain">
        <section class="card chain-stage" aria-label="The call, step by step">
          ${drawChain(player.call, player.step, phone.matches ? narrow : wide, !still.matches)}
          ${player.call ? [renderControls(player.call), renderStop(player.call)] : html`<p class="hint">No call yet. Make one, or use another view.</p>`}
        </section>
        <section class="chain-calls" aria-labelledby="calls-title"><h2 id="calls-title">Recent calls</h2><ul>${calls.map(renderCall)}</ul></section>
      </div>
      ${player.call ? renderSteps(player.call, player.step, player.go) : nothing}`,
  };
}
