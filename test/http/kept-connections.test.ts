/** Connections that wait for another request: for how long, and what ends them. */
import t from 'tap';
import type { Test } from 'tap';
import type { DryChannel } from '../help/dry-channel.ts';
import { httpDry, type HttpDry } from '../help/http-dry.ts';
import { answer, get } from '../help/http-peer.ts';

const TEXT = `listen l
  mode http
  bind :1
  timeout client 600s
  http-reuse always
  server a 192.0.2.1:80
  server b 192.0.2.2:80 disabled`;

/** One request and its answer; gives the connections of both. */
function served(dry: HttpDry, client = dry.come()): { client: DryChannel; backend: DryChannel } {
  client.say(get());
  const backend = dry.dialled();
  backend.say(answer('yes'));
  client.taken();
  return { client, backend };
}

async function start(t: Test): Promise<HttpDry> {
  return httpDry(t, TEXT);
}

void t.test('is handed to another client', async (t) => {
  const dry = await start(t);
  const { backend } = served(dry);
  t.equal(dry.keptCount, 1);
  const other = dry.come();
  other.say(get('/other'));
  t.equal(dry.dials, 1);
  t.match(backend.taken(), /GET \/other /);
  t.equal(dry.keptCount, 0);
  backend.say(answer('again'));
  t.match(other.taken(), /again$/);
});

void t.test('idle ones are closed after 5 to 10 s, those in demand stay', async (t) => {
  const dry = await start(t);
  const { backend } = served(dry);
  dry.clock.advance(4990);
  t.equal(backend.state, 'open');
  dry.come().say(get());
  backend.say(answer());
  dry.clock.advance(4990);
  t.equal(backend.state, 'open', 'it was used meanwhile');
  dry.clock.advance(5100);
  t.equal(backend.state, 'closed');
  t.equal(dry.keptCount, 0);
  t.equal(dry.server('a').counters.idleConnectionsNow, 0);
  dry.house.finish();
  t.same(dry.leftovers(), []);
});

void t.test('the one used last is used first', async (t) => {
  const dry = await start(t);
  const [one, other] = [dry.come(), dry.come()];
  one.say(get('/1'));
  const first = dry.dialled();
  other.say(get('/2'));
  const second = dry.dialled();
  first.say(answer());
  second.say(answer());
  first.taken();
  second.taken();
  one.say(get('/3'));
  t.equal(first.taken(), '');
  t.match(second.taken(), /GET \/3 /);
});

void t.test('of a server that is not chosen any more: not kept, and closed before long', async (t) => {
  const dry = await start(t);
  const { backend } = served(dry);
  const busy = dry.come();
  busy.say(get());
  backend.say(answer());
  const late = dry.come();
  late.say(get('/late'));
  dry.built.states.setAdmin(dry.server('a'), 'maint');
  backend.say(answer('late'));
  t.match(late.taken(), /late$/, 'what runs is completed');
  t.equal(backend.state, 'closed');
  t.equal(dry.keptCount, 0);
});

void t.test('of a server that is not chosen any more, kept before', async (t) => {
  const dry = await start(t);
  const { backend } = served(dry);
  dry.built.states.setAdmin(dry.server('a'), 'maint');
  dry.clock.advance(5100);
  t.equal(backend.state, 'closed');
});

void t.test('one that ends by itself is forgotten', async (t) => {
  for (const how of ['finish', 'break'] as const) {
    const dry = await start(t);
    const { backend, client } = served(dry);
    backend[how]();
    t.equal(dry.keptCount, 0);
    t.equal(dry.server('a').counters.idleConnectionsNow, 0);
    client.say(get());
    t.equal(dry.dialling, 1);
  }
});

void t.test('nothing is kept once all is over', async (t) => {
  const dry = await start(t);
  const { backend } = served(dry);
  dry.stop();
  t.equal(backend.state, 'closed');
  const { backend: later, client } = served(dry);
  t.equal(later.state, 'closed');
  client.finish();
  dry.house.finish();
  t.same(dry.leftovers(), []);
});

void t.test('no more are kept than were ever in use at once, beyond a few', async (t) => {
  const dry = await httpDry(t, TEXT.replace('http-reuse always', 'http-reuse safe'));
  const all = Array.from({ length: 100 }, () => {
    const { client, backend } = served(dry);
    client.finish();
    return backend;
  });
  t.equal(dry.keptCount, 64);
  t.equal(dry.server('a').counters.idleConnectionsNow, 64);
  t.equal(all.filter(({ state }) => state === 'open').length, 64);
  t.equal(all[99]?.state, 'open', 'those used last');
});
