import { ref } from 'lit/directives/ref.js';

const shown = new WeakSet<Element>();

/** Runs something once for an element, as soon as it is in the page: lit draws it first and puts it there afterwards. */
export function onceShown(work: (element: HTMLElement) => void) {
  return ref((element) => {
    if (!(element instanceof HTMLElement) || shown.has(element)) return;
    shown.add(element);
    queueMicrotask(() => work(element));
  });
}
