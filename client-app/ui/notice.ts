import { html, nothing } from 'lit/html.js';
import type { Failure } from '../../shared/browser/action-runner.ts';
import type { Problem } from '../../shared/browser/problem.ts';
import { interactionLabel, renderInteractionDialog } from '../auth/interaction-dialog.ts';
import { describeScopes, writeAdminConsentRequest } from '../auth/permissions.ts';
import { messageFor, type Offer } from '../auth/problem-messages.ts';
import { renderCopyButton } from './copy-button.ts';
import { icons } from './icons.ts';
import type { ViewContext } from './view.ts';

/** Why an action failed and what the user can do about it, with the dialog that leads to Entra. */
export function renderFailure(context: ViewContext, failure: Failure | undefined) {
  if (!failure) return nothing;
  const interactionFailed = failure.explanation !== undefined;
  return html`<div class="notice notice-bad">
      ${icons.alert}
      <div class="notice-body">
        <div role="alert">${renderMessage(failure)}</div>
        ${isOffered(failure, 'tell-admin') ? renderAdminMessage(context, failure.problem) : nothing}
        ${
          isOffered(failure, 'copy-id') || interactionFailed
            ? renderReference(context, failure.problem)
            : nothing
        }
        ${renderCountdown(failure)}
        <div class="actions">${renderActions(failure, interactionFailed)}</div>
      </div>
    </div>
    ${failure.dialogOpen ? renderInteractionDialog(context, failure) : nothing}`;
}

function isOffered({ problem }: Failure, offer: Offer): boolean {
  return messageFor(problem.code).offers.includes(offer);
}

function renderMessage({ name, problem, explanation, dialogOpen }: Failure) {
  const { code, detail } = problem;
  const message = explanation ?? messageWithService(problem);
  const hasUsefulDetail = code === 'bad_request' || code === 'too_large';
  return html`<p class="notice-title">${message}</p>
    ${hasUsefulDetail ? html`<p>${detail}</p>` : nothing}
    ${name === 'save' && !dialogOpen ? html`<p>Your input is saved in this tab.</p>` : nothing}`;
}

/** The message for a problem. For an outage it names the service, if that is known. */
function messageWithService({ code, status, detail = '' }: Problem): string {
  const { message } = messageFor(code);
  if (code !== 'unavailable') return message;
  // Without an HTTP status, the request from this page to Entra failed.
  if (status === 0) return 'The sign-in service is not answering.';
  const match = /^The (sign-in|downstream) service is not answering\./.exec(detail);
  return match ? match[0] : message;
}

function renderAdminMessage(context: ViewContext, { scopes = [], correlationId }: Problem) {
  const permissions = describeScopes(scopes, context.settings);
  const text = writeAdminConsentRequest(permissions, correlationId);
  const label = 'Copy this text';
  return html`<p>Send them this:</p>
    <pre class="admin-message" tabindex="0">${text}</pre>
    <div>${renderCopyButton(context, text, { label, name: label })}</div>`;
}

function renderReference(context: ViewContext, { correlationId }: Problem) {
  if (!correlationId) return nothing;
  return html`<p>Reference ${renderCopyButton(context, correlationId)}</p>`;
}

function renderCountdown({ secondsToRetry }: Failure) {
  if (secondsToRetry === undefined) return nothing;
  return html`<p class="countdown" role="timer">Trying again in ${secondsToRetry} s.</p>`;
}

function renderActions(failure: Failure, interactionFailed: boolean) {
  const isCountingDown = failure.secondsToRetry !== undefined;
  const canOpenDialog = failure.canInteract && !failure.dialogOpen;
  return html`
    ${
      isOffered(failure, 'retry') || interactionFailed
        ? html`<button class="button" @click=${failure.retry}>
            ${isCountingDown ? 'Try now' : 'Try again'}
          </button>`
        : nothing
    }
    ${
      isCountingDown
        ? html`<button class="button button-quiet" @click=${failure.cancelRetry}>Stop</button>`
        : nothing
    }
    ${
      canOpenDialog
        ? html`<button class="button" @click=${() => failure.showDialog(true)}>
            ${interactionLabel(messageFor(failure.problem.code).offers)}
          </button>`
        : nothing
    }
    ${
      isOffered(failure, 'back')
        ? html`<a class="button" href="#/documents">Back to documents</a>`
        : nothing
    }
  `;
}
