/** What is hashed of requests. Sequences observed on HAProxy 2.6.12 with three servers of the same weight. */
import t from 'tap';
import type { ChoiceContext } from '../../../lib/backend/balance/balancer.ts';
import type { BalanceConfig, HashTypeConfig } from '../../../lib/config/config.ts';
import { SluiceError } from '../../../lib/errors.ts';
import { engineOver, sourceOf } from '../../sample/stand-ins.ts';
import { balancerCases } from './balancer.cases.ts';
import { from, Group, weights } from './group.ts';

const MAP: HashTypeConfig = { method: 'map-based', function: 'sdbm', avalanche: false };
const CONSISTENT: HashTypeConfig = { method: 'consistent', function: 'sdbm', avalanche: true };
const CRC32: HashTypeConfig = { method: 'map-based', function: 'crc32', avalanche: true };
const HASH_TYPES = [MAP, CONSISTENT, CRC32] as const;

const compile = (expression: string) => engineOver().bytes(expression);

function request(target: string, headers: readonly string[] = []): ChoiceContext {
  const sample = sourceOf({
    request: { method: 'GET', target, headers: ['host', 'www.example.com', ...headers] },
  });
  return { ...from('127.0.0.1'), sample };
}

/** Servers of the requests, in turn, under each of the three hash types. */
function chosen(balance: BalanceConfig, requests: readonly ChoiceContext[]): string[] {
  return HASH_TYPES.map((hashType) => {
    const group = new Group({ balance, hashType, compile }, weights('1:1:1'));
    return requests.map((one) => group.choose(one)?.name).join('');
  });
}

const TARGETS = [
  '/',
  '/a',
  '/a/b',
  '/a/b/c',
  '/a/b?x=1',
  '/abcdefgh',
  '/abcdeXYZ',
  '/a?id=1',
  '/img/logo.png?v=2',
  'http://www.example.com/a/b',
  'http://www.example.com/a/b?x=1',
  '*',
  '/a/',
  '/a/b/',
  '//x//y',
].map((target) => request(target));

const URI = { algorithm: 'uri', lengthBytes: 0, depth: 0, whole: false, pathOnly: false } as const;

void t.test('uri: the part that is asked for', async (t) => {
  const cases: readonly (readonly [BalanceConfig, readonly string[]])[] = [
    [URI, ['cacccacaabbaaba', 'bbbabbcbbbbccac', 'bbaaababaccacbc']],
    [{ ...URI, whole: true }, ['cacccacccbcaaba', 'bbbacbccbbcccac', 'bbaacbabcccacbc']],
    [{ ...URI, lengthBytes: 6 }, ['cacccaaabbbaaba', 'bbbabbbbabbccac', 'bbaaabbbcaaacbc']],
    [{ ...URI, depth: 1 }, ['caaaaacaabbaaac', 'bbbbbbcbcbbcbbb', 'bbbbbbabbaaabbb']],
    [{ ...URI, depth: 2 }, ['cacccacaaccaacc', 'bbbbbbcbbccccba', 'bbaaabababbacaa']],
    [{ ...URI, pathOnly: true }, ['cacccacaaccaaba', 'bbbabbcbbbbccac', 'bbaaababaaabcbc']],
    [{ ...URI, pathOnly: true, whole: true }, ['cacccacccccaaba', 'bbbacbccbbcccac', 'bbaacbabcacbcbc']],
    [{ algorithm: 'hash', expression: 'path' }, ['cacccacaaccaaba', 'bbbabbcbbbbccac', 'bbaaababaaaacbc']],
  ];
  for (const [balance, servers] of cases) t.same(chosen(balance, TARGETS), servers, JSON.stringify(balance));
});

void t.test('url_param: the first of that name; without it, in turn', async (t) => {
  const targets = ['/?id=1', '/?id=2', '/?id=abc', '/?x=1&id=2', '/?x=1;id=2', '/?id=', '/?id', '/', '/'];
  const more = ['/?xid=2', '/?id=2&id=1', '/?id=a%20b', '/?ID=1'];
  const requests = [...targets, ...more].map((target) => request(target));
  const servers = ['bcccaabcabcac', 'cbabcccbacbba', 'bcbcabbcabccc'];
  t.same(chosen({ algorithm: 'url_param', name: 'id' }, requests), servers);
});

void t.test('hdr: the first value; without it, in turn', async (t) => {
  const values = [
    '1',
    '2',
    'alice',
    'Alice',
    'alice, bob',
    'bob',
    '',
    '1.2.3.4',
    '10.20.30.40',
    '2001:db8::1',
  ];
  const requests = values.map((value) => request('/', ['x-t', value]));
  const none = Array.from({ length: 4 }, () => request('/'));
  const ofHeader = (balance: BalanceConfig) => chosen(balance, [...requests, ...none]);
  t.same(ofHeader({ algorithm: 'hdr', name: 'X-T', domainOnly: false }), [
    'bccbccacbabcab',
    'cbabaaccbacbac',
    'bcbbbbaaacbcab',
  ]);
  t.same(ofHeader({ algorithm: 'hash', expression: 'req.hdr(x-t),lower' }), [
    'bcccccacbaabca',
    'cbaaaaccbaccba',
    'bcbbbbbaacabca',
  ]);
  t.same(ofHeader({ algorithm: 'hash', expression: 'hdr_ip(x-t)' }), [
    'abcabcabaabcab',
    'ccbacaacccbcaa',
    'abcabcaaaabcab',
  ]);
});

void t.test('hdr: use_domain_only', async (t) => {
  const servers = (hosts: readonly string[], domainOnly: boolean) => {
    const requests = hosts.map((host) => ({
      ...from('127.0.0.1'),
      sample: sourceOf({ request: { headers: ['host', host] } }),
    }));
    return chosen({ algorithm: 'hdr', name: 'Host', domainOnly }, requests);
  };
  const names = ['www.example.com', 'a.example.com', 'example.com', 'example.com:80', 'www.example.co.uk'];
  const more = ['localhost', '10.0.0.1', 'a.b.c.d.example.org', 'x.com', 'WWW.Example.COM'];
  const short = ['x.com', 'y.com', 'ab.com', 'x.org', 'x', 'xx.com', '.com', 'x.', 'www.x.com', 'a..b'];
  t.same(servers([...names, ...more], true), ['bbbbaaabaa', 'aaaaabcacb', 'cccccabcca']);
  t.same(servers([...names, ...more], false), ['abaabaccac', 'accbcbcbab', 'acacaaacab']);
  t.same(servers(short, true), ['abaaaacaac', 'cabccbbcca', 'cbcccbbcca']);
});

void t.test('hash: numbers, cookies', async (t) => {
  const cookies = ['sid=1', 'sid=2', 'x=1', 'sid=abc'].map((cookie) => request('/', ['cookie', cookie]));
  t.same(chosen({ algorithm: 'hash', expression: 'req.cook(sid)' }, cookies), ['bcac', 'cbca', 'bcab']);
  t.same(chosen({ algorithm: 'hash', expression: 'int(7)' }, [request('/')]), ['b', 'b', 'a']);
});

void t.test('without a request there is nothing to hash', async (t) => {
  for (const balance of [
    URI,
    { algorithm: 'url_param', name: 'id' },
    { algorithm: 'hdr', name: 'host', domainOnly: false },
    { algorithm: 'hash', expression: 'path' },
  ] as const) {
    const group = new Group({ balance, hashType: MAP, compile }, weights('2:1'));
    t.equal(group.chosen(6, from('198.51.100.4')), 'aabaab', `${balance.algorithm}: round robin`);
  }
});

void t.test(
  'an expression with a fault, or without an engine, is refused when the balancer is made',
  async (t) => {
    const balance = { algorithm: 'hash', expression: 'req.cook(sid' } as const;
    for (const options of [{ balance, compile }, { balance: { ...balance, expression: 'path' } }]) {
      const error = t.throws(() => new Group(options, [{}]));
      t.ok(error instanceof SluiceError && error.code === 'ERR_CONFIG');
    }
  },
);

const HASHED = { waitsAtFullServer: true, skipsFull: false };

balancerCases(t, 'uri of clients without one', () => ({ balance: URI, hashType: MAP }), {
  ...HASHED,
  shareTolerance: 0.05,
  waitsAtFullServer: false,
  skipsFull: true,
});
