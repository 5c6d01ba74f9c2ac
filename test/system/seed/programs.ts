/**
 * Programs of the seed's tests: the balancer by its name, and a browser that visits the page of `nhps.ts` through it.
 *
 * Not here: the configurations (`inside.ts`, `application.ts`).
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { SLUICE_COMMAND } from '../help/balancer.ts';

/** The sources' folder: compiled tests stand in `build/`, configurations do not move there. */
const SEED = fileURLToPath(new URL('../../../../test/system/seed/', import.meta.url));

const BROWSER_SWITCHES = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Plain HTTP is to stay plain.
  '--disable-features=HttpsUpgrades',
];

export function seedFile(name: string): string {
  return join(SEED, name);
}

/** Command and words that run the balancer. */
export function commandOf(balancer: string, ...args: readonly string[]): [string, string[]] {
  return balancer === 'haproxy' ? ['haproxy', [...args]] : [process.execPath, [SLUICE_COMMAND, ...args]];
}

/** What a browser saw. */
export interface Visit {
  readonly status: number;
  readonly text: string;
  /** What the page shows once its WebSocket has answered. */
  readonly title: string;
}

/** Loads the page and waits until its WebSocket has answered; all connections are closed afterwards. */
export async function visit(url: string): Promise<Visit> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER_SWITCHES });
  try {
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    const answer = await page.goto(url);
    const text = (await page.textContent('p')) ?? '';
    await page.waitForFunction("document.title !== 'waiting'");
    return { status: answer?.status() ?? 0, text, title: await page.title() };
  } finally {
    // Kept-alive connections would keep the balancer from having drained.
    await browser.close();
  }
}
