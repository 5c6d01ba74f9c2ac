/** A thousand connections, two hundred at once, through a server that takes seven: never eight, none lost, none held. */
import t from 'tap';
import { balance, eventually, server } from '../help/balancer.ts';
import { Gate } from '../help/gate.ts';
import { Peer } from '../help/peer.ts';

const TOTAL = 1000;
const AT_ONCE = 200;
const MAXCONN = 7;

void t.test('all are served, seven at a time', async (t) => {
  // The first seven are answered when all the others wait.
  const crowd = new Gate('the crowd');
  let open = 0;
  let most = 0;
  const a = await server(t, {
    service: (peer) => {
      open += 1;
      most = Math.max(most, open);
      peer.socket.once('data', (chunk: Buffer) => {
        void crowd.passed().then(() => {
          // Counted out before the balancer can know of the end.
          open -= 1;
          peer.socket.end(chunk);
        });
      });
    },
  });
  const { lb, port, end } = await balance(
    t,
    `listen l\n  bind 127.0.0.1:0\n  server a 127.0.0.1:${a.port} maxconn ${MAXCONN}`,
  );
  let mostHeld = 0;
  lb.on('connection', () => {
    const [held] = lb.view().backends[0]?.servers ?? [];
    mostHeld = Math.max(mostHeld, held?.servedCount ?? 0);
  });
  let started = 0;
  let served = 0;
  const one = async (): Promise<void> => {
    while (started < TOTAL) {
      started += 1;
      const word = `client ${started}`;
      const peer = await Peer.connect(port);
      peer.end(word);
      await peer.over();
      if (peer.text === word) served += 1;
      peer.close();
    }
  };
  const all = Promise.all(Array.from({ length: AT_ONCE }, one));
  await eventually(() => lb.stats().backends[0]?.queuedNow === AT_ONCE - MAXCONN, 'all to wait');
  crowd.open();
  await all;
  t.equal(served, TOTAL);
  t.ok(most <= MAXCONN, `${most} open at the server`);
  t.equal(mostHeld, MAXCONN, 'places taken');
  const [backend] = lb.stats().backends;
  t.equal(backend?.servers[0]?.sessionsMax, MAXCONN);
  t.equal(backend?.queuedMax, AT_ONCE - MAXCONN);
  await end();
  t.equal(lb.stats().sessionsTotal, TOTAL);
  t.same(lb.stats().frontends[0]?.closed, { normal: TOTAL });
});
