/** A process that may open few descriptors: clients too many are turned away and counted, and it goes on afterwards. */
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { eventually, server } from '../help/balancer.ts';
import { within } from '../help/gate.ts';
import { echo, Peer } from '../help/peer.ts';

/** Loading the program takes about half of them for a moment. */
const DESCRIPTORS = 200;

interface Told {
  readonly port: number;
  readonly sessionsNow: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly closed: Readonly<Record<string, number>>;
}

/** In the child: a balancer that tells its figures when it is asked. */
function script(port: number): string {
  const entry = fileURLToPath(new URL('../../lib/index.js', import.meta.url));
  const text = `defaults
  timeout connect 5s
  timeout client 20s
  timeout server 20s
listen l
  bind 127.0.0.1:0
  server a 127.0.0.1:${port}
`;
  return `
    import { closeSync, openSync } from 'node:fs';
    import { createLoadBalancer } from ${JSON.stringify(entry)};
    const lb = await createLoadBalancer(${JSON.stringify(text)});
    const tell = () => {
      const { sessionsNow, frontends: [f] } = lb.stats();
      process.send({ port: lb.addresses[0].port, sessionsNow, refused: f.listeners[0].refused, closed: f.closed });
    };
    const spare = openSync('/dev/null');
    process.on('message', (word) => {
      if (word === 'let one go') closeSync(spare);
      tell();
    });
    tell();`;
}

void t.test('turned away, counted, and served again when there is room', async (t) => {
  const a = await server(t, { service: echo });
  const command = `ulimit -n ${DESCRIPTORS} && exec "$0" --input-type=module -e "$1"`;
  const child = spawn('sh', ['-c', command, process.execPath, script(a.port)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  t.teardown(() => child.kill());
  const tell = async (): Promise<Told> => {
    const [told] = (await within(once(child, 'message'), () => 'the child to tell')) as [Told];
    return told;
  };
  const { port } = await tell();
  const ask = (word = 'tell'): Promise<Told> => {
    child.send(word);
    return tell();
  };

  const peers = (
    await Promise.all(Array.from({ length: DESCRIPTORS }, () => Peer.connect(port).catch(() => null)))
  ).filter((peer) => peer !== null);
  t.teardown(() => peers.forEach((peer) => peer.close()));
  for (const peer of peers) peer.send('?');
  await eventually(
    () => peers.every((peer) => peer.state !== 'open' || peer.bytesReceived > 0),
    'everybody to be served or turned away',
  );
  const answered = peers.filter((peer) => peer.text === '?');
  let crowded = await ask();
  t.ok(answered.length > 5 && answered.length < DESCRIPTORS / 2, `${answered.length} were served`);
  t.equal(crowded.sessionsNow, answered.length);
  if (crowded.closed['out-of-descriptors'] === undefined) {
    // All were turned away by libuv, which tells nobody. With one descriptor left it is the way to the server that fails.
    await ask('let one go');
    const one = await Peer.connect(port);
    t.teardown(() => one.close());
    await one.expectEnd();
    crowded = await ask();
  }
  t.ok((crowded.closed['out-of-descriptors'] ?? 0) > 0, JSON.stringify(crowded));

  for (const peer of peers) peer.end();
  await Promise.all(answered.map((peer) => peer.expectCount(1).then(() => peer.over())));
  const late = await Peer.connect(port);
  t.teardown(() => late.close());
  late.end('room again');
  await late.expect('room again');
  await late.expectEnd();
  for (let told = await ask(); told.sessionsNow > 0; told = await ask());
  t.pass('no place is held');
});
