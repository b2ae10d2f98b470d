import { html, nothing } from 'lit/html.js';
import { icons } from '../ui/icons.ts';
import { renderPlaceholder } from '../ui/placeholder.ts';
import type { View, ViewContext } from '../ui/view.ts';
import type { Policy, PolicyChoices } from './emulator-control.ts';
import { normalValue, type Policies } from './policies.ts';
import { type FaultKind, faultKinds, type PolicyControl, policyGroups } from './policy-labels.ts';

/** The `<select>` value that means all users. */
const allUsers = '';

/** Opens the view that changes the policies of the local emulators. */
export function openPolicies(context: ViewContext, policies: Policies): View {
  /** The name of the user that the per-user policies apply to. */
  let user = allUsers;
  void policies.read();

  async function set(policy: Policy, announcement: string): Promise<void> {
    await policies.set(policy);
    context.announce(announcement);
  }

  async function reset(): Promise<void> {
    await policies.reset();
    context.announce('Everything is back to normal.');
  }

  function selectUser(event: Event): void {
    user = (event.target as HTMLSelectElement).value;
    context.refresh();
  }

  const renderPanel = (choices: PolicyChoices) => html`<div class="policy-bar card">
      <label for="policy-user">Sign-in, consent and user policies apply to</label>
      <select id="policy-user" class="select" @change=${selectUser}>
        <option value=${allUsers}>all users</option>
        ${choices.users.map(
          (name) => html`<option value=${name} ?selected=${name === user}>${name}</option>`,
        )}
      </select>
      <button
        class="button button-primary"
        ?disabled=${policies.activeCount === 0}
        @click=${reset}
      >Back to normal</button>
    </div>
    <div class="policy-groups">
      ${policyGroups.map(
        ({ title, perUser, controls }) => html`<section
          class="card policy-group"
          aria-label=${title}
        >
          <h2>${title}</h2>
          <ul>${controls.map((control) => renderControl(control, choices, perUser))}</ul>
        </section>`,
      )}
    </div>`;

  function renderControl(control: PolicyControl, choices: PolicyChoices, perUser: boolean) {
    if (control.name === 'fault') return renderFault(control, choices, set);
    if (control.once) return renderAction(control, set);
    return renderSwitch(control, choices, perUser ? user : undefined, set);
  }

  function renderBody() {
    if (policies.choices) return renderPanel(policies.choices);
    return policies.failed ? nothing : renderPlaceholder('Reading the policies', 3);
  }

  return {
    title: () => 'Policies',
    render: () => html`<div>
        <h1 tabindex="-1">Policies of the local emulators</h1>
        <p class="lead">
          Change a policy, use another view, and see how the chain refuses and recovers. A change
          applies to Entra’s next response. Original API caches token B for up to an hour: sign out
          and in to see the change at once.
        </p>
      </div>
      ${policies.failed ? renderUnavailable() : nothing}
      ${renderBody()}`,
  };
}

type SetPolicy = (policy: Policy, announcement: string) => Promise<void>;

const renderUnavailable = () => html`<div class="notice notice-bad" role="alert">
  ${icons.alert}<p class="notice-title">The control API of the emulators is not available.</p>
</div>`;

/** @param user The user that the switch is for. Undefined when the policy applies to all users. */
function renderSwitch(
  { name, value, label, effect }: PolicyControl,
  choices: PolicyChoices,
  user: string | undefined,
  set: SetPolicy,
) {
  const active = choices.policies.filter(
    (policy) => policy.name === name && policy.value === value,
  );
  const isForUser = (policy: Policy) => user === undefined || (policy.user ?? allUsers) === user;
  const on = active.some(isForUser);
  const otherUsers = active
    .filter((policy) => !isForUser(policy))
    .map((policy) => policy.user ?? 'all users');

  const toggle = () =>
    set(
      { name, value: on ? normalValue(choices, name) : value, ...(user && { user }) },
      `${label}: ${on ? 'back to normal' : 'on'}.`,
    );

  const id = `${name}-${value}`;
  return html`<li class="policy ${on ? 'policy-on' : ''}">
    <div class="policy-text">
      ${renderLabel(id, label, effect)}
      ${
        otherUsers.length > 0
          ? html`<span class="policy-others">On for ${otherUsers.join(', ')}</span>`
          : nothing
      }
    </div>
    <button
      class="switch"
      role="switch"
      aria-checked=${on}
      aria-labelledby=${id}
      aria-describedby="${id}-effect"
      @click=${toggle}
    ><span class="switch-knob"></span></button>
  </li>`;
}

function renderAction({ name, value, label, effect }: PolicyControl, set: SetPolicy) {
  const id = `${name}-${value}`;
  return html`<li class="policy">
    <div class="policy-text">${renderLabel(id, label, effect)}</div>
    <button
      class="button"
      aria-describedby="${id}-effect"
      @click=${() => set({ name, value }, `${label}: done.`)}
    >Run<span class="visually-hidden">: ${label}</span></button>
  </li>`;
}

const renderLabel = (id: string, label: string, effect: string) =>
  html`<span class="policy-label" id=${id}>${label}</span>
    <span class="hint" id="${id}-effect">${effect}</span>`;

function renderFault(
  { value: endpoint, label, effect }: PolicyControl,
  choices: PolicyChoices,
  set: SetPolicy,
) {
  const fault = choices.policies.find(
    ({ name, value }) => name === 'fault' && value.startsWith(`${endpoint}=`),
  );
  const current = fault?.value.slice(endpoint.length + 1) ?? 'off';
  const select = (event: Event) =>
    set(
      { name: 'fault', value: `${endpoint}=${(event.target as HTMLSelectElement).value}` },
      `${label}: changed.`,
    );
  return html`<li class="policy ${fault ? 'policy-on' : ''}">
    <label class="policy-text" for="fault-${endpoint}">
      <span class="policy-label">${label}</span>
      <span class="hint">${effect}</span>
    </label>
    <select id="fault-${endpoint}" class="select" @change=${select}>
      ${faultOptions(current).map(
        ({ kind, label }) =>
          html`<option value=${kind} ?selected=${kind === current}>${label}</option>`,
      )}
    </select>
  </li>`;
}

/** A fault that was set by a command may be of a kind that this view does not offer. */
function faultOptions(current: string): readonly FaultKind[] {
  const offered = [{ kind: 'off', label: 'Works' }, ...faultKinds];
  const isOffered = offered.some(({ kind }) => kind === current);
  return isOffered ? offered : [...offered, { kind: current, label: current }];
}
