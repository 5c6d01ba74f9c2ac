/** The tables as text and on a prom-client registry: what a scrape sees. */
import { Gauge, Registry } from 'prom-client';
import t from 'tap';
import {
  BackendCounters,
  FrontendCounters,
  ListenerCounters,
  ServerCounters,
} from '../../lib/account/counters.ts';
import type { Family } from '../../lib/account/family.ts';
import { HAPROXY_FAMILIES } from '../../lib/account/haproxy-names.ts';
import { SLUICE_FAMILIES } from '../../lib/account/metrics.ts';
import { createRegistry, exposition } from '../../lib/account/prometheus.ts';
import type { MetricsSource, TextFormat } from '../../lib/account/prometheus.ts';
import { parseScrapeRequest } from '../../lib/account/scrape.ts';
import type { ProcessView } from '../../lib/account/views.ts';
import { systemClock } from '../../lib/time/clock.ts';
import { ManualClock } from '../help/clock.ts';
import { backendView, frontendView, listenerView, memory, processView, serverView } from '../help/views.ts';

function sourceOf(view: ProcessView): MetricsSource {
  return {
    view: () => view,
    build: { version: '0.1.0', nodeVersion: 'v20.20.2' },
    clock: new ManualClock({ wallMs: Date.UTC(2026, 0, 1, 0, 1) }),
  };
}

async function scrape(
  view: ProcessView,
  query = '',
  format: TextFormat = 'prometheus',
  more: readonly Registry[] = [],
): Promise<string> {
  const parsed = parseScrapeRequest(new URLSearchParams(query));
  if (!parsed.ok) throw new Error(parsed.problem);
  const source = sourceOf(view);
  const registries = [createRegistry(source, parsed.request.naming), ...more];
  let text = '';
  for await (const piece of exposition(registries, source, parsed.request, format)) text += piece;
  return text;
}

/** Samples of one family, by everything before the value. */
function samples(text: string, name: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const space = line.lastIndexOf(' ');
    if (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) {
      found[line.slice(name.length, space)] = Number(line.slice(space + 1));
    }
  }
  return found;
}

function busyView(): ProcessView {
  const counters = new FrontendCounters(memory);
  counters.connectionAccepted(1000);
  counters.sessionStarted(1000, 1);
  counters.bytesMoved(100, 212);
  counters.sessionEnded('client-timeout', 90_000);
  const server = new ServerCounters(memory);
  server.connectTime.observe(0.003);
  server.connectTime.observe(0.003);
  server.connectTime.observe(120);
  const listener = new ListenerCounters(memory);
  listener.paused.add('bind-maxconn');
  return processView({
    sessionsNow: 7,
    connectionRateLimit: 300,
    sessionRateLimit: 200,
    droppedLogLines: new Map([['udp@10.0.0.1:514', 3]]),
    frontends: [
      frontendView({
        counters,
        maxconn: 50,
        socketStats: true,
        listeners: [listenerView({ counters: listener })],
      }),
    ],
    backends: [
      backendView({
        servers: [
          serverView({ counters: server, servedCount: 5, maxconn: 37 }),
          serverView({ name: 'b', status: 'MAINT', usable: false }),
          serverView({
            name: 'c',
            status: 'DOWN',
            usable: false,
            check: { status: 'L4CON', code: null, durationMs: 12, info: 'Connection refused' },
          }),
        ],
      }),
    ],
  });
}

void t.test('reads values from the views at the scrape', async (t) => {
  const text = await scrape(busyView());
  t.same(samples(text, 'sluice_sessions_current'), { '': 7 });
  t.same(samples(text, 'sluice_log_lines_dropped_total'), { '{target="udp@10.0.0.1:514"}': 3 });
  t.same(samples(text, 'sluice_frontend_bytes_total'), {
    '{frontend="www",direction="in"}': 100,
    '{frontend="www",direction="out"}': 212,
  });
  t.equal(samples(text, 'sluice_frontend_closes_total')['{frontend="www",reason="client-timeout"}'], 1);
  t.equal(samples(text, 'sluice_frontend_closes_total')['{frontend="www",reason="normal"}'], 0);
  t.equal(samples(text, 'sluice_frontend_accept_pauses_total')['{frontend="www",reason="bind-maxconn"}'], 1);
  t.same(samples(text, 'sluice_server_sessions_limit'), { '{backend="app",server="a"}': 37 });
  t.same(samples(text, 'sluice_server_up'), {
    '{backend="app",server="a"}': 1,
    '{backend="app",server="b"}': 0,
    '{backend="app",server="c"}': 0,
  });
  t.same(samples(text, 'sluice_server_check_status'), { '{backend="app",server="c",status="L4CON"}': 1 });
  t.equal(samples(text, 'sluice_backend_servers')['{backend="app",state="MAINT"}'], 1);
});

void t.test('writes histograms cumulative, with the rest in +Inf', async (t) => {
  const text = await scrape(busyView());
  const buckets = samples(text, 'sluice_server_connect_duration_seconds_bucket');
  t.equal(buckets['{backend="app",server="a",le="0.0025"}'], 0);
  t.equal(buckets['{backend="app",server="a",le="0.005"}'], 2);
  t.equal(buckets['{backend="app",server="a",le="60"}'], 2);
  t.equal(buckets['{backend="app",server="a",le="+Inf"}'], 3);
  t.equal(samples(text, 'sluice_server_connect_duration_seconds_count')['{backend="app",server="a"}'], 3);
  t.equal(samples(text, 'sluice_server_connect_duration_seconds_sum')['{backend="app",server="a"}'], 120.006);
});

void t.test('escapes label values', async (t) => {
  const text = await scrape(processView({ droppedLogLines: new Map([['unix@/a"b\\c\nd', 1]]) }));
  t.match(text, 'sluice_log_lines_dropped_total{target="unix@/a\\"b\\\\c\\nd"} 1\n');
});

void t.test('OpenMetrics names counter families without _total and ends with EOF', async (t) => {
  const text = await scrape(busyView(), '', 'openmetrics');
  t.match(
    text,
    '# TYPE sluice_frontend_connections counter\nsluice_frontend_connections_total{frontend="www"} 1\n',
  );
  t.ok(text.endsWith('# EOF\n'));
  t.notMatch(await scrape(busyView()), '# EOF');
});

void t.test("HAProxy's names and labels", async (t) => {
  const text = await scrape(busyView(), 'names=haproxy');
  t.notMatch(text, /^sluice_/m);
  t.equal(samples(text, 'haproxy_server_status')['{proxy="app",server="a",state="UP"}'], 1);
  t.equal(samples(text, 'haproxy_server_status')['{proxy="app",server="b",state="MAINT"}'], 1);
  t.same(samples(text, 'haproxy_process_limit_connection_rate'), { '': 300 });
  t.same(samples(text, 'haproxy_process_limit_session_rate'), { '': 200 });
  t.same(samples(text, 'haproxy_server_limit_sessions'), {
    '{proxy="app",server="a"}': 37,
    '{proxy="app",server="b"}': Number.NaN,
    '{proxy="app",server="c"}': Number.NaN,
  });
  t.equal(samples(text, 'haproxy_server_check_status')['{proxy="app",server="c",state="L4CON"}'], 1);
  t.equal(Object.keys(samples(text, 'haproxy_server_check_status')).length, 16, 'only of checked servers');
  t.same(samples(text, 'haproxy_listener_status'), {
    '{proxy="www",listener="sock-1",state="WAITING"}': 0,
    '{proxy="www",listener="sock-1",state="OPEN"}': 1,
    '{proxy="www",listener="sock-1",state="FULL"}': 0,
  });
  t.same(samples(text, 'haproxy_process_uptime_seconds'), { '': 90 });
  t.same(samples(text, 'haproxy_backend_last_session_seconds'), { '{proxy="app"}': -1 });
});

void t.test('filters', async (t) => {
  void t.test('scope keeps what it names, and nothing when it is empty', async (t) => {
    const text = await scrape(busyView(), 'scope=backend&scope=global');
    t.match(text, /^sluice_backend_up/m);
    t.match(text, /^sluice_sessions_current/m);
    t.notMatch(text, /^sluice_(server|frontend|listener)_/m);
    t.equal(await scrape(busyView(), 'scope='), '');
    t.notMatch(await scrape(busyView(), 'scope=*&scope=&scope=server'), /^sluice_backend_/m);
  });
  void t.test('no-maint leaves out servers in maintenance', async (t) => {
    t.notMatch(await scrape(busyView(), 'no-maint'), 'server="b"');
    t.match(await scrape(busyView(), 'no-maint'), 'server="c"');
  });
  void t.test('metrics includes and excludes by full name', async (t) => {
    t.notMatch(await scrape(busyView(), 'metrics=sluice_server_up,sluice_stopping'), 'sluice_backend');
    t.match(await scrape(busyView(), 'metrics=sluice_server_up,sluice_stopping'), 'sluice_server_up');
    const without = await scrape(busyView(), 'names=haproxy&metrics=-haproxy_server_status');
    t.notMatch(without, 'haproxy_server_status');
    t.match(without, 'haproxy_server_weight');
  });
  void t.test('unknown words are told, unknown parameters are not', async (t) => {
    for (const query of ['scope=nonsense', 'names=nginx']) {
      t.equal(parseScrapeRequest(new URLSearchParams(query)).ok, false, query);
    }
    t.ok(parseScrapeRequest(new URLSearchParams('scope=sticktable&desc-labels&x=1')).ok);
  });
});

void t.test("an embedding program's metrics stand beside ours", async (t) => {
  const registry = new Registry();
  new Gauge({ name: 'app_users', help: 'Users.', labelNames: ['kind'], registers: [registry] }).set(
    { kind: 'x' },
    4,
  );
  t.match(
    await scrape(busyView(), '', 'prometheus', [registry]),
    '# TYPE app_users gauge\napp_users{kind="x"} 4\n',
  );
});

void t.test("prom-client's own methods work on the registry", async (t) => {
  const registry = createRegistry(sourceOf(busyView()));
  const text = await registry.metrics();
  t.match(text, 'sluice_server_up{backend="app",server="a"} 1');
  t.match(text, 'sluice_server_connect_duration_seconds_bucket{backend="app",server="a",le="0.005"} 2');
  t.ok(Registry.merge([registry]).getSingleMetric('sluice_server_up'));
  registry.resetMetrics();
  const families = await registry.getMetricsAsJSON();
  t.same(families.length, SLUICE_FAMILIES.length);
});

void t.test('every family of the tables is sound', (t) => {
  const all: readonly Family[] = [...SLUICE_FAMILIES, ...HAPROXY_FAMILIES];
  const names = all.map((family) => family.name);
  t.equal(new Set(names).size, names.length, 'names are unique');
  for (const { name, kind, unit, help } of all) {
    t.match(name, /^(sluice|haproxy)_[a-z0-9_]+$/, name);
    t.equal(name.endsWith('_total'), kind === 'counter', `${name}: _total is for counters alone`);
    t.ok(help.length > 5 && help.endsWith('.'), `${name} has a help text`);
    if (unit === 'seconds' && name.startsWith('sluice_')) t.match(name, 'seconds', name);
    if (unit === 'bytes') t.match(name, 'bytes', name);
  }
  t.end();
});

void t.test('a scrape of many servers gives the event loop its turns', async (t) => {
  const servers = Array.from({ length: 1000 }, (_, index) => serverView({ name: `s${index}` }));
  const view = processView({ backends: [backendView({ servers })] });
  const source: MetricsSource = { ...sourceOf(view), clock: systemClock };
  let turns = 0;
  let running = true;
  const count = (): void => {
    turns += 1;
    if (running) setImmediate(count);
  };
  setImmediate(count);
  let text = '';
  const parsed = parseScrapeRequest(new URLSearchParams());
  if (!parsed.ok) throw new Error(parsed.problem);
  const pieces = exposition([createRegistry(source)], source, parsed.request, 'prometheus');
  for await (const piece of pieces) text += piece;
  running = false;
  t.ok(turns > 5, `${turns} turns`);
  t.equal(Object.keys(samples(text, 'sluice_server_up')).length, 1000);
});

function httpView(): ProcessView {
  const frontend = new FrontendCounters(memory, 'http');
  const server = new ServerCounters(memory, 'http');
  frontend.http?.requestStarted(1000);
  frontend.http?.badRequest('two-lengths');
  frontend.sessionEnded('bad-request', 1);
  frontend.http?.responses.add('4xx');
  server.http?.responses.add('2xx');
  server.http?.badResponse('bad-chunk');
  server.http?.responseTime.observe(0.004);
  server.http?.connectionReused();
  server.idleConnections(2);
  return processView({
    frontends: [frontendView({ name: 'web', counters: frontend }), frontendView({ name: 'plain' })],
    backends: [
      backendView({
        counters: new BackendCounters(memory, 'http'),
        servers: [serverView({ counters: server }), serverView({ name: 'b' })],
      }),
    ],
  });
}

void t.test('requests have samples in mode http alone', async (t) => {
  const text = await scrape(httpView());
  t.same(samples(text, 'sluice_frontend_http_requests_total'), { '{frontend="web"}': 1 });
  t.equal(samples(text, 'sluice_frontend_http_responses_total')['{frontend="web",code="4xx"}'], 1);
  const bad = samples(text, 'sluice_frontend_http_bad_requests_total');
  t.equal(bad['{frontend="web",reason="two-lengths"}'], 1);
  t.equal(bad['{frontend="web",reason="bad-chunk"}'], 0, 'what never occurred stands at 0');
  t.same(samples(text, 'sluice_frontend_http_failed_requests_total'), { '{frontend="web"}': 1 });
  t.same(samples(text, 'sluice_server_http_bad_responses_total'), {
    '{backend="app",server="a",reason="bad-chunk"}': 1,
  });
  t.same(samples(text, 'sluice_server_http_response_duration_seconds_sum'), {
    '{backend="app",server="a"}': 0.004,
  });
  t.same(samples(text, 'sluice_server_http_idle_connections'), { '{backend="app",server="a"}': 2 });
});

void t.test("requests under HAProxy's names", async (t) => {
  const text = await scrape(httpView(), 'names=haproxy');
  t.same(samples(text, 'haproxy_process_requests_total'), { '': 1 });
  t.same(samples(text, 'haproxy_frontend_http_requests_total'), { '{proxy="web"}': 1 });
  t.same(samples(text, 'haproxy_frontend_request_errors_total'), {
    '{proxy="web"}': 1,
    '{proxy="plain"}': 0,
  });
  t.equal(samples(text, 'haproxy_server_http_responses_total')['{proxy="app",server="a",code="2xx"}'], 1);
  t.equal(samples(text, 'haproxy_server_connection_reuses_total')['{proxy="app",server="a"}'], 1);
  t.equal(samples(text, 'haproxy_server_idle_connections_current')['{proxy="app",server="a"}'], 2);
});
