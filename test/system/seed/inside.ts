/**
 * The transport-layer file inside: runs in a network namespace where `nirvanahost` and `proxyhost` resolve, with the name of
 * the balancer as its argument.
 *
 * Not here: the namespace (`seed.system.test.ts`), the application-layer file (`application.ts`).
 */
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { makeCertificate } from '../help/certificate.ts';
import { listening } from '../help/network.ts';
import { type Nhps, serveNhps } from '../help/nhps.ts';
import { type Program, run, start, temporaryDirectory } from '../help/process.ts';
import { commandOf, seedFile, visit } from './programs.ts';

const TRANSPORT = seedFile('transport-layer.cfg');
const LINES_OF_THE_PAGE = 17;

const name = process.argv[2] ?? 'sluice';

async function withBrowser(t: Test, nhps: Nhps): Promise<void> {
  const { status, text, title } = await visit('https://proxyhost:443/');
  t.equal(status, 200, 'the page comes by https');
  t.equal(text, 'nirvana', 'and shows its text');
  t.equal(title, 'echo: hello', 'a WebSocket echoes by wss');
  t.same(nhps.messages, ['hello'], 'and it was this server that did');
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
  const check = await run(...commandOf(name, '-c', '-f', TRANSPORT));
  t.match(check.stdout, /Configuration file is valid/, 'is valid as it is');
  const balancer: Program = start(
    t,
    ...commandOf(name, ...(name === 'haproxy' ? ['-db'] : []), '-f', TRANSPORT),
  );
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
