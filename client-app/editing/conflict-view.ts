import { html } from 'lit/html.js';
import { messageFor } from '../auth/problem-messages.ts';
import { icons } from '../ui/icons.ts';
import { onFirstRender } from '../ui/on-first-render.ts';
import type { Editor } from './editor.ts';
import { type ComparedLine, compareLines } from './line-diff.ts';

/** The two versions of a conflict. */
export interface ConflictOptions {
  /** Solves the conflict. */
  readonly editor: Editor<unknown, object>;
  /** What the user typed, as text. */
  readonly mine: string;
  /** The newer version as text, or `undefined` for a deleted resource. */
  readonly theirs: string | undefined;
  /** The name of the user who saved the newer version. `undefined` when it is not known. */
  readonly savedBy?: string | undefined;
  /** What kind of resource it is, such as `document`. */
  readonly noun: string;
}

/** Both versions of a conflict side by side, and the choice between them. */
export function renderConflict({ editor, mine, theirs, savedBy, noun }: ConflictOptions) {
  if (theirs === undefined) return renderDeleted(editor, noun);
  const diff = compareLines(mine, theirs);
  const title = savedBy ? `${savedBy} saved a newer version.` : messageFor('conflict').message;
  return html`<section class="conflict" aria-labelledby="conflict-title">
    <div class="notice notice-warn">
      ${icons.alert}
      <div class="notice-body">
        ${renderTitle(title)}
        <p>
          It was saved after you opened this ${noun}. Nothing is lost yet: compare both versions and
          choose one. Lines that differ are marked.
        </p>
      </div>
    </div>
    <div class="versions">
      ${renderVersion('Yours', 'Not saved', diff.mine)}
      ${renderVersion('The newer version', `Saved by ${savedBy ?? 'somebody else'}`, diff.theirs)}
    </div>
    <div class="actions">
      <button class="button button-primary" @click=${editor.keepMine}>Keep mine</button>
      <button class="button" @click=${editor.takeTheirs}>Take theirs</button>
      <span class="hint">“Keep mine” replaces the newer version with yours.</span>
    </div>
  </section>`;
}

function renderDeleted(editor: Editor<unknown, object>, noun: string) {
  return html`<section class="conflict" aria-labelledby="conflict-title">
    ${renderTitle(`Somebody deleted this ${noun} while you were writing`)}
    <p>What you typed is still here.</p>
    <div class="actions">
      <button class="button button-primary" @click=${editor.keepMine}>
        Save mine as a new ${noun}
      </button>
      <a class="button" href="#/documents">Leave it deleted</a>
    </div>
  </section>`;
}

function renderTitle(text: string) {
  const focus = onFirstRender((element) => element.focus());
  return html`<h2 id="conflict-title" tabindex="-1" ${focus}>${text}</h2>`;
}

function renderVersion(title: string, state: string, lines: readonly ComparedLine[]) {
  return html`<section class="card version" aria-label=${title}>
    <h3>${title} <small>${state}</small></h3>
    <div class="version-text" tabindex="0" role="group" aria-label="${title}: text">
      ${lines.map(renderLine)}
    </div>
  </section>`;
}

/**
 * The template is on one line, because the page shows its white space. An empty line gets a space,
 * which makes it visible.
 */
function renderLine({ text, onlyHere }: ComparedLine) {
  const content = text || ' ';
  return html`<p class="line">${onlyHere ? html`<ins>${content}</ins>` : content}</p>`;
}
