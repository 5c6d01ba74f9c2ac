/**
 * The inside of the seed's test: runs in a network namespace where `nirvanahost` and `proxyhost` resolve, with the name of
 * the balancer as its argument.
 *
 * Not here: the namespace (`seed.system.test.ts`).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import t, { type Test } from 'tap';
import { SLUICE_COMMAND } from '../help/balancer.ts';
import { makeCertificate } from '../help/certificate.ts';
import { listening } from '../help/network.ts';
import { type Nhps, serveNhps } from '../help/nhps.ts';
import { type Program, run, start, temporaryDirectory } from '../help/process.ts';

/** The sources' folder: compiled tests stand in `build/`, configurations do not move there. */
const SEED = fileURLToPath(new URL('../../../../test/system/seed/', import.meta.url));
const TRANSPORT = join(SEED, 'transport-layer.cfg');
const LINES_OF_THE_PAGE = 17;

const BROWSER_SWITCHES = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const name = process.argv[2] ?? 'sluice';

function command(...args: readonly string[]): [string, string[]] {
  return name === 'haproxy' ? ['haproxy', [...args]] : [process.execPath, [SLUICE_COMMAND, ...args]];
}

async function withBrowser(t: Test, nhps: Nhps): Promise<void> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER_SWITCHES });
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  const answer = await page.goto('https://proxyhost:443/');
  t.equal(answer?.status(), 200, 'the page comes by https');
  t.equal(await page.textContent('p'), 'nirvana', 'and shows its text');
  await page.waitForFunction("document.title !== 'waiting'");
  t.equal(await page.title(), 'echo: hello over wss', 'a WebSocket echoes by wss');
  t.same(nhps.messages, ['hello over wss'], 'and it was this server that did');
  // Its kept-alive connections would keep the balancer from having drained.
  await browser.close();
}

async function withCurl(t: Test): Promise<void> {
  const answer = await run('curl', [
    '-ksS',
    '--max-time',
    '10',
    '-w',
    '%{http_code}',
    'https://proxyhost:443/by-curl',
  ]);
  t.match(answer.stdout, /nirvana[^]*200$/, 'curl has the page');
}

await t.test(`the transport-layer file through ${name}`, async (t) => {
  const nhps = await serveNhps(
    t,
    await makeCertificate(temporaryDirectory(t), 'nirvanahost'),
    '127.0.0.9',
    9443,
  );
  t.equal(
    readFileSync(TRANSPORT, 'utf8').split('\n').length - 1,
    LINES_OF_THE_PAGE,
    'the file is as printed',
  );
  const check = await run(...command('-c', '-f', TRANSPORT));
  t.match(check.stdout, /Configuration file is valid/, 'is valid as it is');
  const balancer: Program = start(t, ...command(...(name === 'haproxy' ? ['-db'] : []), '-f', TRANSPORT));
  await listening(balancer, 443, '127.0.0.1');
  await withCurl(t);
  await withBrowser(t, nhps);
  t.same(
    nhps.requests,
    ['/by-curl', '/', '/favicon.ico'].slice(0, nhps.requests.length),
    'each request came once',
  );
  t.same(await balancer.stop('SIGUSR1'), { code: 0, signal: null }, 'ends cleanly when asked to drain');
});
