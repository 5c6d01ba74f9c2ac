/**
 * Whether a balancer has come to rest: every slot given back, every queue empty, nobody at a door, counters that add up.
 *
 * Not here: bringing it to rest.
 */
import type { Test } from 'tap';
import type { LoadBalancer } from '../../lib/index.ts';
import type { BackendView, ProcessView } from '../../lib/account/views.ts';
import type { DryBalancer } from './dry-balancer.ts';

/** What is left over in a view; empty if all is at rest. */
export function leftovers(view: ProcessView): string[] {
  const found: string[] = [];
  const zero = (what: string, value: number): void => {
    if (value !== 0) found.push(`${what}: ${value}`);
  };
  zero('sessions of the process', view.sessionsNow);
  for (const frontend of view.frontends) {
    zero(`sessions of frontend ${frontend.name}`, frontend.sessionsNow);
    for (const listener of frontend.listeners) zero(`sessions of ${listener.name}`, listener.sessionsNow);
  }
  for (const backend of view.backends) {
    zero(`sessions of backend ${backend.name}`, backend.sessionsNow);
    zero(`queue of backend ${backend.name}`, backend.queuedCount);
    for (const server of backend.servers) {
      zero(`slots of ${backend.name}/${server.name}`, server.servedCount);
      zero(`queue of ${backend.name}/${server.name}`, server.queuedCount);
    }
  }
  return [...found, ...disagreements(view)];
}

/** Counters that do not add up, of a proxy at rest. */
function disagreements(view: ProcessView): string[] {
  const found: string[] = [];
  const equal = (what: string, one: number, other: number): void => {
    if (one !== other) found.push(`${what}: ${one} is not ${other}`);
  };
  for (const { name, counters, listeners } of view.frontends) {
    const closedCount = sum([...counters.closed.entries.values()]);
    equal(`sessions of frontend ${name} and ends`, counters.sessionsTotal, closedCount);
    equal(`bytes in of ${name} and its listeners`, counters.bytesIn, total(listeners, 'bytesIn'));
    equal(`bytes out of ${name} and its listeners`, counters.bytesOut, total(listeners, 'bytesOut'));
    equal(`sessions of ${name} and its listeners`, counters.sessionsTotal, total(listeners, 'sessionsTotal'));
  }
  for (const backend of view.backends) {
    const { name, counters, servers } = backend;
    const closedCount = sum([...counters.closed.entries.values()]);
    equal(`sessions of backend ${name} and ends`, counters.sessionsTotal, closedCount);
    equal(`bytes out of ${name} and its servers`, counters.bytesOut, total(servers, 'bytesOut'));
    equal(`sessions connected by ${name}`, connected(backend), total(servers, 'sessionsTotal'));
    // What a client sent that never got a server is the backend's alone.
    if (connected(backend) === counters.sessionsTotal)
      equal(`bytes in of ${name} and its servers`, counters.bytesIn, total(servers, 'bytesIn'));
  }
  equal(
    'bytes out of frontends and backends',
    total(view.frontends, 'bytesOut'),
    total(view.backends, 'bytesOut'),
  );
  equal(
    'bytes in of frontends and backends',
    total(view.frontends, 'bytesIn'),
    total(view.backends, 'bytesIn'),
  );
  return found;
}

function connected({ counters }: BackendView): number {
  return counters.connectTime.count;
}

type Counted = 'bytesIn' | 'bytesOut' | 'sessionsTotal';

function total(
  views: readonly { readonly counters: Readonly<Record<Counted, number>> }[],
  key: Counted,
): number {
  return sum(views.map(({ counters }) => counters[key]));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}

/** Closes the balancer, cutting what is left, and says what it has not let go of. */
export async function settled(t: Test, lb: LoadBalancer): Promise<void> {
  await lb.close();
  t.same(leftovers(lb.view()), [], 'all is given back and the counters add up');
  t.same(lb.addresses, [], 'nothing is listened on');
}

/** What a balancer without sockets has not let go of. */
export function leftoversDry(dry: DryBalancer): string[] {
  const counts: Record<string, number> = {
    sessions: dry.house.processLimit.now,
    streams: dry.house.clients().length,
    'clients at doors': dry.house.parkedLimit.now,
    'doors with clients': dry.house.waiting.size,
    deadlines: dry.wheel.count,
    dials: dry.dials.filter((dial) => dial.state === 'open').length,
    relays: dry.relays.filter((relay) => relay.open).length,
  };
  for (const backend of dry.built.backends) {
    counts[`sessions of ${backend.name}`] = backend.sessionsNow;
    counts[`queue of ${backend.name}`] = backend.queue.length;
    for (const server of backend.servers) {
      counts[`slots of ${backend.name}/${server.name}`] = server.servedCount;
      counts[`queue of ${backend.name}/${server.name}`] = server.queue.length;
    }
  }
  return Object.entries(counts)
    .filter(([, count]) => count !== 0)
    .map(([what, count]) => `${what}: ${count}`);
}

export function settledDry(t: Test, dry: DryBalancer): void {
  t.same(leftoversDry(dry), [], 'all is given back');
}
