/** Several balancers in one process: nothing of one shows in another, nothing of any stays when it is closed. */
import t from 'tap';
import { balance, client, eventually, server } from '../help/balancer.ts';
import { turns } from '../help/gate.ts';
import { sayName } from '../help/peer.ts';

/** What keeps this process alive, once that has come to rest: closed handles are gone a few turns of the loop later. */
async function resources(): Promise<string> {
  let last = '';
  for (let same = 0; same < 20;) {
    await turns();
    const now = process
      .getActiveResourcesInfo()
      // The turns' own.
      .filter((kind) => kind !== 'Immediate')
      .toSorted()
      .join(' ');
    same = now === last ? same + 1 : 0;
    last = now;
  }
  return last;
}

void t.test('each has its own limits, servers, figures and events', async (t) => {
  const a = await server(t, { service: sayName('a') });
  const text = (maxconn: number): string =>
    `global\n  maxconn ${maxconn}\nlisten l\n  bind 127.0.0.1:0\n  server a 127.0.0.1:${a.port}`;
  const all = await Promise.all([1, 5, 9].map((maxconn) => balance(t, text(maxconn))));
  const [one, two, three] = all;
  if (one === undefined || two === undefined || three === undefined) throw new Error('a balancer is missing');
  const started: number[] = [];
  two.lb.on('connection', ({ id }) => started.push(id));
  for (let left = 3; left > 0; left -= 1) {
    const peer = await client(t, two.port);
    peer.end('a word');
    await peer.over();
    await two.nextClose();
  }
  t.same(started, [1, 2, 3]);
  t.same(
    all.map(({ lb, closes }) => [lb.stats().sessionsTotal, closes.count]),
    [
      [0, 0],
      [3, 3],
      [0, 0],
    ],
  );
  one.lb.setServerState('l', 'a', 'maint');
  t.same(
    all.map(({ lb }) => lb.stats().backends[0]?.status),
    ['DOWN', 'UP', 'UP'],
  );
  await two.end();
  const peer = await client(t, three.port);
  peer.end('a word');
  await peer.over();
  t.equal(peer.text, 'a', 'the others go on');
  await one.end();
  await three.end();
});

void t.test('one in front of another', async (t) => {
  const a = await server(t, { service: sayName('a') });
  const inner = await balance(t, `listen inner\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`);
  const outer = await balance(t, `listen outer\n bind 127.0.0.1:0\n server inner 127.0.0.1:${inner.port}`);
  const peer = await outer.connect();
  peer.end('through both');
  await peer.over();
  const [first, second] = [await inner.nextClose(), await outer.nextClose()];
  t.same([first.bytesIn, first.bytesOut], [second.bytesIn, second.bytesOut]);
  t.equal(first.clientPort, second.sourcePort);
  await outer.end();
  await inner.end();
});

void t.test('starting and closing forty leaves no handle, timer or listener', async (t) => {
  const a = await server(t, { service: sayName('a') });
  const rounds = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= 1) {
      const running = await balance(
        t,
        `listen l
  bind 127.0.0.1:0
  log 127.0.0.1:9 local0
  server a 127.0.0.1:${a.port} check inter 1s slowstart 1m
  server b 127.0.0.1:${a.port} maxconn 1`,
      );
      const peers = [await running.connect(), await running.connect()];
      running.lb.setServerState('l', 'a', 'maint');
      running.lb.setServerState('l', 'a', 'ready');
      await running.lb.close();
      for (const peer of peers) peer.close();
    }
  };
  await rounds(2);
  await eventually(() => a.openCount === 0, 'the server to be left alone');
  const before = await resources();
  await rounds(40);
  await eventually(() => a.openCount === 0, 'the server to be left alone');
  t.equal(await resources(), before);
});

void t.test('stats tell what went on, and events come after the fact', async (t) => {
  const a = await server(t);
  const { lb, connect, nextClose, end } = await balance(
    t,
    `frontend f
  bind 127.0.0.1:0
  default_backend b
backend b
  server a 127.0.0.1:${a.port} weight 7 maxconn 3`,
  );
  const order: string[] = [];
  lb.on('connection', ({ frontendName, clientPort }) =>
    order.push(`connection ${frontendName} ${clientPort}`),
  );
  lb.on('close', ({ id, ending }) => order.push(`close ${id} ${ending.reason}`));
  const peer = await connect();
  const backend = await a.next();
  peer.send('12345');
  await backend.expect('12345');
  backend.send('123');
  await peer.expect('123');
  t.match(lb.stats(), {
    sessionsNow: 1,
    stopping: false,
    frontends: [{ name: 'f', status: 'OPEN', sessionsNow: 1, bytesIn: 5, bytesOut: 3 }],
    backends: [
      {
        name: 'b',
        status: 'UP',
        sessionsNow: 1,
        servers: [
          {
            name: 'a',
            status: 'UP',
            statusWords: 'no check',
            weight: 7,
            maxconn: 3,
            bytesIn: 5,
            bytesOut: 3,
          },
        ],
      },
    ],
  });
  peer.end();
  backend.end();
  const { clientPort } = await nextClose();
  t.same(order, [`connection f ${clientPort}`, 'close 1 normal']);
  t.match(lb.stats(), { sessionsNow: 0, sessionsTotal: 1, frontends: [{ closed: { normal: 1 } }] });
  await end();
  t.match(lb.stats(), { stopping: true, frontends: [{ status: 'STOP' }] });
});
