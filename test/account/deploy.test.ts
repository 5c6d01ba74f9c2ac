/** Dashboards and alert rules ask only for metrics and labels that exist. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { SLUICE_FAMILIES } from '../../lib/account/metrics.ts';
import { processRegistry } from '../../lib/account/process-metrics.ts';

const DASHBOARD = new URL('../../../deploy/grafana/sluice.json', import.meta.url);
const ALERTS = new URL('../../../deploy/prometheus/alerts.yml', import.meta.url);
const ALERT_TESTS = new URL('../../../deploy/prometheus/alerts.test.yml', import.meta.url);

/** What prom-client's process metrics and Prometheus itself give, as far as it is used. */
const OTHERS = [
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_open_fds',
  'process_max_fds',
  'nodejs_eventloop_lag_p50_seconds',
  'nodejs_eventloop_lag_p99_seconds',
];

const SCOPE_LABELS = {
  global: [],
  frontend: ['frontend'],
  listener: ['frontend', 'listener'],
  backend: ['backend'],
  server: ['backend', 'server'],
};

/** Sample names with the labels they may be asked by. */
function known(): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>(OTHERS.map((name) => [name, ['instance', 'job']]));
  for (const { name, kind, scope, extraLabels } of SLUICE_FAMILIES) {
    const labels = [...SCOPE_LABELS[scope], ...extraLabels, 'instance', 'job'];
    const suffixes = kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    for (const suffix of suffixes) names.set(name + suffix, labels);
  }
  return names;
}

for (const file of [DASHBOARD, ALERTS, ALERT_TESTS]) {
  void t.test(file.pathname.split('/').at(-1) ?? '', (t) => {
    const names = known();
    const text = readFileSync(file, 'utf8').replaceAll('\\"', '"');
    let count = 0;
    for (const [, name = '', selector = ''] of text.matchAll(
      /\b((?:sluice|process|nodejs)_[a-z0-9_]+)(?:\{([^{}]*)\})?/g,
    )) {
      const labels = names.get(name);
      t.ok(labels, `${name} exists`);
      for (const [, label = ''] of selector.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)) {
        t.ok(labels?.includes(label), `${name} has the label ${label}`);
      }
      count += 1;
    }
    t.ok(count > 10, `${count} found`);
    t.end();
  });
}

void t.test("prom-client's metrics among them exist", async (t) => {
  const given = (await processRegistry().getMetricsAsJSON()).map(({ name }) => name);
  for (const name of OTHERS) t.ok(given.includes(name), name);
});

void t.test('the dashboard is JSON with distinct panels', (t) => {
  const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as {
    panels: { id: number; title: string }[];
  };
  const ids = dashboard.panels.map((panel) => panel.id);
  t.equal(new Set(ids).size, ids.length);
  t.end();
});
