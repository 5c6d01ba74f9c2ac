/** A throw in what the transport tells is an ordinary uncaught exception, and costs nobody else anything. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { createHandleTransport } from '../../lib/transport/handles.ts';
import { loadInternals } from '../../lib/transport/node-internals.ts';
import { Journal } from '../help/gate.ts';
import { Peer } from '../help/peer.ts';
import { Entrance, IMPLEMENTATIONS, NotingHandler } from './joined.ts';

const joined = new URL('joined.js', import.meta.url).href;

for (const name of Object.keys(IMPLEMENTATIONS)) {
  void t.test(`${name}: a throw becomes an uncaught exception`, async (t) => {
    const script = `
      import { IMPLEMENTATIONS } from ${JSON.stringify(joined)};
      import { connect } from 'node:net';
      process.on('uncaughtException', ({ message }) => {
        console.log('uncaught: ' + message);
        if (message === 'bytes') client.end();
        else process.exit(0);
      });
      const transport = IMPLEMENTATIONS[${JSON.stringify(name)}]();
      let client = null;
      const server = transport.createServer((connection) => {
        connection.watch({
          peerSent() { throw new Error('bytes'); },
          peerEnded() { throw new Error('end after ' + connection.pendingBytes); },
          peerReset() {},
        }, 100);
        throw new Error('accepted');
      });
      process.once('uncaughtException', () => {});
      server.listen(0, '127.0.0.1', () => { client = connect(server.address().port, '127.0.0.1', () => client.write('12345')); });
    `.replace('process.exit(0);', "if (message !== 'accepted') process.exit(0);");
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, NODE_OPTIONS: '', TAP: '0' },
    });
    t.same(stdout.split('\n'), ['uncaught: accepted', 'uncaught: bytes', 'uncaught: end after 5', '']);
  });
}

void t.test('handles: bytes kept before a throw are kept after it', async (t) => {
  const internals = loadInternals();
  if (typeof internals === 'string') throw new Error(internals);
  const threw = new Journal();
  const transport = createHandleTransport(internals, { nowMs: () => performance.now() }, (error) =>
    threw.note(String(error)),
  );
  const entrance = await Entrance.open(t, transport);
  const one = await Peer.connect(entrance.port);
  const fromOne = await entrance.next();
  const other = await Peer.connect(entrance.port);
  const fromOther = await entrance.next();
  fromOne.watch(
    {
      peerSent() {
        throw new Error('not now');
      },
      peerEnded() {},
      peerReset() {},
    },
    1000,
  );
  await one.flush('first ');
  await threw.until('Error: not now');
  one.send('second ');
  while (fromOne.pendingBytes < 13) await new Promise((resolve) => setImmediate(resolve));
  const relay = transport.relay(fromOne, fromOther, new NotingHandler());
  one.send('third');
  await other.expect('first second third');
  relay.abandon();
  one.close();
  other.close();
});
