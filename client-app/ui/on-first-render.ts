import { ref } from 'lit/directives/ref.js';

const elements = new WeakSet<Element>();

/**
 * A lit directive that runs a function once for an element, when the element is in the page. lit
 * calls `ref` before it inserts the element. At that time, `focus()` and `showModal()` fail.
 */
export function onFirstRender(callback: (element: HTMLElement) => void) {
  return ref((element) => {
    if (!(element instanceof HTMLElement) || elements.has(element)) return;
    elements.add(element);
    queueMicrotask(() => callback(element));
  });
}
