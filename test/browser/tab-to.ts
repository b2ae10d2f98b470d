import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';

const maxTabs = 40;

/** Presses Tab until an element with this name has the focus, and checks that the focus shows. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let tabs = 0; tabs < maxTabs; tabs += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) continue;
    const focusedName = await focused.evaluate((element) => {
      const label = (element as HTMLInputElement).labels?.[0];
      const text = element.getAttribute('aria-label') ?? label?.textContent ?? element.textContent;
      return text?.trim() ?? '';
    });
    if (!focusedName.startsWith(name)) continue;
    const outline = await focused.evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(outline).not.toBe('none');
    return;
  }
  throw new Error(`Tab did not reach "${name}".`);
}
