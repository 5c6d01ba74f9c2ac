/** Real threads on one count, some of which are killed in the middle of whatever they do. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { SharedMemory } from '../../lib/shared/memory.ts';
import { Anvil, GO, REST, STOP, type HammerStart, type HammerWord } from './hammer-worker.ts';

const THREADS = 3;
const LIMIT = 5;
const KILLS = 6;

const PROGRAM = new URL('./hammer-worker.js', import.meta.url);

/** Resolves when the thread says so from now on. */
function says(worker: Worker, word: HammerWord): Promise<void> {
  return new Promise((resolve) => {
    const hear = (heard: HammerWord): void => {
      if (heard !== word) return;
      worker.off('message', hear);
      resolve();
    };
    worker.on('message', hear);
  });
}

void t.test('no limit is exceeded and every place of a killed thread comes back', async (t) => {
  const memory = SharedMemory.forThreads(THREADS);
  const { count, order, highest } = new Anvil(memory);
  const start = (thread: number): Worker => {
    const workerData: HammerStart = { memory: memory.handout(thread), thread, limit: LIMIT };
    return new Worker(PROGRAM, { workerData });
  };
  const tell = (what: number): void => {
    Atomics.store(order, 0, what);
    Atomics.notify(order, 0);
  };
  const workers = Array.from({ length: THREADS }, (_, thread) => start(thread));
  const everybody = (word: HammerWord): Promise<unknown> =>
    Promise.all(workers.map((worker) => says(worker, word)));

  for (let kill = 0; kill < KILLS; kill += 1) {
    await everybody('goes on');
    const victim = kill % THREADS;
    const [killed] = workers.splice(victim, 1);
    await killed?.terminate();
    memory.silence(victim);
    const rest = everybody('rests');
    tell(REST);
    await rest;
    memory.forget(victim);
    const shares = Array.from({ length: THREADS }, (_, thread) => count.of(thread));
    t.equal(shares[victim], 0);
    t.equal(
      count.now,
      shares.reduce((one, other) => one + other, 0),
      'what the others hold is what is counted',
    );
    tell(GO);
    workers.splice(victim, 0, start(victim));
  }

  await everybody('goes on');
  const rest = everybody('rests');
  tell(REST);
  await rest;
  const ends = workers.map((worker) => once(worker, 'exit'));
  tell(STOP);
  await Promise.all(ends);
  t.equal(count.now, 0, 'all is given back');
  t.equal(Atomics.load(highest, 0), LIMIT, 'the limit was reached and never exceeded');
});
