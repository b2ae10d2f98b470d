import { html } from 'lit/html.js';
import type { Failure } from '../../shared/browser/action-runner.ts';
import { renderDialog } from '../ui/dialog.ts';
import type { ViewContext } from '../ui/view.ts';
import { describeScopes } from './permissions.ts';
import { messageFor, type Offer } from './problem-messages.ts';

const labels: Partial<Readonly<Record<Offer, string>>> = {
  confirm: 'Confirm it’s you',
  allow: 'Review and allow',
  'sign-in': 'Sign in again',
};

/** The label of the button that leads to Entra. */
export function interactionLabel(offers: readonly Offer[]): string | undefined {
  const offer = offers.find((candidate) => labels[candidate] !== undefined);
  return offer && labels[offer];
}

/** The dialog that explains why the user has to visit Entra, and what happens afterwards. */
export function renderInteractionDialog(context: ViewContext, failure: Failure) {
  const { problem } = failure;
  const { message, offers } = messageFor(problem.code);
  const confirm = (event: Event) => {
    (event.currentTarget as HTMLButtonElement).disabled = true;
    void failure.interact();
  };
  return renderDialog({
    title: message,
    text: offers.includes('allow')
      ? renderPermissions(context, problem.scopes ?? [])
      : renderDeparture(offers),
    confirm: html`<button type="button" class="button button-primary" @click=${confirm}>
      ${interactionLabel(offers)}
    </button>`,
    close: () => failure.showDialog(false),
  });
}

function renderDeparture(offers: readonly Offer[]) {
  const purpose = offers.includes('sign-in') ? 'to sign in' : 'for a moment';
  return html`<p>
    You will leave this page ${purpose}. Afterwards, this continues by itself. Your input is saved
    in this tab.
  </p>`;
}

function renderPermissions({ settings }: ViewContext, scopes: readonly string[]) {
  const permissions = describeScopes(scopes, settings);
  return html`${permissions.map(
    ({ app, api, description }) => html`<p class="permission">
      ${app} wants to <strong>${description}</strong> in ${api}, on your behalf.
    </p>`,
  )}
    <p>
      The next page shows all permissions before you allow them. Afterwards, this continues by
      itself. Your input is saved in this tab.
    </p>`;
}
