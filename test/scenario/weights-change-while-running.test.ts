/** The order of servers over real connections, before and after the operator turns a knob (reference 4.2). */
import t from 'tap';
import type { Test } from 'tap';
import { balance, client, server, type Running } from '../help/balancer.ts';
import { sayName } from '../help/peer.ts';
import type { BalanceFunction } from '../../lib/index.ts';

t.jobs = 10;
const together = { buffered: true };

interface Group extends Running {
  readonly sequence: (count: number) => Promise<string>;
}

/** Servers a, b, c ... with these words on their lines. */
async function group(
  t: Test,
  lines: readonly string[],
  servers: readonly string[],
  balanceFunctions: Readonly<Record<string, BalanceFunction>> = {},
): Promise<Group> {
  const named = await Promise.all(
    servers.map(async (words, index) => {
      const name = 'abcdefgh'.charAt(index);
      const { port } = await server(t, { service: sayName(name) });
      return `server ${name} 127.0.0.1:${port} ${words}`;
    }),
  );
  const running = await balance(t, ['listen l', 'bind 127.0.0.1:0', ...lines, ...named].join('\n  '), {
    balanceFunctions,
  });
  const sequence = async (count: number): Promise<string> => {
    let text = '';
    for (let left = count; left > 0; left -= 1) {
      const peer = await client(t, running.port);
      peer.end('a word');
      await peer.over();
      text += peer.text;
    }
    return text;
  };
  return { ...running, sequence };
}

const SEQUENCES: readonly (readonly [string, readonly number[], string])[] = [
  ['equal', [1, 1, 1], 'abcabc'],
  ['the heavier first', [1, 3], 'bbbabbba'],
  ['5:1:1', [5, 1, 1], 'aaabaacaaabaac'],
  ['4:3:2:1', [4, 3, 2, 1], 'abacbadabc'],
  ['100:50:25', [100, 50, 25], 'aabacabaabacab'],
];

for (const [name, weights, wanted] of SEQUENCES) {
  void t.test(`roundrobin, ${name}`, together, async (t) => {
    const { sequence, end } = await group(
      t,
      [],
      weights.map((weight) => `weight ${weight}`),
    );
    t.equal(await sequence(wanted.length), wanted);
    await end();
  });
}

void t.test('a weight set while running', together, async (t) => {
  const { lb, sequence, end } = await group(t, [], ['', '']);
  t.equal(await sequence(5), 'ababa');
  lb.setServerWeight('l', 'a', 3);
  t.equal(await sequence(16), 'baaabaaabaaabaaa');
  await end();
});

void t.test('a weight halved while running', together, async (t) => {
  const { lb, sequence, end } = await group(t, [], ['weight 10', 'weight 10']);
  t.equal(await sequence(5), 'ababa');
  lb.setServerWeight('l', 'b', 5);
  t.equal(await sequence(12), 'aabaabaabaab');
  await end();
});

void t.test('a server away and back', together, async (t) => {
  const { lb, sequence, end } = await group(t, [], ['', '', '']);
  t.equal(await sequence(5), 'abcab');
  lb.setServerState('l', 'b', 'maint');
  t.equal(await sequence(6), 'cacaca');
  lb.setServerState('l', 'b', 'ready');
  t.equal(await sequence(9), 'cabcabcab');
  await end();
});

void t.test('weight 0 takes a server out, all at 0 leave none', together, async (t) => {
  const { lb, sequence, end } = await group(t, [], ['', '']);
  lb.setServerWeight('l', 'a', 0);
  t.equal(await sequence(3), 'bbb');
  lb.setServerWeight('l', 'b', 0);
  t.equal(await sequence(2), '');
  lb.setServerWeight('l', 'a', 1);
  t.equal(await sequence(2), 'aa');
  await end();
});

void t.test('static algorithms take no weights but 0 and their own', together, async (t) => {
  const { lb, sequence, end } = await group(t, ['balance static-rr'], ['weight 3', '']);
  t.equal(await sequence(8), 'aaabaaab');
  t.throws(() => lb.setServerWeight('l', 'a', 2), { code: 'ERR_STATIC_WEIGHT' });
  lb.setServerWeight('l', 'a', 0);
  t.equal(await sequence(2), 'bb');
  lb.setServerWeight('l', 'a', 3);
  t.match(await sequence(8), /a/);
  await end();
});

void t.test('a policy of ones own chooses by what it sees', together, async (t) => {
  const offered: string[] = [];
  const { lb, sequence, end } = await group(t, ['balance fn:last'], ['', '', ''], {
    last: (servers, { sourceAddress }) => {
      offered.push(`${servers.map(({ name }) => name).join('')} ${sourceAddress}`);
      return servers.at(-1) ?? null;
    },
  });
  t.equal(await sequence(2), 'cc');
  lb.setServerState('l', 'c', 'drain');
  t.equal(await sequence(2), 'bb');
  t.same(offered, ['abc 127.0.0.1', 'abc 127.0.0.1', 'ab 127.0.0.1', 'ab 127.0.0.1']);
  await end();
});

void t.test('what the operator asks for wrongly is refused', together, async (t) => {
  const { lb, end } = await group(t, [], ['']);
  t.throws(() => lb.setServerWeight('l', 'a', 257), { code: 'ERR_OUT_OF_RANGE' });
  t.throws(() => lb.setServerMaxconn('l', 'a', -1), { code: 'ERR_OUT_OF_RANGE' });
  t.throws(() => lb.setServerState('l', 'x', 'ready'), { code: 'ERR_UNKNOWN_NAME' });
  t.throws(() => lb.setServerState('x', 'a', 'ready'), { code: 'ERR_UNKNOWN_NAME' });
  await end();
});
