import { svg } from 'lit/html.js';

const draw = (paths: ReturnType<typeof svg>) =>
  svg`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths}</svg>`;

/**
 * Line icons in the color of the text. Screen readers skip them, because each icon is next to its
 * text.
 */
export const icons = {
  documents: draw(svg`<path d="M7 3.5h7l4 4v13H7z"/><path d="M14 3.5v4h4M10 12h5M10 15.5h5"/>`),
  profile: draw(
    svg`<circle cx="12" cy="8.5" r="4"/><path d="M4.5 20c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5"/>`,
  ),
  journey: draw(
    svg`
      <circle cx="5" cy="18.5" r="2.5"/>
      <circle cx="19" cy="5.5" r="2.5"/>
      <path d="M7.5 18.5H15a3.25 3.25 0 0 0 0-6.5H9a3.25 3.25 0 0 1 0-6.5h7.5"/>
    `,
  ),
  chain: draw(
    svg`
      <path d="M10 13.5a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.6 1.6"/>
      <path d="M14 10.5a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.6-1.6"/>
    `,
  ),
  policies: draw(
    svg`
      <path d="M4 7h9M18 7h2M4 17h2M11 17h9"/>
      <circle cx="15.5" cy="7" r="2.5"/>
      <circle cx="8.5" cy="17" r="2.5"/>
    `,
  ),
  signOut: draw(svg`<path d="M10 4H5v16h5M14.5 8l4 4-4 4M18.5 12H9.5"/>`),
  plus: draw(svg`<path d="M12 5v14M5 12h14"/>`),
  back: draw(svg`<path d="M14.5 6l-6 6 6 6"/>`),
  check: draw(svg`<path d="M5 12.5l4.5 4.5L19 7.5"/>`),
  alert: draw(svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5v5.5M12 16.3v.2"/>`),
  trash: draw(
    svg`<path d="M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.3 10.5v5.5M13.7 10.5v5.5"/>`,
  ),
  copy: draw(svg`<path d="M9 9h10v10.5H9z"/><path d="M15 9V4.5H5V15h4"/>`),
  key: draw(
    svg`<circle cx="8" cy="15.5" r="4"/><path d="M11 12.5 19.5 4M16.5 7l2.5 2.5M13.5 10l2 2"/>`,
  ),
  shield: draw(
    svg`
      <path d="M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6z"/>
      <path d="M9 12l2.2 2.2L15.2 10"/>
    `,
  ),
  people: draw(
    svg`
      <circle cx="9" cy="9" r="3.5"/>
      <path d="M2.5 19c.8-3.5 3.3-5 6.5-5s5.7 1.5 6.5 5M15.5 5.8a3.5 3.5 0 0 1 0 6.4
        M17.5 14.5c2.2.6 3.5 2 4 4.5"/>
    `,
  ),
} as const;
