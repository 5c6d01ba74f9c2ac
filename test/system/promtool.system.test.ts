/**
 * What Prometheus' own tool says about our metrics, by both namings, and about the files under `deploy/`.
 *
 * Not here: a real Prometheus that scrapes (`prometheus.system.test.ts`), values (`test/account`).
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Registry } from 'prom-client';
import t from 'tap';
import { BackendCounters, FrontendCounters, ServerCounters } from '../../lib/account/counters.ts';
import { processRegistry } from '../../lib/account/process-metrics.ts';
import { createRegistry, exposition } from '../../lib/account/prometheus.ts';
import type { MetricsSource } from '../../lib/account/prometheus.ts';
import { WHOLE_SCRAPE } from '../../lib/account/scrape.ts';
import type { Naming } from '../../lib/account/scrape.ts';
import { systemClock } from '../../lib/time/clock.ts';
import { backendView, frontendView, listenerView, memory, processView, serverView } from '../help/views.ts';

const DEPLOY = fileURLToPath(new URL('../../../deploy/prometheus', import.meta.url));

const serverCounters = new ServerCounters(memory, 'http');
serverCounters.http?.badResponse('bad-chunk');

/** Every family has a sample here: what has none promtool would not see. */
const VIEW = processView({
  droppedLogLines: new Map([['stdout', 0]]),
  frontends: [
    frontendView({
      socketStats: true,
      maxconn: 5,
      rateLimitSessions: 4,
      listeners: [listenerView({ maxconn: 3 })],
      counters: new FrontendCounters(memory, 'http'),
    }),
  ],
  backends: [
    backendView({
      counters: new BackendCounters(memory, 'http'),
      servers: [
        serverView({
          counters: serverCounters,
          maxconn: 3,
          maxqueue: 3,
          currentLimit: 1,
          throttlePercent: 50,
          check: { status: 'L4OK', code: null, durationMs: 1, info: null },
        }),
      ],
    }),
  ],
});

const SOURCE: MetricsSource = {
  view: () => VIEW,
  build: { version: '0.1.0', nodeVersion: process.version },
  clock: systemClock,
};

async function page(registries: readonly Registry[], naming: Naming): Promise<string> {
  let text = '';
  const request = { ...WHOLE_SCRAPE, naming };
  for await (const piece of exposition(registries, SOURCE, request, 'prometheus')) text += piece;
  return text;
}

/** Runs promtool; a missing promtool is a failure, not a reason to skip. */
function promtool(words: readonly string[], input = ''): { status: number | null; said: string } {
  const done = spawnSync('promtool', words, { cwd: DEPLOY, input, encoding: 'utf8' });
  if (done.error !== undefined) throw done.error;
  return { status: done.status, said: done.stdout + done.stderr };
}

void t.test('check metrics finds nothing in our names, the process metrics included', async (t) => {
  const text = await page([createRegistry(SOURCE), processRegistry()], 'sluice');
  t.same(promtool(['check', 'metrics'], text), { status: 0, said: '' });
});

void t.test("check metrics finds nothing in HAProxy's names", async (t) => {
  const text = await page([createRegistry(SOURCE, 'haproxy')], 'haproxy');
  t.same(promtool(['check', 'metrics'], text), { status: 0, said: '' });
});

void t.test('alert rules are sound and ring when they should', (t) => {
  t.match(promtool(['check', 'rules', 'alerts.yml']), { status: 0, said: /SUCCESS: 17 rules found/ });
  t.match(promtool(['test', 'rules', 'alerts.test.yml']), { status: 0 });
  t.match(promtool(['check', 'config', 'prometheus.yml']), { status: 0 });
  t.end();
});
