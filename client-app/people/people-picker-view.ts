import { html, nothing } from 'lit/html.js';
import type { Problem } from '../../shared/browser/problem.ts';
import { onFirstRender } from '../ui/on-first-render.ts';
import type { ViewContext } from '../ui/view.ts';
import { type DirectoryUser, maxFoundUsers } from './directory.ts';
import type { PeoplePicker } from './people-picker.ts';

/**
 * A field to choose people, below the people who are already chosen. The view has to show the
 * failure of the search, because the dialog of a failure cannot be inside a form.
 */
export function renderPeoplePicker(context: ViewContext, picker: PeoplePicker, label: string) {
  const { name, chosen, search, problem } = picker;
  return html`<div class="field people-picker">
    <label for=${name}>${label}</label>
    ${
      chosen.length > 0
        ? html`<ul class="chosen-people" aria-label="${label}: people">
            ${chosen.map((id) => renderChosen(context, picker, id))}
          </ul>`
        : nothing
    }
    <div class="people-field">
      ${renderInput(picker)}
      <ul
        class="people-options"
        id="${name}-options"
        role="listbox"
        aria-label="${label}: people found"
        ?hidden=${!picker.isOpen}
        @mousedown=${keepFocus}
      >
        ${picker.options.map((user) => renderOption(picker, user))}
      </ul>
    </div>
    ${renderHint(picker)} ${problem && !search.failure ? renderRetry(picker) : nothing}
    ${renderRejected(picker)}
  </div>`;
}

/**
 * Keeps the focus in the field during a click. Without the focus, the field would close its list
 * and add the object ids in it. The content below would then move away from the pointer.
 */
function keepFocus(event: Event): void {
  event.preventDefault();
}

function renderChosen({ people }: ViewContext, picker: PeoplePicker, id: string) {
  const user = people.get(id);
  const name = people.nameOf(id);
  const remove = (event: Event) => {
    const field = findField(event);
    picker.remove(id);
    field?.focus();
  };
  return html`<li class="chosen-person" title=${id}>
    <span class="chosen-person-text">
      <bdi>${name}</bdi> ${user ? html`<small>${user.userName}</small>` : nothing}
    </span>
    <button type="button" class="chosen-person-remove" aria-label="Remove ${name}" @click=${remove}>
      <span aria-hidden="true">×</span>
    </button>
  </li>`;
}

function renderInput(picker: PeoplePicker) {
  const { name, search, problem, isOpen, activeId, rejected } = picker;
  const focus = picker.isResumed ? onFirstRender((element) => element.focus()) : nothing;
  const input = ({ target }: Event) => void picker.type((target as HTMLInputElement).value);
  const press = (event: KeyboardEvent) => {
    if (event.isComposing || !picker.press(event)) return;
    event.preventDefault();
    scrollToActive(event);
  };
  // The same element in both modes, so that it keeps the focus when the mode changes.
  return html`<input
    ${focus}
    id=${name}
    autocomplete="off"
    autocapitalize="none"
    spellcheck="false"
    role=${problem ? nothing : 'combobox'}
    aria-autocomplete=${problem ? nothing : 'list'}
    aria-controls=${problem ? nothing : `${name}-options`}
    aria-expanded=${problem ? nothing : String(isOpen)}
    aria-activedescendant=${activeId === undefined ? nothing : optionId(picker, activeId)}
    aria-describedby="${name}-hint${rejected.length > 0 ? ` ${name}-rejected` : ''}"
    aria-invalid=${rejected.length > 0 ? 'true' : nothing}
    .value=${search.text}
    @input=${input}
    @keydown=${press}
    @focus=${picker.focus}
    @blur=${picker.blur}
  >`;
}

function renderOption(picker: PeoplePicker, { id, name, userName }: DirectoryUser) {
  return html`<li
    class="people-option"
    id=${optionId(picker, id)}
    role="option"
    aria-selected=${String(picker.activeId === id)}
    @click=${() => picker.add(id)}
  >
    <bdi>${name}</bdi> <small>${userName}</small>
  </li>`;
}

/** Has no white space around the text, so that the style sheet can detect an empty hint. */
function renderHint(picker: PeoplePicker) {
  const { name, problem } = picker;
  const hint = problem ? describeProblem(problem) : describeResult(picker);
  return html`<p class="hint" id="${name}-hint" role="status">${hint}</p>`;
}

function renderRejected({ name, rejected }: PeoplePicker) {
  const error =
    rejected.length > 0
      ? `“${rejected.join(' ')}” is not an object id. An object id looks like ${exampleId}.`
      : '';
  return html`<p class="field-error" id="${name}-rejected" role="alert">${error}</p>`;
}

const exampleId = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';

function renderRetry(picker: PeoplePicker) {
  const retry = (event: Event) => {
    findField(event)?.focus();
    picker.retry();
  };
  return html`<button
    type="button"
    class="button people-retry"
    @mousedown=${keepFocus}
    @click=${retry}
  >
    Search by name
  </button>`;
}

/** Why the field accepts only object ids. */
function describeProblem({ code }: Problem): string {
  const instead = 'Enter object ids instead, each followed by Enter.';
  if (code === 'admin_consent_required')
    return `You cannot search by name, because an administrator has to allow it first. ${instead}`;
  if (code === 'consent_required')
    return `You cannot search by name, because you have not allowed it. ${instead}`;
  return `You cannot search by name, because people cannot be looked up right now. ${instead}`;
}

function describeResult({ search, options, hasFocus }: PeoplePicker): string {
  if (search.text.trim() === '') return 'Type the start of a name or user name.';
  if (!search.hasQuery) return 'Press Enter to add the object ids.';
  if (!search.isCurrent) return hasFocus ? 'Searching…' : '';
  if (options.length === 0) return 'Nobody else found.';
  if (!hasFocus) return 'Nobody is added yet. Choose a person from the list.';
  if (search.found.length >= maxFoundUsers)
    return `The first ${maxFoundUsers} people found. Type more to find others.`;
  return options.length === 1 ? '1 person found.' : `${options.length} people found.`;
}

function optionId({ name }: PeoplePicker, id: string): string {
  return `${name}-option-${id}`;
}

/** The field of the picker that contains the target of the event. */
function findField({ currentTarget }: Event): HTMLElement | null | undefined {
  const picker = (currentTarget as Element).closest('.people-picker');
  return picker?.querySelector('input');
}

/** Scrolls to the active option, after the page has been drawn. */
function scrollToActive({ currentTarget }: Event): void {
  const picker = (currentTarget as Element).closest('.people-picker');
  queueMicrotask(() => {
    picker?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });
}
