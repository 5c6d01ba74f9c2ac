/** Sequences observed on HAProxy 2.6.12, reference 4.5 and 4.6. */
import t from 'tap';
import { sourceHash } from '../../../lib/backend/balance/hash.ts';
import type { HashTypeConfig } from '../../../lib/config/config.ts';
import { balancerCases } from './balancer.cases.ts';
import { from, Group, weights } from './group.ts';

const MAP: HashTypeConfig = { method: 'map-based', function: 'sdbm', avalanche: false };
const CONSISTENT: HashTypeConfig = { method: 'consistent', function: 'sdbm', avalanche: true };
const SOURCE = { balance: { algorithm: 'source' } } as const;
const HASHED = { waitsAtFullServer: true, skipsFull: false };

balancerCases(t, 'source, map-based', () => ({ ...SOURCE, hashType: MAP }), {
  ...HASHED,
  shareTolerance: 0.05,
  avoids: false,
});
balancerCases(t, 'source, consistent', () => ({ ...SOURCE, hashType: CONSISTENT }), {
  ...HASHED,
  shareTolerance: 0.4,
});

/** Servers of the clients 127.0.0.1 to 127.0.0.12. */
function twelve(group: Group): string {
  return Array.from({ length: 12 }, (_, at) => group.choose(from(`127.0.0.${at + 1}`))?.name).join('');
}

void t.test('the address as a number, modulo the weights, names the server', async (t) => {
  t.equal(twelve(new Group(SOURCE, weights('1:1:1'))), 'cabcabcabcab');
  t.equal(twelve(new Group(SOURCE, weights('2:1:1'))), 'abcaabcaabca');
});

void t.test('consistent: the nearest point on the ring names the server', async (t) => {
  t.equal(twelve(new Group({ ...SOURCE, hashType: CONSISTENT }, weights('1:1:1'))), 'bacabacaacbc');
});

void t.test('the four words of an IPv6 address are folded into one', async (t) => {
  const hash = sourceHash(MAP);
  t.equal(hash(from('192.0.2.7')), 0xc0000207);
  t.equal(hash(from('2001:db8::ff:1')), (0x20010db8 ^ 0x00ff0001) >>> 0);
  t.equal(hash(from('::ffff:192.0.2.7')), (0xffff ^ 0xc0000207) >>> 0);
  t.equal(hash(from('')), -1, 'a unix socket has none');
});

void t.test('a client from a unix socket goes round robin over the same table', async (t) => {
  t.equal(new Group(SOURCE, weights('2:1')).chosen(6), 'aabaab');
  t.equal(new Group(SOURCE, [{ maxconn: 1 }, {}]).held(4), 'abbb', 'past full servers');
});

void t.test('a full server is not left for another', async (t) => {
  const group = new Group(SOURCE, [{ maxconn: 1 }, {}, {}]);
  t.equal(group.held(3, from('127.0.0.2')), 'aaa');
  t.equal(group.balancer.deterministic, true);
});
