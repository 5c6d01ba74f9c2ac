/**
 * The application-layer file inside: runs in a network namespace where `nirvanahost` and `proxyhost` resolve, with the name
 * of the balancer and the way to run the file as its arguments:
 *
 *     printed   as it stands: mode tcp, its conditions look at bytes that are not there, TLS passes through
 *     http      below `defaults` with `mode http`: the browser speaks plain HTTP
 *     tls       the same, and TLS ends at the balancer (`bind *:443 ssl crt FILE`)
 *
 * Not here: the namespace (`seed.system.test.ts`).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readExposition, type Scrape } from '../help/balancer.ts';
import { makeCertificate } from '../help/certificate.ts';
import { listening, until } from '../help/network.ts';
import { type Nhps, serveNhps } from '../help/nhps.ts';
import { type Owner, type Program, run, start, temporaryDirectory } from '../help/process.ts';
import { receiveRequestLines, type RequestLines } from '../help/request-lines.ts';
import { commandOf, seedFile, visit } from './programs.ts';

const APPLICATION = seedFile('application-layer.cfg');
const METRICS = '127.0.0.1:9404';

const [name = 'sluice', way = 'printed'] = process.argv.slice(2);

/** Files in their order, as the balancer gets them. */
async function filesOf(owner: Owner, lines: RequestLines): Promise<readonly string[]> {
  const directory = temporaryDirectory(owner);
  const write = (file: string, text: string): string => {
    writeFileSync(join(directory, file), text);
    return join(directory, file);
  };
  const metrics = write(
    'metrics.cfg',
    name === 'haproxy'
      ? `frontend metrics\n  mode http\n  no log\n  timeout client 30s\n  bind ${METRICS}\n  http-request use-service prometheus-exporter\n`
      : `global\n  metrics ${METRICS}\n`,
  );
  if (way === 'printed') return [APPLICATION, metrics];
  const above = write(
    'above.cfg',
    `defaults
  mode http
  log 127.0.0.1:${lines.port} local0
  log-format "seen_ %ft %b/%s %ST %HM %HU"
  timeout connect 10s
  timeout client 30s
  timeout server 30s
`,
  );
  if (way === 'http') return [above, APPLICATION, metrics];
  const { certFile, keyFile } = await makeCertificate(directory, 'proxyhost');
  const both = write('both.pem', readFileSync(certFile, 'utf8') + readFileSync(keyFile, 'utf8'));
  const printed = readFileSync(APPLICATION, 'utf8');
  return [above, write('tls.cfg', printed.replace('bind *:443', `bind *:443 ssl crt ${both}`)), metrics];
}

function asFlags(files: readonly string[]): string[] {
  return files.flatMap((file) => ['-f', file]);
}

async function scrape(): Promise<Scrape> {
  const answer = await fetch(`http://${METRICS}/metrics?names=haproxy`, { headers: { connection: 'close' } });
  return readExposition(await answer.text());
}

/** What is said about the file before it runs. */
async function checkFile(t: Test, files: readonly string[]): Promise<void> {
  const { stdout, stderr } = await run(...commandOf(name, '-c', ...asFlags(files)));
  t.match(stdout + stderr, /Configuration file is valid/, 'is valid as it is');
  if (name === 'haproxy') return;
  if (way !== 'printed') {
    t.equal(stderr, '', 'and there is nothing to say about it');
    return;
  }
  t.equal(stderr.match(/\[racy-condition\]/g)?.length, 1, 'the race is told once');
  t.match(stderr, /write 'mode http' in a defaults section above it/, 'with its remedy');
}

async function asPrinted(t: Test, nhps: Nhps): Promise<void> {
  const seen = await visit('https://proxyhost:443/');
  t.same(seen, { status: 200, text: 'nirvana', title: 'echo: hello' }, 'a browser has page and WebSocket');
  t.same(nhps.messages, ['hello'], 'and it was this server that answered');
  const value = await until('the sessions to be counted', async () => {
    const read = await scrape();
    return read('haproxy_backend_sessions_total', { proxy: 'nirvana_www' }) === null ? null : read;
  });
  t.ok((value('haproxy_backend_sessions_total', { proxy: 'nirvana_www' }) ?? 0) >= 2, 'all by one backend');
  t.equal(value('haproxy_backend_sessions_total', { proxy: 'nirvana_socket' }) ?? 0, 0, 'none by the other');
}

async function routed(t: Test, nhps: Nhps, lines: RequestLines): Promise<void> {
  const seen = await visit(way === 'tls' ? 'https://proxyhost:443/' : 'http://proxyhost:443/');
  t.same(seen, { status: 200, text: 'nirvana', title: 'echo: hello' }, 'a browser has page and WebSocket');
  t.same(nhps.messages, ['hello'], 'and it was this server that answered');
  t.ok(
    nhps.forwardedFor.every((addresses) => addresses === '127.0.0.1'),
    'every request says who asked',
    { seen: nhps.forwardedFor },
  );
  const log = await lines.of('seen_', 2);
  const front = way === 'tls' ? 'https_proxy~' : 'https_proxy';
  t.ok(log.includes(`${front} nirvana_www/nirvana1 200 GET /`), 'the page by one backend', { log });
  t.ok(log.includes(`${front} nirvana_socket/nirvana1 101 GET /echo`), 'the WebSocket by the other', { log });
  const value = await scrape();
  const answers = (proxy: string, code: string): number =>
    value('haproxy_backend_http_responses_total', { proxy, code }) ?? 0;
  t.ok(answers('nirvana_www', '2xx') >= 1, 'the metrics say so too');
  t.equal(answers('nirvana_www', '1xx'), 0, 'no upgrade where pages are');
  t.equal(answers('nirvana_socket', '1xx'), 1, 'one upgrade');
  t.equal(answers('nirvana_socket', '2xx'), 0, 'no page where sockets are');
}

await t.test(`the application-layer file through ${name}, ${way}`, async (t) => {
  const encrypted = way === 'printed';
  const certificate = encrypted ? await makeCertificate(temporaryDirectory(t), 'nirvanahost') : null;
  const nhps = await serveNhps(t, certificate, '127.0.0.9', 9443);
  const lines = await receiveRequestLines(t, '127.0.0.1', /seen_/);
  const files = await filesOf(t, lines);
  await checkFile(t, files);
  const balancer: Program = start(
    t,
    ...commandOf(name, ...(name === 'haproxy' ? ['-db'] : []), ...asFlags(files)),
  );
  await listening(balancer, 443, '127.0.0.1');
  await (way === 'printed' ? asPrinted(t, nhps) : routed(t, nhps, lines));
  t.same(await balancer.stop('SIGUSR1'), { code: 0, signal: null }, 'ends cleanly when asked to drain');
});
