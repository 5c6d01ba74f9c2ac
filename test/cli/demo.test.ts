import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import t from 'tap';
import { WebSocket } from 'ws';
import { demoText } from '../../lib/cli/demo/configuration.ts';
import { within } from '../help/gate.ts';
import { Command } from './command.ts';

void t.test("runs the vendor's own text with nothing replaced but the addresses", async (t) => {
  const example = readFileSync(new URL('../../../examples/transport-layer.cfg', import.meta.url), 'utf8');
  const text = demoText({ listen: '*:443', servers: ['nirvanahost:9443'], metrics: '127.0.0.1:1' });
  t.equal(text, `global\nmetrics 127.0.0.1:1\n${example}`);
  const two = demoText({
    listen: '127.0.0.1:0',
    servers: ['127.0.0.1:1', '127.0.0.1:2'],
    metrics: '127.0.0.1:1',
  });
  t.match(two, /^bind 127\.0\.0\.1:0$/m);
  t.match(
    two,
    /^server nirvana1 127\.0\.0\.1:1 weight 1 maxconn 1024\nserver nirvana2 127\.0\.0\.1:2 weight 1 maxconn 1024$/m,
  );
});

/** One request on a connection of its own; the name of the server that answered. */
function answerer(port: string): Promise<string> {
  const answered = new Promise<string>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, rejectUnauthorized: false, agent: false };
    get(options, (response) => {
      response.resume();
      response.on('end', () => resolve(String(response.headers['x-served-by'])));
    }).on('error', reject);
  });
  return within(answered, () => 'an answer of the demonstration');
}

void t.test('the demonstration serves, says who answered, and ends with 0', async (t) => {
  const command = Command.start(['--demo']);
  t.teardown(() => command.kill());
  const port = /:([0-9]+)/.exec(await command.said(/^sluice listens on/))?.[1] ?? '';
  await command.said(/Ctrl-C ends it/);
  const metricsUrl = /http:\S+/.exec(await command.said(/curl http:/))?.[0] ?? '';
  t.match(command.out, new RegExp(`curl -k https://127\\.0\\.0\\.1:${port}/`));

  t.same(
    [await answerer(port), await answerer(port), await answerer(port)],
    ['nirvana1', 'nirvana2', 'nirvana1'],
  );
  await command.said(/^nirvana2 answered GET \/$/);

  const socket = new WebSocket(`wss://127.0.0.1:${port}/`, { rejectUnauthorized: false });
  const echoed = new Promise<string>((resolve, reject) => {
    socket.on('open', () => socket.send('hello'));
    socket.on('message', (message: Buffer) => resolve(message.toString('utf8')));
    socket.on('error', reject);
  });
  t.same(JSON.parse(await within(echoed, () => 'an echo')), { server: 'nirvana2', echo: 'hello' });

  const metrics = await fetch(metricsUrl);
  t.match(await metrics.text(), /^sluice_/m);

  command.signal('SIGINT');
  t.equal(await command.ended(), 0, 'although a WebSocket was open');
  socket.terminate();
});
