/**
 * The same configuration given to HAProxy and to sluice: the same servers in the same order, and where the reference
 * names a sequence, that one.
 *
 * Not here: sequences under changing weights (`test/backend/balance`), what happens when servers fail (`conformance`).
 */
import t, { type Test } from 'tap';
import { type BalancerName, balancers, startBalancer } from './help/balancer.ts';
import { connect, freePorts, HOST, SERVER_HOST, serve } from './help/network.ts';
import { saysNameAndStays } from './help/services.ts';

/** One `listen` section and the clients it gets. */
interface Row {
  readonly title: string;
  /** Lines of the section but `bind` and `server`. */
  readonly lines: readonly string[];
  /** Per server its parameters, in order of declaration; they say `a`, `b`, ... to their clients. */
  readonly servers: readonly string[];
  /** `short`: a client leaves before the next one comes; `held`: all stay; `addresses`: short, from 127.0.0.1, .2, ... */
  readonly clients: 'short' | 'held' | 'addresses';
  readonly count: number;
  /** Known from HAProxy 2.6 (semantics 4.2 to 4.6); null: whatever HAProxy gives now. */
  readonly sequence: string | null;
}

function weighted(
  balance: string,
  weights: string,
  sequence: string,
  clients: 'short' | 'held' = 'short',
): Row {
  const servers = weights.split(':').map((weight) => `weight ${weight}`);
  // Two periods of what repeats, and what does not repeat as it is.
  const whole = clients === 'short' ? sequence + sequence : sequence;
  const lines = [`balance ${balance}`];
  return {
    title: `${balance} ${weights} ${clients}`,
    lines,
    servers,
    clients,
    count: whole.length,
    sequence: whole,
  };
}

function hashed(lines: readonly string[], weights: string, sequence: string | null): Row {
  const servers = weights.split(':').map((weight) => `weight ${weight}`);
  const count = sequence?.length ?? 32;
  return { title: `${lines.join(', ')} ${weights}`, lines, servers, clients: 'addresses', count, sequence };
}

function plain(
  title: string,
  servers: readonly string[],
  sequence: string,
  lines: readonly string[] = [],
): Row {
  const all = ['balance roundrobin', ...lines];
  return { title, lines: all, servers, clients: 'short', count: sequence.length, sequence };
}

const ROWS: readonly Row[] = [
  weighted('roundrobin', '1:1', 'ab'),
  weighted('roundrobin', '1:1:1', 'abc'),
  weighted('roundrobin', '2:1', 'aab'),
  weighted('roundrobin', '3:1', 'aaab'),
  weighted('roundrobin', '1:3', 'bbba'),
  weighted('roundrobin', '5:1:1', 'aaabaac'),
  weighted('roundrobin', '1:1:5', 'cccaccb'),
  weighted('roundrobin', '3:2:1', 'abacab'),
  weighted('roundrobin', '2:2:1', 'ababc'),
  weighted('roundrobin', '10:1', 'aaaaaaaaaab'),
  weighted('roundrobin', '4:3:2:1', 'abacbadabc'),
  weighted('roundrobin', '7:5:3', 'abacbaabcabaabc'),
  weighted('roundrobin', '100:50:25', 'aabacab'),
  weighted('static-rr', '3:1', 'aaab'),
  weighted('static-rr', '1:3', 'abbb'),
  weighted('static-rr', '5:1:1', 'aaabaac'),
  weighted('static-rr', '1:1:5', 'accbccc'),
  weighted('static-rr', '3:2:1', 'aababc'),
  weighted('static-rr', '4:3:2:1', 'ababcabacd'),
  weighted('static-rr', '7:5:3', 'ababcaabacababc'),
  weighted('static-rr', '100:50:25', 'aababac'),
  weighted('leastconn', '1:1:1', 'abcabcabc', 'held'),
  weighted('leastconn', '2:1', 'abaabaabaaba', 'held'),
  weighted('leastconn', '3:1', 'abaaaabaaaba', 'held'),
  weighted('leastconn', '1:2:3', 'abccbccbcabc', 'held'),
  weighted('leastconn', '5:1:1', 'abcaaaaaaaab', 'held'),
  weighted('leastconn', '5:1', 'ab'),
  {
    title: 'first with maxconn 3',
    lines: ['balance first'],
    servers: ['maxconn 3', 'maxconn 3', 'maxconn 3'],
    clients: 'held',
    count: 9,
    sequence: 'aaabbbccc',
  },
  {
    title: 'roundrobin passes over full servers',
    lines: ['balance roundrobin'],
    servers: ['maxconn 1', 'maxconn 2', 'maxconn 4'],
    clients: 'held',
    count: 7,
    sequence: 'abcbccc',
  },
  hashed(['balance source'], '1:1:1', 'cabcabcabcab'),
  hashed(['balance source'], '2:1:1', 'abcaabcaabca'),
  hashed(['balance source', 'hash-type consistent'], '1:1:1', 'bacabacaacbc'),
  hashed(['balance hash src', 'hash-type consistent'], '1:1:1', 'bbacbcaacbca'),
  hashed(['balance source', 'hash-type map-based sdbm avalanche'], '1:2:3', null),
  hashed(['balance hash src'], '1:1:1', null),
  hashed(['balance hash src'], '5:2:1', null),
  hashed(['balance hash src', 'hash-type map-based djb2'], '1:1:1', null),
  hashed(['balance hash src', 'hash-type map-based crc32'], '2:1:1', null),
  hashed(['balance hash src', 'hash-type map-based wt6'], '1:1:1', null),
  hashed(['balance hash src', 'hash-type map-based wt6 avalanche'], '1:1:1', null),
  hashed(['balance hash src', 'hash-type consistent djb2'], '3:2:1', null),
  hashed(['balance hash src', 'hash-type consistent crc32'], '1:1:1', null),
  hashed(['balance hash src', 'hash-type consistent wt6 avalanche'], '4:3:2:1', null),
  hashed(['balance hash src', 'hash-type consistent', 'hash-balance-factor 150'], '1:1:1', null),
  plain('weight 0 gets nothing', ['', 'weight 0', ''], 'acac'),
  plain('the first backup alone serves when no active one is left', ['disabled', 'backup', 'backup'], 'bbbb'),
  plain('allbackups shares by weight', ['disabled', 'backup weight 2', 'backup'], 'bbcbbc', [
    'option allbackups',
  ]),
  plain('backups rest while an active one is left', ['', 'backup', 'backup'], 'aaa', ['option allbackups']),
];

const NAMES = ['a', 'b', 'c', 'd'] as const;

async function configuration(t: Test): Promise<{ text: string; ports: readonly number[] }> {
  const servers = await Promise.all(NAMES.map((name) => serve(t, { service: saysNameAndStays(name) })));
  const ports = await freePorts(ROWS.length);
  const sections = ROWS.map((row, index) => {
    const lines = row.servers.map(
      (parameters, which) =>
        `  server ${NAMES[which]} ${SERVER_HOST}:${servers[which]?.port} ${parameters}\n`,
    );
    const settings = row.lines.map((line) => `  ${line}\n`);
    return `listen row${index}\n  bind ${HOST}:${ports[index]}\n${settings.join('')}${lines.join('')}`;
  });
  const text = `global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
${sections.join('')}`;
  return { text, ports };
}

/** Runs the clients of a row and gives the servers' names in order. */
async function observed(t: Test, row: Row, port: number): Promise<string> {
  let names = '';
  for (let index = 0; index < row.count; index += 1) {
    const local = row.clients === 'addresses' ? { localAddress: `127.0.0.${index + 1}` } : {};
    const client = await connect(t, port, local);
    await client.expectCount(1);
    names += client.text;
    if (row.clients === 'held') continue;
    client.end();
    await client.over();
  }
  return names;
}

await t.test('HAProxy and sluice choose the same servers in the same order', async (t) => {
  const seen = new Map<BalancerName, string[]>();
  for (const name of balancers()) {
    await t.test(name, async (t) => {
      const { text, ports } = await configuration(t);
      const balancer = await startBalancer(t, name, text);
      const sequences = await Promise.all(ROWS.map((row, index) => observed(t, row, ports[index] ?? 0)));
      seen.set(name, sequences);
      for (const [index, row] of ROWS.entries()) {
        const wanted = row.sequence ?? seen.get('haproxy')?.[index];
        t.equal(sequences[index], wanted, row.title);
      }
      t.equal(balancer.program.exit, null, 'still runs');
    });
  }
});
