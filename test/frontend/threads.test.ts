/** Doors of several threads: one limit, room for each in turn. */
import t from 'tap';
import type { DryBalancer } from '../help/dry-balancer.ts';
import { DryThreads } from '../help/dry-threads.ts';
import { leftoversDry } from '../help/settled.ts';

const NARROW = `frontend f
  bind :1 maxconn 2 backlog 4
  bind :2
  default_backend b
backend b
  server a 192.0.2.1`;

/** One session of this thread ends, and everybody has heard of it. */
function endOne(threads: DryThreads, thread: DryBalancer): void {
  thread.dials.find((dial) => dial.state === 'open')?.succeed();
  thread.relays.find((relay) => relay.open)?.finish();
  threads.deliverAll();
}

/** Sessions that ever came in, by thread. */
function came(threads: DryThreads): number[] {
  return threads.living.map(({ dials }) => dials.length);
}

void t.test('a limit holds over all threads, and room is offered to them in turn', async (t) => {
  const threads = await DryThreads.start(t, 3, NARROW);
  for (const thread of [0, 0, 0, 1, 1, 2]) threads.at(thread).come();
  t.same(came(threads), [2, 0, 0]);
  t.same([threads.control.house.processLimit.now, threads.control.house.parkedLimit.now], [2, 4]);
  endOne(threads, threads.at(0));
  t.same(came(threads), [2, 1, 0]);
  endOne(threads, threads.at(0));
  t.same(came(threads), [2, 1, 1]);
  endOne(threads, threads.at(1));
  t.same(came(threads), [3, 1, 1]);
  endOne(threads, threads.at(2));
  t.same(came(threads), [3, 2, 1]);
  for (const thread of threads.living) endOne(threads, thread);
  t.same([...threads.living, threads.control].flatMap(leftoversDry), []);
});

void t.test('the backlog counts those who wait in all threads', async (t) => {
  const threads = await DryThreads.start(t, 2, NARROW);
  const clients = [0, 1, 0, 1, 0, 1, 0, 1].map((thread) => threads.at(thread).come());
  t.equal(clients.filter(({ connection }) => connection.state === 'reset').length, 2);
  t.equal(threads.control.frontend().listeners[0]?.full, true);
});

void t.test('room that is of no use to one thread is passed on to another', async (t) => {
  const threads = await DryThreads.start(t, 2, NARROW, { maxconn: 3 });
  // Two at the narrow door, one at the other: then everything is full.
  for (let left = 3; left > 0; left -= 1) threads.at(0).come('f', 0);
  threads.at(0).come('f', 1);
  threads.at(1).come('f', 1);
  t.same(came(threads), [3, 0]);
  const [, , wide] = threads.at(0).dials;
  wide?.succeed();
  threads.at(0).relays.at(-1)?.finish();
  threads.deliverAll();
  t.same(came(threads), [3, 1]);
});

void t.test('who parks a client while another thread makes room lets it in itself', async (t) => {
  const threads = await DryThreads.start(t, 2, NARROW);
  threads.at(0).come();
  threads.at(0).come();
  const listener = threads.at(1).frontend().listeners[0];
  if (listener === undefined) throw new Error('no listener');
  // A session ends elsewhere between the first look at the limits and the second.
  const { bind } = listener.limits;
  const { max } = bind;
  let looks = 0;
  Object.defineProperty(bind, 'max', {
    get: () => {
      looks += 1;
      // The first look at the limit has found it full.
      if (looks === 2) endOne(threads, threads.at(0));
      return max;
    },
  });
  threads.at(1).come();
  t.same(came(threads), [2, 1]);
  t.equal(threads.underwayCount, 0, 'nobody was told, for nobody waited yet');
});

void t.test('clients of several threads who wait for a rate come in by timers', async (t) => {
  const threads = await DryThreads.start(
    t,
    2,
    `listen l\n  bind :1\n  bind :2\n  rate-limit sessions 3\n  server a 192.0.2.1`,
  );
  for (let left = 3; left > 0; left -= 1) threads.at(0).come('l', 0);
  threads.at(0).come('l', 1);
  threads.at(1).come('l', 0);
  t.same(came(threads), [3, 0]);
  endOne(threads, threads.at(0));
  t.same(came(threads), [3, 0], 'room is not what they wait for');
  threads.advance(3000);
  t.same(came(threads), [4, 1]);
});

void t.test('a thread that dies makes room for the others', async (t) => {
  const threads = await DryThreads.start(t, 2, NARROW);
  for (const thread of [0, 0, 1, 1, 1]) threads.at(thread).come();
  t.same(came(threads), [2, 0]);
  threads.kill(0);
  threads.deliverAll();
  t.same(came(threads), [2]);
  await threads.replace(0);
  threads.at(0).come();
  t.same(came(threads), [0, 2], 'the limit holds for its successor');
});

void t.test('no two streams have the same number, not even of a thread and its successor', async (t) => {
  const threads = await DryThreads.start(t, 2, NARROW);
  const numbers = threads.living.flatMap(({ house }) => [house.nextStreamId(), house.nextStreamId()]);
  threads.kill(1);
  await threads.replace(1);
  numbers.push(threads.at(1).house.nextStreamId());
  t.equal(new Set(numbers).size, numbers.length, numbers.join(' '));
});

void t.test('a thread that is shut is not asked twice, and looks when it opens', async (t) => {
  const threads = await DryThreads.start(t, 2, NARROW);
  threads.at(1).house.shut();
  threads.at(0).come();
  threads.at(1).come();
  threads.at(0).come();
  threads.at(0).come();
  endOne(threads, threads.at(0));
  t.same(came(threads), [2, 0]);
  threads.at(1).house.open();
  t.same(came(threads), [2, 1]);
});
