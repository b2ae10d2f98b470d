import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { findProgram } from '../support/needs.ts';

/** One browser with an empty profile, and everything that it complained about. */
export interface OpenedBrowser {
  readonly page: Page;
  /** Console errors, uncaught errors and violations of the content security policy, in order. */
  readonly complaints: readonly string[];
  /** Another person at another computer: nothing is shared. */
  another(): Promise<OpenedBrowser>;
  /** Leaves a picture in .local/screenshots, for a person to look at. */
  picture(name: string): Promise<void>;
  /** A picture, and nothing that has to be scrolled sideways on the smallest phone or on a wide screen. */
  look(name: string): Promise<void>;
  /** Does the steps of a test; a picture of the failure, if there is one, is left too. */
  run(steps: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
const pictures = fileURLToPath(new URL('../../.local/screenshots', import.meta.url));

export async function openBrowser(): Promise<OpenedBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findProgram('chromium') ?? '/usr/bin/chromium',
    args: [...flags, ...quiet],
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  });
  const complaints = await listenForComplaints(context);
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(20_000);
  await mkdir(pictures, { recursive: true });
  const picture = async (name: string) => {
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  };
  return {
    page,
    complaints,
    another: openBrowser,
    picture,
    async look(name) {
      await picture(name);
      for (const width of [360, 1920, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const sideways = await page.evaluate(
          () => document.documentElement.scrollWidth - innerWidth,
        );
        if (sideways > 0)
          throw new Error(
            `${name} has to be scrolled sideways by ${sideways} px in a window of ${width} px`,
          );
      }
    },
    async run(steps) {
      await steps().catch(async (error: unknown) => {
        await picture('failure');
        throw error;
      });
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

async function listenForComplaints(context: BrowserContext): Promise<readonly string[]> {
  const complaints: string[] = [];
  await context.exposeBinding('reportViolation', (_source, text: string) => complaints.push(text));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) => {
      const report = (globalThis as unknown as { reportViolation(text: string): void })
        .reportViolation;
      report(`content security policy: ${violatedDirective} ${blockedURI} in ${sourceFile}`);
    });
  });
  context.on('console', (message) => {
    if (message.type() === 'error')
      complaints.push(`console: ${message.text()} at ${message.location().url}`);
  });
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error().message}`));
  return complaints;
}

/** Whether a complaint is only the browser's note that an answer was a refusal, which the app itself has handled. */
export function isNoteOf(status: number): (complaint: string) => boolean {
  return (complaint) =>
    complaint.startsWith(
      `console: Failed to load resource: the server responded with a status of ${status}`,
    );
}
