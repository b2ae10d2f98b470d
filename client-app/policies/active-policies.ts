import { html, nothing } from 'lit/html.js';
import type { Policies } from './policies.ts';
import { icons } from '../ui/icons.ts';

/** On every page while any switch of the emulators is turned, so that nobody wonders for long why things fail. */
export function renderTurned(policies: Policies | undefined, signedIn: boolean) {
  if (!policies || policies.turned === 0) return nothing;
  const { turned } = policies;
  return html`<aside class="turned" aria-label="Switches of the local emulators">
    <div class="turned-inside">
      <span>${icons.policies}${turned === 1 ? 'One switch of the emulators is turned' : `${turned} switches of the emulators are turned`}</span>
      ${signedIn ? html`<a href="#/policies">See which</a>` : nothing}
      <button class="button button-quiet" @click=${policies.backToNormal}>Back to normal</button>
    </div>
  </aside>`;
}
