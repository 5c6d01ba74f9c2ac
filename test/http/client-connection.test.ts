/** A client's connection from request to request, with time turned by hand and peers that do nothing by themselves. */
import t from 'tap';
import { httpDry } from '../help/http-dry.ts';
import { answer, get, post, response } from '../help/http-peer.ts';

const TEXT = `listen l
  mode http
  bind :1
  timeout client 10s
  timeout server 20s
  timeout connect 5s
  timeout http-request 3s
  timeout http-keep-alive 4s
  timeout queue 30s
  timeout tunnel 40s
  server a 192.0.2.1:80 maxconn 1`;

const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';
const UPGRADE = get('/', 'Connection: Upgrade', 'Upgrade: echo');

void t.test('each wait has its timer', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  dry.clock.advance(2900);
  client.say('GET / HTTP/1.1\r\n');
  t.equal(client.taken(), '');
  client.say('Host: test\r\n\r\n');
  const backend = dry.dialled();
  dry.clock.advance(19_900);
  backend.say(answer('late'));
  t.match(client.taken(), /late$/);
  dry.clock.advance(3900);
  t.equal(client.state, 'open');
  client.say('G');
  dry.clock.advance(2900);
  t.equal(client.taken(), '');
  dry.clock.advance(200);
  t.match(client.taken(), /^HTTP\/1\.1 408 /);
  t.match(
    dry.records.map(({ ending, http }) => [ending.reason, http?.status, http?.idleMs]),
    [
      ['normal', 200, 2900],
      ['request-timeout', 408, 3900],
    ],
  );
  client.finish();
  dry.stop();
  t.same(dry.leftovers(), []);
});

void t.test('who was paused was not silent', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  client.say(post(40_000, 'x'.repeat(20_000)));
  const backend = dry.dialled();
  backend.blocked = true;
  client.say('x'.repeat(10_000));
  t.ok(client.paused, 'the client is not read past a server that does not read');
  dry.clock.advance(15_000);
  backend.drain();
  t.notOk(client.paused);
  dry.clock.advance(9_900);
  t.equal(client.taken(), '');
  client.say('x'.repeat(10_000));
  client.blocked = true;
  backend.say('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhe');
  t.ok(backend.paused, 'the server is not read past a client that does not read');
  dry.clock.advance(9_900);
  client.drain();
  t.notOk(backend.paused);
  dry.clock.advance(19_900);
  backend.say('llo there');
  t.match(dry.records, [{ ending: { reason: 'normal' } }]);
});

void t.test('a server that does not take the request', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  client.say(post(40_000, 'x'.repeat(20_000)));
  const backend = dry.dialled();
  backend.blocked = true;
  client.say('x'.repeat(10_000));
  dry.clock.advance(20_100);
  t.match(client.taken(), /^HTTP\/1\.1 504 /);
  t.equal(backend.state, 'closed');
  t.match(dry.records, [{ ending: { reason: 'response-timeout' } }]);
});

void t.test('nothing is begun for a client that has not taken the answer before', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  client.say(get('/1') + get('/2'));
  const backend = dry.dialled();
  client.blocked = true;
  backend.say(answer('one'));
  t.equal(dry.records.length, 1);
  t.match(backend.taken(), /GET \/1 /);
  client.drain();
  t.match(backend.taken(), /GET \/2 /, 'now it is');
  backend.say(answer('two'));
  t.equal(dry.records.length, 2);
});

void t.test('a client that never takes the answer has the time of timeout client', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  client.say(get());
  const backend = dry.dialled();
  client.blocked = true;
  backend.say(answer('one'));
  dry.clock.advance(9_900);
  t.equal(client.state, 'open');
  dry.clock.advance(200);
  t.equal(client.state, 'closed');
  t.match(dry.records, [{ ending: { reason: 'normal' } }]);
  dry.stop();
  t.same(dry.leftovers(), []);
});

void t.test('an end, or the end of everything, does not take an answer away that waits', async (t) => {
  for (const how of ['client', 'house'] as const) {
    const dry = await httpDry(t, TEXT);
    const client = dry.come();
    client.say(get());
    const backend = dry.dialled();
    client.blocked = true;
    backend.say(answer('one'));
    if (how === 'client') client.finish();
    else dry.house.finish();
    t.equal(client.state, 'open');
    client.drain();
    t.equal(client.state, 'closed');
    t.match(client.taken(), /one$/);
  }
});

void t.test('a client that goes on sending behind its last answer is heard for 2 s', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  client.say('nonsense\r\n\r\n');
  t.match(client.taken(), /^HTTP\/1\.1 400 /);
  t.equal(client.state, 'ended');
  client.say('more');
  dry.clock.advance(1900);
  t.equal(client.state, 'ended');
  dry.clock.advance(200);
  t.equal(client.state, 'closed');
  t.same(dry.leftovers(), []);
});

void t.test('a tunnel begins when both sides have taken all that is HTTP', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  client.say(UPGRADE);
  const backend = dry.dialled();
  client.blocked = true;
  backend.say(`${SWITCHED}behind`);
  t.equal(client.state, 'open');
  t.ok(backend.paused, 'what follows is left to the relay, an end included');
  client.drain();
  t.same([client.state, backend.state], ['released', 'released']);
  t.same(backend.unread?.toString(), 'behind');
  t.equal(dry.relays.length, 1);
  dry.relays[0]?.endSide('client');
  dry.relays[0]?.endSide('server');
  t.match(dry.records, [{ ending: { reason: 'normal' }, http: { status: 101 } }]);
  t.same(dry.leftovers(), []);
});

void t.test('a tunnel that cannot begin is given up', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  client.say(UPGRADE);
  const backend = dry.dialled();
  client.blocked = true;
  backend.say(SWITCHED);
  dry.clock.advance(39_900);
  t.equal(dry.server('a').servedCount, 1);
  dry.clock.advance(200);
  t.equal(dry.server('a').servedCount, 0);
  t.same([client.state, backend.state], ['closed', 'reset']);
  t.match(dry.records, [{ ending: { reason: 'client-timeout' }, http: { status: 101 } }]);
  t.same(dry.leftovers(), []);
});

void t.test('a client that leaves before the tunnel has begun', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  client.say(UPGRADE);
  const backend = dry.dialled();
  client.blocked = true;
  backend.say(SWITCHED);
  client.break();
  t.equal(backend.state, 'reset');
  t.equal(dry.records.length, 1);
  t.same(dry.leftovers(), []);
});

void t.test('connecting: refused, late, left', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  client.say(get());
  for (let left = 4; left > 0; left -= 1) {
    dry.refused();
    dry.clock.advance(1010);
  }
  t.match(client.taken(), /^HTTP\/1\.1 503 /);
  client.say(get());
  dry.clock.advance(5 * 4 * 1000 + 100);
  t.match(client.taken(), /^HTTP\/1\.1 503 /);
  client.say(get());
  client.break();
  t.equal(dry.dialling, 0);
  t.same(
    dry.records.map(({ ending, http }) => [ending.reason, http?.status]),
    [
      ['connect-failed', 503],
      ['connect-timeout', 503],
      ['client-left-connecting', -1],
    ],
  );
  t.same(dry.leftovers(), []);
});

void t.test('a connection that is kept is found dead, and the next attempts fail', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  client.say(get('/1'));
  const backend = dry.dialled();
  backend.say(answer('one'));
  client.taken();
  client.say(get('/2'));
  backend.finish();
  for (let left = 4; left > 0; left -= 1) {
    dry.refused();
    dry.clock.advance(1010);
  }
  t.match(client.taken(), /^HTTP\/1\.1 503 /);
  t.match(dry.records[1], { ending: { reason: 'connect-failed' }, serverName: 'a', retries: 3 });
  dry.stop();
  t.same(dry.leftovers(), []);
});

void t.test('an answer that comes before its request is complete', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  client.say(post(10, 'half'));
  const backend = dry.dialled();
  backend.say(response('413 Content Too Large', 'no'));
  t.match(client.taken(), /connection: close\r\n[^]*no$/);
  t.equal(backend.state, 'closed');
  t.equal(client.state, 'ended');
  client.say('other');
  client.finish();
  t.equal(client.state, 'closed');
  t.same(dry.leftovers(), []);
});

void t.test('counters never run backwards, nor count twice, while a request is looked at', async (t) => {
  const dry = await httpDry(t, TEXT);
  const client = dry.come();
  const { counters } = dry.frontend();
  let lastIn = 0;
  const look = (): void => {
    dry.house.countBytes();
    t.ok(counters.bytesIn >= lastIn, `${counters.bytesIn} after ${lastIn}`);
    lastIn = counters.bytesIn;
  };
  client.say(get('/1'));
  const backend = dry.dialled();
  look();
  backend.say(answer('one'));
  look();
  client.say(get('/2'));
  look();
  backend.break();
  look();
  const fresh = dry.dialled();
  look();
  fresh.say(answer('two'));
  look();
  t.equal(
    counters.bytesIn,
    dry.records.reduce((sum, { bytesIn }) => sum + bytesIn, 0),
  );
  t.equal(counters.bytesOut, client.taken().length);
});
