/** Sequences observed on HAProxy 2.6.12, reference 4.6. */
import t from 'tap';
import type { HashTypeConfig } from '../../../lib/config/config.ts';
import { SluiceError } from '../../../lib/errors.ts';
import { balancerCases } from './balancer.cases.ts';
import { from, Group, weights } from './group.ts';

const MAP: HashTypeConfig = { method: 'map-based', function: 'sdbm', avalanche: false };
const CONSISTENT: HashTypeConfig = { method: 'consistent', function: 'sdbm', avalanche: true };
const HASH = { balance: { algorithm: 'hash', expression: 'src' } } as const;
const HASHED = { waitsAtFullServer: true, skipsFull: false };

balancerCases(t, 'hash, map-based', () => ({ ...HASH, hashType: MAP }), {
  ...HASHED,
  shareTolerance: 0.2,
  avoids: false,
});
balancerCases(t, 'hash, consistent', () => ({ ...HASH, hashType: CONSISTENT }), {
  ...HASHED,
  shareTolerance: 0.4,
});
balancerCases(
  t,
  'hash, consistent with a balance factor',
  () => ({ ...HASH, hashType: CONSISTENT, hashBalanceFactor: 150 }),
  { ...HASHED, shareTolerance: 0.4 },
);

void t.test('consistent: servers of 127.0.0.1 to 127.0.0.12', async (t) => {
  const group = new Group({ ...HASH, hashType: CONSISTENT }, weights('1:1:1'));
  const names = Array.from({ length: 12 }, (_, at) => group.choose(from(`127.0.0.${at + 1}`))?.name);
  t.equal(names.join(''), 'bbacbcaacbca');
});

void t.test('map-based: a failed server is chosen again, consistent: its neighbour', async (t) => {
  for (const [hashType, again] of [
    [MAP, true],
    [CONSISTENT, false],
  ] as const) {
    const group = new Group({ ...HASH, hashType }, weights('1:1:1'));
    const client = from('198.51.100.4');
    const failed = group.choose(client);
    t.equal(group.choose(client, failed) === failed, again);
    t.equal(group.choose(client), failed, 'for others nothing changed');
  }
});

void t.test('consistent: an id moves the points, so ids decide and not positions', async (t) => {
  const options = { ...HASH, hashType: CONSISTENT };
  const [one, other] = [
    new Group(options, [{ id: 1 }, { id: 2 }]),
    new Group(options, [{ id: 2 }, { id: 1 }]),
  ];
  for (let at = 0; at < 50; at += 1) {
    const client = from(`10.0.0.${at}`);
    t.equal(one.choose(client)?.id, other.choose(client)?.id);
  }
});

void t.test('consistent: hash-key says what the points come from', async (t) => {
  const options = { ...HASH, hashType: CONSISTENT };
  const servers = (hashKey: 'addr' | 'addr-port' | 'id32', first: number, port: number): Group =>
    new Group(options, [
      { hashKey, id: first, address: `192.0.2.1:${port}` },
      { hashKey, id: first + 1, address: '192.0.2.2:80' },
    ]);
  const picks = (group: Group): string =>
    Array.from({ length: 60 }, (_, at) => group.choose(from(`10.0.0.${at}`))?.name).join('');
  t.equal(picks(servers('addr', 1, 80)), picks(servers('addr', 7, 81)), 'neither id nor port');
  t.equal(picks(servers('addr-port', 1, 80)), picks(servers('addr-port', 7, 80)), 'not the id');
  t.not(picks(servers('addr-port', 1, 80)), picks(servers('addr-port', 1, 81)), 'but the port');
  t.not(picks(servers('id32', 1, 80)), picks(servers('id32', 7, 80)), 'the id');
});

void t.test('each expression hashes its part of the stream', async (t) => {
  const context = {
    sourceAddress: '192.0.2.1',
    sourcePort: 1024,
    destinationAddress: '192.0.2.2',
    destinationPort: 443,
  };
  const changes = {
    src: { sourceAddress: '192.0.2.77' },
    dst: { destinationAddress: '192.0.2.77' },
    src_port: { sourcePort: 1025 },
    dst_port: { destinationPort: 444 },
  };
  for (const expression of Object.keys(changes)) {
    const hashType: HashTypeConfig = { method: 'map-based', function: 'crc32', avalanche: false };
    const options = { balance: { algorithm: 'hash', expression }, hashType } as const;
    const group = new Group(
      options,
      Array.from({ length: 251 }, () => ({})),
    );
    const chosen = group.choose(context);
    for (const [changed, change] of Object.entries(changes)) {
      const moved = group.choose({ ...context, ...change }) !== chosen;
      t.equal(moved, changed === expression, `${expression} when ${changed} changes`);
    }
  }
});

void t.test('an expression nobody knows is refused when the balancer is made', async (t) => {
  const make = () => new Group({ balance: { algorithm: 'hash', expression: 'req.cook(sid)' } }, [{}]);
  const error = t.throws(make);
  t.ok(error instanceof SluiceError && error.code === 'ERR_CONFIG');
});

void t.test('hash-balance-factor: the rest of the slots is spread by the weights of the start', async (t) => {
  // Step by step as HAProxy 2.6.12 chose: after b's weight fell, e is at its bound with one stream.
  const options = { ...HASH, hashType: CONSISTENT, hashBalanceFactor: 130 };
  const group = new Group(options, weights('1:16:16:7:5:1'));
  group.down('a');
  for (const [name, served] of [
    ['b', 2],
    ['c', 3],
    ['e', 1],
    ['f', 1],
  ] as const) {
    group.server(name).servedCount = served;
    group.balancer.loadChanged(group.server(name));
  }
  group.setWeight('b', 2);
  const names = new Set(
    Array.from({ length: 500 }, (_, at) => group.choose(from(`10.1.${at >>> 8}.${at & 255}`))?.name),
  );
  t.same(names, new Set(['c', 'd']), 'b, e and f hold their share');
});

void t.test('hash-balance-factor: a popular client spills over to others', async (t) => {
  const options = { ...HASH, hashType: CONSISTENT, hashBalanceFactor: 150 };
  const group = new Group(options, weights('1:1:1'));
  const client = from('198.51.100.4');
  for (let held = 1; held <= 30; held += 1) {
    group.hold(client);
    for (const server of group.servers) {
      t.ok(server.servedCount <= Math.ceil((held * 1.5) / 3), `${server.name} within bounds at ${held}`);
    }
  }
  for (const server of group.servers) while (server.servedCount > 0) group.give(server);
  t.equal(
    group.choose(client)?.name,
    new Group({ ...options }, weights('1:1:1')).choose(client)?.name,
    'home again',
  );
});
