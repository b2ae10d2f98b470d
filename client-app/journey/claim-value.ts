import { html, nothing, type TemplateResult } from 'lit/html.js';
import { formatAgo } from '../ui/format.ts';
import type { Journey } from './journey.ts';
import type { ViewContext } from '../ui/view.ts';

const credentials: Readonly<Record<string, string>> = {
  '0': 'a public client',
  '1': 'a secret',
  '2': 'a certificate',
};

/** How a claim's value is shown: ids with the name that this app knows them by, times as clocks, scopes as single words. */
export function createClaimValues(
  context: ViewContext,
  journey: Journey,
): (name: string, value: unknown) => TemplateResult {
  const names = nameIds(context, journey);
  return (name, value) => {
    if (value === undefined || value === null) return html`<span class="nothing">not there</span>`;
    if ((name === 'exp' || name === 'iat') && typeof value === 'number') {
      const at = new Date(value * 1000);
      return html`<time datetime=${at.toISOString()}>${at.toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', second: '2-digit' })}</time> <small>${formatAgo(at)}</small>`;
    }
    const list = name === 'scp' && typeof value === 'string' ? value.split(' ') : value;
    if (Array.isArray(list))
      return html`<span class="chips">${list.map((item) => html`<code class="chip">${String(item)}</code>`)}</span>`;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    const means = /acr$/.test(name) ? credentials[text] : names.get(text);
    return html`<code>${text}</code>${means === undefined ? nothing : html` <small>${means}</small>`}`;
  };
}

function nameIds(
  { settings, person }: ViewContext,
  { downstream }: Journey,
): ReadonlyMap<string, string> {
  const originalId = settings.originalApiId.replace(/^api:\/\//, '');
  return new Map<string, string>([
    [settings.clientId, 'Client App, this page'],
    [originalId, 'Original API'],
    [settings.originalApiId, 'Original API'],
    [String(downstream.claims.aud), 'Downstream API'],
    [person.oid, 'you'],
  ]);
}
