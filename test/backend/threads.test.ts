/** One backend in several threads: who gets a place, and what each thread knows. */
import t from 'tap';
import { cameBefore } from '../../lib/backend/queue.ts';
import type { DryBalancer } from '../help/dry-balancer.ts';
import { DryThreads } from '../help/dry-threads.ts';
import { leftoversDry } from '../help/settled.ts';

const ONE_PLACE = `listen l
  bind :1
  timeout queue 1m
  option redispatch
  server a 192.0.2.1 maxconn 1`;

/** Ports of the clients that are being connected, or were, in their order; over all threads. */
function dialled(threads: DryThreads): number[] {
  return threads.living
    .flatMap(({ dials }) => dials.map(({ port }) => port))
    .toSorted((one, other) => one - other)
    .map((port) => port - 40_000);
}

/** The session that was dialled for last in this thread ends. */
function finish(thread: DryBalancer): void {
  thread.dials.find((dial) => dial.state === 'open')?.succeed();
  thread.relays.find((relay) => relay.open)?.finish();
}

void t.test('a place goes to who waits longest, in whichever thread', async (t) => {
  const threads = await DryThreads.start(t, 3, ONE_PLACE);
  for (const thread of [0, 1, 2, 1, 0, 2]) threads.at(thread).come();
  t.same(dialled(threads), [1]);
  t.equal(threads.at(2).server('a').servedCount, 1, 'every thread knows that it is taken');
  t.equal(threads.at(0).backend().queue.length, 5, 'and how many wait');
  for (const [index, thread] of [0, 1, 2, 1, 0].entries()) {
    finish(threads.at(thread));
    t.equal(threads.control.server('a').servedCount, 1, 'nobody sees it as free in between');
    threads.deliverAll();
    t.same(dialled(threads).at(-1), index + 2);
  }
  finish(threads.at(2));
  t.same([...threads.living, threads.control].flatMap(leftoversDry), []);
});

void t.test('a place that comes for somebody who has left goes to the next, or back', async (t) => {
  const threads = await DryThreads.start(t, 3, ONE_PLACE);
  threads.at(0).come();
  const leaving = threads.at(1).come();
  threads.at(2).come();
  finish(threads.at(0));
  leaving.connection.end();
  t.equal(threads.underwayCount, 1);
  threads.deliver(0);
  t.equal(threads.underwayCount, 1, 'told to the next');
  threads.deliverAll();
  t.same(dialled(threads), [1, 3]);
  const late = threads.at(0).come();
  finish(threads.at(2));
  late.connection.end();
  threads.deliverAll();
  t.equal(threads.control.server('a').servedCount, 0);
});

void t.test('a thread that dies before it passes on or uses a place does not keep it', async (t) => {
  const threads = await DryThreads.start(t, 3, ONE_PLACE);
  threads.at(0).come();
  threads.at(1).come();
  threads.at(2).come();
  finish(threads.at(0));
  // The place is the second thread's already, which never hears of it.
  threads.kill(1);
  t.equal(threads.control.server('a').servedCount, 0);
  threads.deliverAll();
  t.same(dialled(threads), [1, 3], 'the others look for themselves');
});

void t.test('maxqueue counts those who wait in all threads', async (t) => {
  const threads = await DryThreads.start(
    t,
    2,
    `listen l
  bind :1
  balance source
  server a 192.0.2.1 maxconn 1 maxqueue 2`,
  );
  const clients = [0, 1, 0, 1].map((thread) => threads.at(thread).come());
  t.same(
    clients.map((client) => client.record()?.ending.reason ?? null),
    [null, null, null, 'queue-full'],
  );
});

void t.test('minconn follows the sessions of all threads', async (t) => {
  const threads = await DryThreads.start(
    t,
    2,
    `listen l
  bind :1
  fullconn 8
  server a 192.0.2.1 minconn 1 maxconn 4`,
  );
  for (const thread of [0, 0, 1]) threads.at(thread).come();
  t.same(dialled(threads), [1]);
  threads.at(1).come();
  threads.deliverAll();
  t.same(dialled(threads), [1, 2], 'the fourth session makes room for the second, in another thread');
});

void t.test('a large group: a place that another thread has freed is found', async (t) => {
  for (const algorithm of ['leastconn', 'roundrobin', 'first']) {
    const servers = Array.from({ length: 40 }, (_, index) => `  server s${index} 192.0.2.1 maxconn 1`);
    const threads = await DryThreads.start(
      t,
      2,
      `listen l\n  bind :1\n  balance ${algorithm}\n${servers.join('\n')}`,
    );
    for (const taking of [0, 1, 0]) {
      for (let left = servers.length; left > 0; left -= 1) threads.at(taking).come();
      t.equal(threads.at(taking).dials.filter((dial) => dial.state === 'open').length, 40, algorithm);
      for (let left = servers.length; left > 0; left -= 1) finish(threads.at(taking));
    }
    t.equal(threads.underwayCount, 0, 'nobody had to wait');
  }
});

void t.test('threads begin their turns with different servers', async (t) => {
  for (const algorithm of ['roundrobin', 'static-rr']) {
    const threads = await DryThreads.start(
      t,
      3,
      `listen l
  bind :1
  balance ${algorithm}
  server a 192.0.2.1
  server b 192.0.2.2
  server c 192.0.2.3`,
    );
    for (const thread of threads.living) thread.come();
    t.same(
      ['a', 'b', 'c'].map((name) => threads.control.server(name).servedCount),
      [1, 1, 1],
      algorithm,
    );
  }
});

void t.test('the control thread alone says what becomes of a server, for all threads', async (t) => {
  const threads = await DryThreads.start(
    t,
    2,
    `listen l
  bind :1
  balance source
  option redispatch
  server a 192.0.2.1 maxconn 1
  server b 192.0.2.2 maxconn 1`,
  );
  for (const thread of [0, 1, 0, 1]) threads.at(thread).come();
  const busy = threads.control.backend().servers.find((server) => server.queue.length > 0);
  if (busy === undefined) throw new Error('nobody waits');
  const set =
    (up: boolean) =>
    (thread: DryBalancer): void =>
      thread.built.states.followHealth(thread.server(busy.name), up);
  threads.order(set(false));
  threads.deliverAll();
  t.match(
    threads.control.lines.map(({ text }) => text),
    [/is DOWN.* 1 sessions active, 3 requeued, 0 remaining in queue\.$/],
  );
  t.equal(busy.counters.downTransitionsTotal, 1);
  for (const thread of threads.living) {
    t.same([thread.lines, thread.events], [[], []]);
    t.equal(thread.server(busy.name).running, false);
    t.equal(thread.server(busy.name).counters.downTransitionsTotal, 0);
  }
  t.equal(busy.queue.length, 0, 'each has shared out its part');
  threads.order(set(true));
  threads.deliverAll();
  t.equal(threads.at(1).server(busy.name).usable, true);
});

void t.test('a tracking server follows in every thread', async (t) => {
  const threads = await DryThreads.start(
    t,
    2,
    `listen l
  bind :1
  server a 192.0.2.1:80 check
  server b 192.0.2.2:80 track a
  timeout client 1s
  timeout server 1s
  timeout connect 1s`,
  );
  threads.order((thread) => thread.built.states.followHealth(thread.server('a'), false));
  threads.deliverAll();
  t.same(
    threads.living.map((thread) => thread.server('b').up),
    [false, false],
  );
});

void t.test('orders of waiters begin again from the other end', async (t) => {
  t.equal(cameBefore(1, 2), true);
  t.equal(cameBefore(2, 1), false);
  t.equal(cameBefore(2 ** 31 - 1, -(2 ** 31)), true);
  t.equal(cameBefore(-1, 1), true);
});
