/**
 * Whether a balancer in mode http has come to rest: every slot given back, every queue empty, no connection kept, and the counters of
 * requests, log records and answers in agreement.
 *
 * Not here: mode tcp, where a session is a connection (`settled.ts`).
 */
import type { Test } from 'tap';
import type { ProcessView } from '../../lib/account/views.ts';
import type { Running } from './balancer.ts';
import { eventually } from './balancer.ts';

/** What is left over in a view, or does not agree with what was recorded; empty if all is well. */
export function httpLeftovers(view: ProcessView, records: number): string[] {
  const found: string[] = [];
  const equal = (what: string, one: number, other: number): void => {
    if (one !== other) found.push(`${what}: ${one} is not ${other}`);
  };
  equal('sessions of the process', view.sessionsNow, 0);
  let recorded = 0;
  for (const { name, counters, listeners, sessionsNow } of view.frontends) {
    equal(`sessions of frontend ${name}`, sessionsNow, 0);
    for (const listener of listeners) equal(`sessions of ${listener.name}`, listener.sessionsNow, 0);
    const ended = sum([...counters.closed.entries.values()]);
    equal(`requests of ${name} and their ends`, counters.http?.requestsTotal ?? ended, ended);
    equal(
      `bytes in of ${name} and its listeners`,
      counters.bytesIn,
      sum(listeners.map((one) => one.counters.bytesIn)),
    );
    equal(
      `bytes out of ${name} and its listeners`,
      counters.bytesOut,
      sum(listeners.map((one) => one.counters.bytesOut)),
    );
    recorded += ended;
  }
  for (const { name, counters, servers, sessionsNow, queuedCount } of view.backends) {
    equal(`sessions of backend ${name}`, sessionsNow, 0);
    equal(`queue of backend ${name}`, queuedCount, 0);
    equal(
      `requests of backend ${name} and their ends`,
      counters.sessionsTotal,
      sum([...counters.closed.entries.values()]),
    );
    for (const server of servers) {
      equal(`slots of ${name}/${server.name}`, server.servedCount, 0);
      equal(`queue of ${name}/${server.name}`, server.queuedCount, 0);
      equal(`kept connections of ${name}/${server.name}`, server.counters.idleConnectionsNow, 0);
    }
  }
  equal('records and ends', records, recorded);
  return found;
}

/** Closes the balancer, cutting what is left, and says what it has not let go of. */
export async function settledHttp(t: Test, { lb, closes }: Running): Promise<void> {
  await lb.close();
  const left = (): string[] => httpLeftovers(lb.view(), closes.count);
  await eventually(() => left().length === 0, left().join('; ')).catch(() => {});
  t.same(left(), [], 'all is given back and the counters add up');
  t.same(lb.addresses, [], 'nothing is listened on');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}
