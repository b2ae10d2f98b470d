import { html, nothing, type TemplateResult } from 'lit/html.js';
import { formatAgo } from '../ui/format.ts';
import type { ViewContext } from '../ui/view.ts';
import type { Journey } from './read-journey.ts';

/** The values of `azpacr`: how the calling app authenticated. */
const clientAuthentication: Readonly<Record<string, string>> = {
  '0': 'no credential',
  '1': 'a secret',
  '2': 'a certificate',
};

/**
 * Returns a function that renders the value of a claim. It adds the name of the app or user to an
 * id, and shows a time as local time and a list as chips.
 */
export function createClaimValueRenderer(
  context: ViewContext,
  journey: Journey,
): (name: string, value: unknown) => TemplateResult {
  const namesById = nameIds(context, journey);
  return (name, value) => {
    if (value === undefined || value === null) return html`<span class="nothing">absent</span>`;
    if ((name === 'exp' || name === 'iat') && typeof value === 'number') return renderTime(value);
    const list = name === 'scp' && typeof value === 'string' ? value.split(' ') : value;
    if (Array.isArray(list)) return renderList(list);
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    const note = name.endsWith('acr') ? clientAuthentication[text] : namesById.get(text);
    return renderText(text, note);
  };
}

/** @param seconds Seconds since 1970. */
function renderTime(seconds: number) {
  const at = new Date(seconds * 1_000);
  const time = at.toLocaleTimeString('en', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return html`<time datetime=${at.toISOString()}>${time}</time> <small>${formatAgo(at)}</small>`;
}

const renderList = (items: readonly unknown[]) =>
  html`<span class="chips">
    ${items.map((item) => html`<code class="chip">${String(item)}</code>`)}
  </span>`;

const renderText = (text: string, note: string | undefined) =>
  html`<code>${text}</code>${note === undefined ? nothing : html` <small>${note}</small>`}`;

/** Returns the names of apps and users by their ids. */
function nameIds(
  { settings, person }: ViewContext,
  { downstream }: Journey,
): ReadonlyMap<string, string> {
  const originalClientId = settings.originalApiId.replace(/^api:\/\//, '');
  return new Map([
    [settings.clientId, 'Client App, this page'],
    [originalClientId, 'Original API'],
    [settings.originalApiId, 'Original API'],
    [String(downstream.claims.aud), 'Downstream API'],
    [person.oid, 'you'],
  ]);
}
