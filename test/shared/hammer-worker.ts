/**
 * A thread that takes places, hands them to others and gives them back as fast as it can, until it is told to stop or is killed.
 *
 * Not here: what must hold meanwhile (`hammer.test.ts`).
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Count } from '../../lib/shared/count.ts';
import { SharedMemory, type MemoryHandout } from '../../lib/shared/memory.ts';

export interface HammerStart {
  readonly memory: MemoryHandout;
  readonly thread: number;
  readonly limit: number;
}

/** What a thread says: it has gone on for a while; it stands still as it was told to. */
export type HammerWord = 'goes on' | 'rests';

/** What all threads see: the count, who takes what is handed over, the order in force, the highest count so far. */
export class Anvil {
  readonly count: Count;
  readonly taking: Int32Array;
  readonly order: Int32Array;
  readonly highest: Int32Array;

  constructor(memory: SharedMemory) {
    this.count = memory.count();
    this.taking = memory.perThread();
    this.order = memory.together(1);
    this.highest = memory.together(1);
  }
}

export const GO = 0;
export const REST = 1;
export const STOP = 2;

const ROUNDS_PER_WORD = 2000;

function hammer({ memory: handout, thread, limit }: HammerStart, say: (word: HammerWord) => void): void {
  const memory = SharedMemory.attach(handout, thread);
  const { count, taking, order, highest } = new Anvil(memory);
  Atomics.store(taking, thread, 1);
  for (let rounds = 1; Atomics.load(order, 0) !== STOP; rounds += 1) {
    if (Atomics.load(order, 0) === REST) {
      say('rests');
      Atomics.wait(order, 0, REST);
      continue;
    }
    if (count.tryAdd(limit)) raise(highest, count.now);
    while (count.tryClaim());
    const neighbour = (thread + 1 + (rounds % (memory.threadCount - 1))) % memory.threadCount;
    if (count.own > 1 && Atomics.load(taking, neighbour) === 1) count.handTo(neighbour);
    if (count.own > 0 && rounds % 3 > 0) count.remove();
    if (rounds % ROUNDS_PER_WORD === 0) say('goes on');
  }
  while (count.tryClaim());
  while (count.own > 0) count.remove();
}

function raise(cell: Int32Array, value: number): void {
  for (let highest = Atomics.load(cell, 0); value > highest; highest = Atomics.load(cell, 0)) {
    if (Atomics.compareExchange(cell, 0, highest, value) === highest) return;
  }
}

if (parentPort !== null) {
  const port = parentPort;
  hammer(workerData as HammerStart, (word) => port.postMessage(word));
}
