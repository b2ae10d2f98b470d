import { html, nothing } from 'lit/html.js';
import { icons } from '../ui/icons.ts';
import type { Policies } from './policies.ts';

/**
 * Renders a notice while any policy of the emulators differs from its normal value. Every page
 * shows it, because an active policy explains why something fails.
 *
 * @param policies Undefined where there are no emulators.
 */
export function renderActivePolicies(policies: Policies | undefined, signedIn: boolean) {
  if (!policies || policies.activeCount === 0) return nothing;
  const { activeCount } = policies;
  return html`<aside class="active-policies" aria-label="Active emulator policies">
    <div class="active-policies-inside">
      <span>
        ${icons.policies}${
          activeCount === 1
            ? '1 emulator policy is active'
            : `${activeCount} emulator policies are active`
        }
      </span>
      ${signedIn ? html`<a href="#/policies">See which</a>` : nothing}
      <button class="button button-quiet" @click=${policies.reset}>Back to normal</button>
    </div>
  </aside>`;
}
