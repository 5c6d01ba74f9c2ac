/**
 * The example of mode http does what its comments say, with HAProxy and with sluice: only names, ports and what HAProxy does
 * not know are changed.
 *
 * Not here: that every example loads without a warning (`test/public/documents.test.ts`).
 */
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { type BalancerName, balancers, startBalancer } from './help/balancer.ts';
import { get } from './help/http-stage.ts';
import { HttpPeer } from './help/http-peer.ts';
import { freePort, HOST, SERVER_HOST } from './help/network.ts';
import { serveOrigin } from './help/origin.ts';
import { EchoClient, serveEcho } from './help/web-socket-echo.ts';

const EXAMPLE = readFileSync(new URL('../../../examples/web-and-websocket.cfg', import.meta.url), 'utf8');
const PAGES = ['web1', 'web2', 'api1', 'api2'] as const;

/** The example with our servers behind it. */
async function broughtHere(t: Test, port: number, echoPort: number): Promise<string> {
  let text = EXAMPLE.replace('bind *:80', `bind ${HOST}:${port}`).replaceAll(
    /^ +(metrics|log 127).*\n/gm,
    '',
  );
  for (const name of PAGES) {
    const { port: originPort } = await serveOrigin(t, name, {});
    text = text.replace(new RegExp(`${name}\\.example:\\d+`), `${SERVER_HOST}:${originPort}`);
  }
  return text.replaceAll(/ws\d\.example:\d+/g, `${SERVER_HOST}:${echoPort}`);
}

/** One request on a connection of its own. */
async function ask(t: Test, port: number, request: string): Promise<string> {
  const peer = await HttpPeer.connect({ host: HOST, port });
  t.teardown(() => peer.close());
  const text = await peer.send(request).message('GET');
  peer.end();
  await peer.over();
  return text;
}

async function tryExample(t: Test, name: BalancerName): Promise<void> {
  const echo = await serveEcho(t);
  const port = await freePort();
  const balancer = await startBalancer(t, name, await broughtHere(t, port, echo.port));

  const first = await ask(t, port, get('/'));
  t.match(first, /\[length\] web1$/, 'a page comes');
  t.match(first, /^set-cookie: SERVER=w1; path=\/; HttpOnly$/m, 'with a cookie');
  for (const _ of [1, 2]) {
    t.match(await ask(t, port, get('/', 'Cookie: SERVER=w2')), /web2$/, 'which keeps the client');
  }
  t.match(await ask(t, port, get('/api/x')), /api1$/, 'the interface has its own servers');
  t.match(await ask(t, port, get('/internal/x')), /^HTTP\/1.1 403 /, 'what is internal stays so');
  t.match(await ask(t, port, get('/alive')), /^HTTP\/1.1 200 OK/, 'it says that it lives');

  const client = await EchoClient.open(t, port);
  client.socket.send('through');
  t.equal((await client.next()).bytes.toString(), 'through', 'a WebSocket is open');
  client.socket.close();
  await client.closes.reached(1);
  t.equal(balancer.program.exit, null, 'still runs');
}

for (const name of balancers()) await t.test(name, (t) => tryExample(t, name));
