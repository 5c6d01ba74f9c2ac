import t from 'tap';
import type { BalanceFunction, BalanceFunctionServer } from '../../../lib/backend/balance/balancer.ts';
import { SluiceError } from '../../../lib/errors.ts';
import { balancerCases } from './balancer.cases.ts';
import { from, Group } from './group.ts';

/** Options for one registered function. */
function using(policy: BalanceFunction) {
  return {
    balance: { algorithm: 'fn', name: 'mine' },
    functions: new Map([['mine', policy]]),
  } as const;
}

const fewestStreams: BalanceFunction = (servers) => {
  const free = servers.filter((server) => !server.full);
  return free.toSorted((one, other) => one.servedCount - other.servedCount)[0] ?? null;
};

balancerCases(t, 'fn', () => using(fewestStreams), { shareTolerance: null });

void t.test('the function gets the usable servers in order, and the client', async (t) => {
  const seen: string[] = [];
  const group = new Group(
    using((servers, context) => {
      seen.push(`${servers.map((server) => server.name).join('')} ${context.sourceAddress}`);
      return servers.at(-1) ?? null;
    }),
    [{}, {}, {}],
  );
  t.equal(group.chosen(1, from('192.0.2.1')), 'c');
  group.down('b');
  t.equal(group.chosen(1, from('192.0.2.2'), group.server('c')), 'a');
  group.down('c');
  t.equal(group.chosen(1, from('192.0.2.3'), group.server('a')), 'a');
  t.same(seen, ['abc 192.0.2.1', 'a 192.0.2.2', 'a 192.0.2.3']);
});

void t.test('the list is the same array until a server comes or goes, and cannot be written', async (t) => {
  const lists: (readonly BalanceFunctionServer[])[] = [];
  const group = new Group(
    using((servers) => {
      lists.push(servers);
      return servers[0] ?? null;
    }),
    [{}, {}],
  );
  group.chosen(2);
  group.down('a');
  group.chosen(1);
  t.equal(lists[0], lists[1]);
  t.not(lists[1], lists[2]);
  t.ok(Object.isFrozen(lists[0]));
});

void t.test('null is no choice now', async (t) => {
  t.equal(
    new Group(
      using(() => null),
      [{}],
    ).choose(),
    null,
  );
});

void t.test('a function that throws is named, with its error as the cause', async (t) => {
  const cause = new Error('no table');
  const group = new Group(
    using(() => {
      throw cause;
    }),
    [{}],
  );
  const error = t.throws(() => group.choose());
  t.ok(error instanceof SluiceError && error.code === 'ERR_BALANCE_FUNCTION');
  t.match(error, { message: /fn:mine/, cause });
});

void t.test('an answer that is no usable server of the group is a fault', async (t) => {
  const stranger = new Group({}, [{}]).server('a');
  const foreign = new Group(
    using(() => stranger),
    [{}],
  );
  t.throws(() => foreign.choose(), { code: 'ERR_BALANCE_FUNCTION' });

  let remembered: BalanceFunctionServer | null = null;
  const late = new Group(
    using((servers) => (remembered ??= servers[0] ?? null)),
    [{}, {}],
  );
  t.equal(late.chosen(1), 'a');
  late.down('a');
  t.throws(() => late.choose(), { code: 'ERR_BALANCE_FUNCTION' });
});

void t.test('a name nobody registered is refused when the balancer is made', async (t) => {
  const functions = new Map([['other', fewestStreams]]);
  const error = t.throws(() => new Group({ balance: { algorithm: 'fn', name: 'mine' }, functions }, [{}]));
  t.ok(error instanceof SluiceError && error.code === 'ERR_UNKNOWN_BALANCE_FUNCTION');
  t.match(error, { message: /other/ }, 'the message says which there are');
});
