import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type OpenedBrowser, openBrowser } from './open-browser.ts';

/** What a browser test works with. */
export interface BrowserTestContext {
  readonly stack: Stack;
  readonly browser: OpenedBrowser;
}

type BrowserTest = (
  title: string,
  steps: (context: BrowserTestContext) => Promise<void>,
  timeout?: number,
) => void;

const startTimeout = 120_000;
const defaultTimeout = 120_000;

/**
 * Starts one stack for the tests of a file. Each test gets a new browser, and the policies are
 * reset before it. A failed test leaves a screenshot. Without Chromium the tests are skipped.
 */
export function setUpBrowserTests(): BrowserTest {
  const runWithChromium = needs('chromium');
  let stack: Stack;
  let browser: OpenedBrowser;

  beforeAll(async () => {
    stack = await startStack();
  }, startTimeout);

  beforeEach(async () => {
    await stack.resetPolicies();
    browser = await openBrowser();
  }, 30_000);

  afterEach(async () => {
    await browser?.close();
  }, 30_000);

  afterAll(async () => {
    await stack?.stop();
  }, 60_000);

  return (title, steps, timeout = defaultTimeout) => {
    const runSteps = async () => {
      try {
        await steps({ stack, browser });
      } catch (error) {
        await browser.screenshot('failure');
        throw error;
      }
    };
    runWithChromium(title, runSteps, timeout);
  };
}
