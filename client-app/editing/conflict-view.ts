import { html } from 'lit/html.js';
import type { Editing } from './editing.ts';
import { compareLines, type MarkedLine } from './line-diff.ts';
import { wordsFor } from '../auth/problem-words.ts';
import { icons } from '../ui/icons.ts';
import { onceShown } from '../ui/once-shown.ts';

const focus = (element: HTMLElement) => element.focus();

/** Both versions side by side, the lines that differ marked, and the choice. */
export function renderConflict(options: {
  readonly editing: Editing<unknown, object>;
  readonly mine: string;
  readonly theirs: string | undefined;
  readonly thing: string;
}) {
  const { editing, mine, theirs, thing } = options;
  if (theirs === undefined) {
    return html`<section class="conflict" aria-labelledby="conflict-title">
      <h2 id="conflict-title" tabindex="-1" ${onceShown(focus)}>Somebody deleted this ${thing} while you were writing</h2>
      <p>What you typed is still here.</p>
      <div class="actions">
        <button class="button button-primary" @click=${editing.keepMine}>Save mine as a new ${thing}</button>
        <a class="button" href="#/documents">Leave it deleted</a>
      </div>
    </section>`;
  }
  const marked = compareLines(mine, theirs);
  return html`<section class="conflict" aria-labelledby="conflict-title">
    <div class="notice notice-warn">
      ${icons.alert}
      <div class="notice-body">
        <h2 id="conflict-title" tabindex="-1" ${onceShown(focus)}>${wordsFor('conflict').says}</h2>
        <p>It was saved after you opened this ${thing}. Nothing is lost yet: look at both and choose. Lines that differ are marked.</p>
      </div>
    </div>
    <div class="sides">
      ${renderSide('Yours', 'Not saved', marked.mine)} ${renderSide('The newer version', 'Saved by somebody else', marked.theirs)}
    </div>
    <div class="actions sides-actions">
      <button class="button button-primary" @click=${editing.keepMine}>Keep mine</button>
      <button class="button" @click=${editing.takeTheirs}>Take theirs</button>
      <span class="hint">“Keep mine” replaces the newer version with yours.</span>
    </div>
  </section>`;
}

function renderSide(title: string, about: string, lines: readonly MarkedLine[]) {
  return html`<section class="card side" aria-label=${title}>
    <h3>${title} <small>${about}</small></h3>
    <div class="side-text" tabindex="0" role="group" aria-label="${title}: text">
      ${lines.map(({ text, own }) => (own ? html`<p class="line"><ins class="line-own">${text || ' '}</ins></p>` : html`<p class="line">${text || ' '}</p>`))}
    </div>
  </section>`;
}
