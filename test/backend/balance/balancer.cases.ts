/**
 * What holds for every balancing algorithm, whatever its order. Each algorithm's test file runs these with its own
 * options, asked for once per group; a skip needs a reason.
 */
import type { Test } from 'tap';
import type { BalancerOptions, ChoiceContext } from '../../../lib/backend/balance/balancer.ts';
import { from, Group } from './group.ts';
import type { StubServer } from './group.ts';

/** How far an algorithm may go, where HAProxy's algorithms differ. */
export interface Traits {
  /** Shares follow weights for streams that end at once; tolerance of a share, 0 to 1. Null: weights do not decide. */
  readonly shareTolerance: number | null;
  /** True if a full server may still be chosen, the stream then waits for it. */
  readonly waitsAtFullServer: boolean;
  /** True if a full server is passed over when another has room. */
  readonly skipsFull: boolean;
  /** True if the server to avoid is avoided. */
  readonly avoids: boolean;
}

const ORDINARY: Traits = { shareTolerance: 0, waitsAtFullServer: false, skipsFull: true, avoids: true };

export function balancerCases(
  t: Test,
  name: string,
  options: () => Partial<BalancerOptions>,
  differences: Partial<Traits> = {},
): void {
  const traits = { ...ORDINARY, ...differences };
  void t.test(`${name}: what every algorithm does`, async (t) => {
    weightCases(t, options, traits);
    usabilityCases(t, options);
    avoidCases(t, options, traits);
    fullCases(t, options, traits);
  });
}

/** A thousand clients at different addresses. */
function clients(count = 1000): ChoiceContext[] {
  return Array.from({ length: count }, (_, at) => from(`10.${at % 7}.${at >>> 8}.${at & 255}`, 1024 + at));
}

/** How many of the clients each server got, by name; every stream ends at once. */
function tally(group: Group, count = 1000): Map<string, number> {
  const counts = new Map(group.servers.map((server) => [server.name, 0]));
  for (const client of clients(count)) {
    const names = group.chosen(1, client);
    counts.set(names, (counts.get(names) ?? 0) + 1);
  }
  return counts;
}

function weightCases(t: Test, options: () => Partial<BalancerOptions>, traits: Traits): void {
  const { shareTolerance } = traits;
  if (shareTolerance !== null) {
    void t.test('keeps the weights', async (t) => {
      const counts = tally(new Group(options(), [{ weight: 5 }, { weight: 3 }, { weight: 2 }]));
      for (const [server, share] of [
        ['a', 500],
        ['b', 300],
        ['c', 200],
      ] as const) {
        const off = Math.abs((counts.get(server) ?? 0) - share) / share;
        t.ok(off <= shareTolerance, `${server} got ${counts.get(server)} of 1000, due are ${share}`);
      }
    });
  }

  void t.test('gives nothing to weight 0', async (t) => {
    const counts = tally(new Group(options(), [{ weight: 1 }, { weight: 0 }, { weight: 1 }]));
    t.equal(counts.get('b'), 0);
    t.equal(counts.get('-'), undefined);
  });
}

function usabilityCases(t: Test, options: () => Partial<BalancerOptions>): void {
  void t.test('gives everything to the one that is left', async (t) => {
    const group = new Group(options(), [{}, { weight: 7 }, {}]);
    group.down('a');
    group.down('c');
    t.equal(tally(group, 50).get('b'), 50);
  });

  void t.test('has no choice when all are down or all weights are 0', async (t) => {
    const group = new Group(options(), [{}, {}]);
    group.down('a');
    group.down('b');
    t.equal(tally(group, 5).get('-'), 5);
    t.equal(tally(new Group(options(), [{ weight: 0 }]), 5).get('-'), 5);
    t.equal(tally(new Group(options(), [{ up: false }, { up: false }]), 5).get('-'), 5);
  });

  void t.test('gives to a server that came back', async (t) => {
    const group = new Group(options(), [{}, { up: false }]);
    t.equal(tally(group, 50).get('a'), 50);
    group.down('a');
    t.equal(tally(group, 5).get('-'), 5, 'nobody left');
    group.up('b');
    t.equal(tally(group, 50).get('b'), 50);
  });

  void t.test('follows a set that changes midway, and is whole again afterwards', async (t) => {
    const group = new Group(options(), [{}, {}, {}, {}]);
    for (const gone of ['c', 'a', 'd', 'b']) {
      tally(group, 3);
      group.down(gone);
      const counts = tally(group, 40);
      t.equal(counts.get(gone), 0, `${gone} is left out`);
      t.equal(counts.get('-'), undefined);
      group.up(gone);
    }
    t.equal(tally(group, 100).get('-'), undefined);
  });

  void t.test('a change that is none changes nothing', async (t) => {
    const [told, untold] = [new Group(options(), [{}, {}, {}]), new Group(options(), [{}, {}, {}])];
    for (const client of clients(30)) {
      for (const server of told.servers) {
        told.balancer.weightChanged(server);
        told.balancer.loadChanged(server);
      }
      t.equal(told.chosen(1, client), untold.chosen(1, client));
    }
  });

  void t.test('a group of no servers has no choice', async (t) => {
    const group = new Group(options(), []);
    t.equal(tally(group, 3).get('-'), 3);
  });

  void t.test('a change of a server of another group is not ours', async (t) => {
    const group = new Group(options(), [{}]);
    const stranger = new Group(options(), [{}, {}]).server('b');
    group.balancer.weightChanged(stranger);
    group.balancer.loadChanged(stranger);
    t.equal(tally(group, 5).get('a'), 5);
    t.equal(group.choose(from('10.0.0.1'), stranger)?.name, 'a', 'nor is one to avoid');
  });
}

function avoidCases(t: Test, options: () => Partial<BalancerOptions>, traits: Traits): void {
  if (traits.avoids) {
    void t.test('avoids the server that failed while there is another', async (t) => {
      const group = new Group(options(), [{}, {}]);
      const failed = group.server('a');
      for (const client of clients(20)) t.equal(group.chosen(1, client, failed), 'b');
    });
  }

  void t.test('takes the server that failed if there is no other', async (t) => {
    const group = new Group(options(), [{}, {}]);
    const failed = group.server('a');
    group.down('b');
    for (const client of clients(20)) t.equal(group.chosen(1, client, failed), 'a');
  });
}

function fullCases(t: Test, options: () => Partial<BalancerOptions>, traits: Traits): void {
  const fill = (group: Group, server: StubServer): void => {
    server.servedCount = server.maxconn;
    group.balancer.loadChanged(server);
  };

  void t.test('when all are full the stream waits, and a slot given back is found', async (t) => {
    const group = new Group(options(), [{ maxconn: 2 }, { maxconn: 2 }]);
    for (const server of group.servers) fill(group, server);
    if (traits.waitsAtFullServer) t.ok(group.choose(from('10.0.0.1')), 'a server to wait for');
    else t.equal(group.choose(from('10.0.0.1')), null);
    for (const server of group.servers) group.give(server);
    t.equal(tally(group, 20).get('-'), undefined);
  });

  if (traits.skipsFull) {
    void t.test('passes over a full server', async (t) => {
      const group = new Group(options(), [{ maxconn: 1 }, {}, { maxconn: 1 }]);
      fill(group, group.server('a'));
      fill(group, group.server('c'));
      t.equal(tally(group, 20).get('b'), 20);
      if (traits.avoids)
        t.equal(group.choose(from('10.0.0.1'), group.server('b'))?.name, 'b', 'even to avoid');
    });
  }
}
