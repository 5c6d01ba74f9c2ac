/** The HTTP side of metrics: paths, methods, answers while draining, and what is cut off. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as http from 'node:http';
import * as net from 'node:net';
import t from 'tap';
import type { Test } from 'tap';
import { silentLogger } from '../../lib/account/log/logger.ts';
import { MetricsServer } from '../../lib/account/metrics-server.ts';
import type { MetricsServerOptions } from '../../lib/account/metrics-server.ts';
import { processRegistry } from '../../lib/account/process-metrics.ts';
import type { BindAddress } from '../../lib/config/config.ts';
import { SluiceError } from '../../lib/errors.ts';
import { systemClock } from '../../lib/time/clock.ts';
import { backendView, processView, serverView } from '../help/views.ts';

const LOOPBACK: BindAddress = { kind: 'ipv4', host: '127.0.0.1', port: 0, portEnd: 0 };

async function started(t: Test, over: Partial<MetricsServerOptions> = {}): Promise<MetricsServer> {
  const server = new MetricsServer({
    view: () => processView(),
    ready: () => true,
    build: { version: '0.1.0', nodeVersion: 'v20' },
    clock: systemClock,
    logger: silentLogger,
    ...over,
  });
  t.teardown(() => server.close());
  await server.listen(LOOPBACK);
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

function ask(server: MetricsServer, path: string, options: http.RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(`http://${server.addresses[0] ?? ''}${path}`, { agent: false, ...options });
    request.on('error', reject);
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (body += piece));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    request.end();
  });
}

void t.test('serves metrics as text, or as OpenMetrics where that is preferred', async (t) => {
  const server = await started(t);
  const text = await ask(server, '/metrics');
  t.equal(text.status, 200);
  t.equal(text.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  t.match(text.body, 'sluice_sessions_limit 2000\n');
  const prometheus = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
  const open = await ask(server, '/metrics', { headers: { accept: prometheus } });
  t.equal(open.headers['content-type'], 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  t.ok(open.body.endsWith('# EOF\n'));
  const plain = await ask(server, '/metrics', {
    headers: { accept: 'application/openmetrics-text;q=0.3, text/plain' },
  });
  t.equal(plain.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
});

void t.test("serves HAProxy's names, and answers 400 to a scope nobody knows", async (t) => {
  const server = await started(t);
  t.match((await ask(server, '/metrics?names=haproxy')).body, 'haproxy_process_max_connections 2000\n');
  const unknown = await ask(server, '/metrics?scope=nonsense');
  t.equal(unknown.status, 400);
  t.match(unknown.body, 'scope=nonsense');
});

void t.test('a server of a thousand answers whole', async (t) => {
  const servers = Array.from({ length: 1000 }, (_, index) => serverView({ name: `s${index}` }));
  const server = await started(t, { view: () => processView({ backends: [backendView({ servers })] }) });
  const { body } = await ask(server, '/metrics?scope=server');
  t.equal(body.match(/^sluice_server_up\{/gm)?.length, 1000);
});

void t.test('readyz turns 503 as soon as draining begins, livez does not', async (t) => {
  let stopping = false;
  let ready = false;
  const server = await started(t, { view: () => processView({ stopping }), ready: () => ready });
  const before = await ask(server, '/readyz');
  t.same([before.status, before.body], [503, 'not ready\n']);
  ready = true;
  const serving = await ask(server, '/readyz');
  t.same([serving.status, serving.body], [200, 'ready\n']);
  stopping = true;
  const draining = await ask(server, '/readyz');
  t.same([draining.status, draining.body], [503, 'draining\n']);
  t.equal((await ask(server, '/livez')).status, 200);
});

void t.test('a page links the paths; others are 404, other methods 405, HEAD has no body', async (t) => {
  const server = await started(t);
  t.match((await ask(server, '/')).body, 'href="/metrics"');
  t.equal((await ask(server, '/nothing')).status, 404);
  const post = await ask(server, '/metrics', { method: 'POST' });
  t.equal(post.status, 405);
  t.equal(post.headers.allow, 'GET, HEAD');
  for (const path of ['/metrics', '/livez', '/']) {
    const head = await ask(server, path, { method: 'HEAD' });
    t.same([head.status, head.body], [200, ''], path);
  }
});

void t.test("the process's metrics stand beside ours, not among HAProxy's names", async (t) => {
  const servers = [await started(t, { processMetrics: true }), await started(t, { processMetrics: true })];
  for (const server of servers) {
    const { body } = await ask(server, '/metrics');
    t.match(body, /^process_open_fds \d+$/m);
    t.match(body, /^nodejs_eventloop_lag_p99_seconds /m);
    t.notMatch(body, 'nodejs_active_handles_total');
    t.notMatch((await ask(server, '/metrics?names=haproxy')).body, 'nodejs_');
  }
  t.equal(processRegistry(), processRegistry(), 'one for the whole process');
});

void t.test('a defect in a view is a 500 and a line in the log', async (t) => {
  const lines: unknown[] = [];
  const server = await started(t, {
    view: () => {
      throw new Error('broken view');
    },
    logger: { ...silentLogger, error: (fields: unknown) => void lines.push(fields) },
  });
  t.equal((await ask(server, '/metrics')).status, 500);
  t.match(lines, [{ event: 'metrics', error: /broken view/ }]);
});

void t.test('an address in use and one that is not ours are told by code', async (t) => {
  const server = await started(t);
  const port = Number((server.addresses[0] ?? '').split(':')[1]);
  await t.rejects(server.listen({ ...LOOPBACK, port, portEnd: port }), { code: 'ERR_ADDRESS_IN_USE' });
  await t.rejects(server.listen({ kind: 'ipv4', host: '192.0.2.1', port: 0, portEnd: 0 }), SluiceError);
  await server.listen(LOOPBACK);
  t.equal(server.addresses.length, 2, 'goes on, and takes a further address');
});

void t.test('listens on a unix socket', async (t) => {
  const server = await started(t);
  // A socket's path is short (107 bytes), a test's folder may be long.
  const folder = mkdtempSync(join(tmpdir(), 'sluice-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'metrics.sock');
  await server.listen({ kind: 'unix', path });
  t.equal(server.addresses[1], path);
  t.equal((await ask(server, '/livez', { socketPath: path })).status, 200);
});

void t.test('heads without end are refused', async (t) => {
  const server = await started(t);
  const port = Number((server.addresses[0] ?? '').split(':')[1]);
  const socket = net.connect(port, '127.0.0.1');
  socket.write(`GET /livez HTTP/1.1\r\nx: ${'y'.repeat(64 * 1024)}`);
  let answer = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => (answer += bytes.toString()));
  await new Promise((resolve) => socket.once('close', resolve));
  t.match(answer, /^HTTP\/1.1 431 /);
});

void t.test('a scraper that stops reading does not hold up close', async (t) => {
  const servers = Array.from({ length: 1000 }, (_, index) => serverView({ name: `s${index}` }));
  const server = await started(t, { view: () => processView({ backends: [backendView({ servers })] }) });
  const port = Number((server.addresses[0] ?? '').split(':')[1]);
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
  await new Promise((resolve) => socket.once('readable', resolve));
  await server.close();
  socket.resume();
  await closed;
  t.same(server.addresses, []);
});
