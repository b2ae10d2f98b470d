import { html, nothing } from 'lit/html.js';
import type { Policies } from './policies.ts';
import { faultKinds, type Switch, switchGroups } from './policy-words.ts';
import type { PolicyChoices } from './emulators.ts';
import type { View, ViewContext } from '../ui/view.ts';
import { icons } from '../ui/icons.ts';
import { renderWaiting } from '../ui/placeholder.ts';

/** The panel with which somebody plays the organisation: what to refuse, to whom, and what to break. */
export function openPolicies(context: ViewContext, policies: Policies): View {
  let user = '';
  void policies.read();

  const turn = (policy: { name: string; value: string }, words: string, forUser: boolean) => {
    void policies
      .set({ ...policy, ...(forUser && user !== '' && { user }) })
      .then(() => context.announce(words));
  };
  const choose = (event: Event) => {
    user = (event.target as HTMLSelectElement).value;
    context.refresh();
  };

  const renderSwitch = (
    { name, value, label, does, once }: Switch,
    choices: PolicyChoices,
    perUser: boolean,
  ) => {
    const id = `${name}-${value}`;
    const normal = choices.values[name]?.[0] ?? 'off';
    const rows = choices.policies.filter(
      (policy) => policy.name === name && policy.value === value,
    );
    const on = rows.some((row) => !perUser || (row.user ?? '') === user);
    const others = rows
      .filter((row) => perUser && (row.user ?? '') !== user)
      .map((row) => row.user ?? 'everybody');
    const flip = () =>
      turn(
        { name, value: on ? normal : value },
        `${label}: ${on ? 'back to normal' : 'on'}.`,
        perUser,
      );
    return html`<li class="policy ${on ? 'policy-on' : ''}">
      <div class="policy-text"><span class="policy-label" id=${id}>${label}</span><span class="hint" id="${id}-does">${does}</span>
        ${others.length > 0 ? html`<span class="policy-others">On for ${others.join(', ')}</span>` : nothing}</div>
      ${
        once
          ? html`<button class="button" aria-describedby="${id}-does" @click=${() => turn({ name, value }, `${label}: done.`, false)}>Do it<span class="hidden-text">: ${label}</span></button>`
          : html`<button class="switch" role="switch" aria-checked=${on} aria-labelledby=${id} aria-describedby="${id}-does" @click=${flip}><span class="switch-knob"></span></button>`
      }
    </li>`;
  };

  const renderFault = ({ value: endpoint, label, does }: Switch, choices: PolicyChoices) => {
    const row = choices.policies.find(
      ({ name, value }) => name === 'fault' && value.startsWith(`${endpoint}=`),
    );
    const kind = row?.value.slice(endpoint.length + 1) ?? 'off';
    const kinds = [
      ['off', 'Works'] as const,
      ...faultKinds,
      ...(kind === 'off' || faultKinds.some(([known]) => known === kind)
        ? []
        : [[kind, kind] as const]),
    ];
    const pick = (event: Event) =>
      turn(
        { name: 'fault', value: `${endpoint}=${(event.target as HTMLSelectElement).value}` },
        `${label}: changed.`,
        false,
      );
    return html`<li class="policy ${row ? 'policy-on' : ''}">
      <label class="policy-text" for="fault-${endpoint}"><span class="policy-label">${label}</span><span class="hint">${does}</span></label>
      <select id="fault-${endpoint}" class="select" @change=${pick}>${kinds.map(([value, words]) => html`<option value=${value} ?selected=${value === kind}>${words}</option>`)}</select>
    </li>`;
  };

  const renderBody = (choices: PolicyChoices) => html`<div class="policy-bar card">
      <label for="policy-user">Sign-in, consent and user switches are for</label>
      <select id="policy-user" class="select" @change=${choose}>
        <option value="">everybody</option>${choices.users.map((name) => html`<option value=${name} ?selected=${name === user}>${name}</option>`)}
      </select>
      <button class="button button-primary" ?disabled=${policies.turned === 0} @click=${() => policies.backToNormal().then(() => context.announce('Everything is back to normal.'))}>Back to normal</button>
    </div>
    <div class="policy-groups">
      ${switchGroups.map(({ title, switches }) => {
        const perUser = ['Sign-in', 'Consent', 'Users'].includes(title);
        return html`<section class="card policy-group" aria-label=${title}><h2>${title}</h2>
          <ul>${switches.map((one) => (one.name === 'fault' ? renderFault(one, choices) : renderSwitch(one, choices, perUser)))}</ul>
        </section>`;
      })}
    </div>`;

  return {
    title: () => 'Policies',
    render: () => html`<div>
        <h1 tabindex="-1">Policies of the local emulators</h1>
        <p class="lead">Play the organisation: turn a switch, do something in another view, and watch the chain refuse and recover. It counts from Entra’s next answer on: a token B that Original still holds goes on for up to an hour, so sign out and in to see a switch at once.</p>
      </div>
      ${policies.failed ? html`<div class="notice notice-bad" role="alert">${icons.alert}<p class="notice-says">The emulators’s control does not answer.</p></div>` : nothing}
      ${policies.choices ? renderBody(policies.choices) : policies.failed ? nothing : renderWaiting('Reading the switches', 3)}`,
  };
}
