import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { findProgram } from '../support/needs.ts';

/** A browser with an empty profile. */
export interface OpenedBrowser {
  readonly page: Page;
  /** Console errors, uncaught errors and violations of the content security policy, in order. */
  readonly errors: readonly string[];
  /** Saves a screenshot of the whole page in `.local/screenshots`. */
  screenshot(name: string): Promise<void>;
  /**
   * Saves a screenshot, and checks that the page fits a phone, a desktop and a wide window.
   * @throws {Error} when the page scrolls horizontally
   */
  checkLayout(name: string): Promise<void>;
  close(): Promise<void>;
}

const options = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const screenshots = fileURLToPath(new URL('../../.local/screenshots', import.meta.url));

/** In pixels. The last one is the default of the tests. */
const windowWidths = [360, 1920, 1280];
const windowHeight = 800;

/** Starts a browser. Two browsers share nothing. */
export async function openBrowser(): Promise<OpenedBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findProgram('chromium') ?? '/usr/bin/chromium',
    args: options,
    viewport: { width: 1280, height: windowHeight },
    reducedMotion: 'reduce',
  });
  const errors = await collectErrors(context);
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(20_000);

  async function screenshot(name: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  }

  return {
    page,
    errors,
    screenshot,
    async checkLayout(name) {
      await screenshot(name);
      for (const width of windowWidths) {
        await page.setViewportSize({ width, height: windowHeight });
        await expectNoHorizontalScroll(page, `${name} in a window of ${width} px`);
      }
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

async function expectNoHorizontalScroll(page: Page, name: string): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (overflow > 0) throw new Error(`The page is ${overflow} px too wide: ${name}.`);
}

async function collectErrors(context: BrowserContext): Promise<readonly string[]> {
  const errors: string[] = [];
  await context.exposeBinding('reportViolation', (_source, text: string) => errors.push(text));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) => {
      const report = (globalThis as unknown as { reportViolation(text: string): void })
        .reportViolation;
      report(`content security policy: ${violatedDirective} ${blockedURI} in ${sourceFile}`);
    });
  });
  context.on('console', (message) => {
    if (message.type() === 'error')
      errors.push(`console: ${message.text()} at ${message.location().url}`);
  });
  context.on('weberror', (error) => errors.push(`uncaught: ${error.error().message}`));
  return errors;
}

/** Whether an error is the browser's log of a response with this HTTP status. */
export function isHttpErrorLog(error: string, status: number): boolean {
  return error.startsWith(
    `console: Failed to load resource: the server responded with a status of ${status}`,
  );
}

/** The errors of a browser, except for its logs of responses with these HTTP statuses. */
export function unexpectedErrors(
  { errors }: OpenedBrowser,
  expectedStatuses: readonly number[],
): readonly string[] {
  return errors.filter(
    (error) => !expectedStatuses.some((status) => isHttpErrorLog(error, status)),
  );
}
