/**
 * The numbers of one balancer, in memory that all its threads see. Nothing else is shared between threads.
 *
 *     counts      one for all threads, changed atomically: places taken, queue lengths, rates
 *     counters    a cell per thread, written by that thread alone; the control thread adds them up when asked
 *     peaks       the same, but the highest counts
 *
 * Every thread builds the same proxies from the same configuration in the same order, so the n-th request for memory means the
 * same thing everywhere, and no names or sizes need be agreed upon.
 *
 * A balancer of one thread uses the same memory with itself as the only user.
 *
 * Not here: what is counted (`../account/`, `../backend/`, `../frontend/`), starting threads (`../threads/`).
 */
import { Count } from './count.ts';

/** Cells handed out of one piece of memory. */
const CHUNK_CELLS = 65_536;
const CELL_BYTES = 8;

/** What a thread needs to see the same memory; survives being posted to it. */
export interface MemoryHandout {
  readonly threadCount: number;
  readonly counts: readonly SharedArrayBuffer[];
  readonly counters: readonly SharedArrayBuffer[];
  readonly peaks: readonly SharedArrayBuffer[];
}

/** The part of the memory that counters are made of. */
export interface CounterMemory {
  /** A new count, at 0. */
  count(): Count;
  /** That many numbers of this thread's own, at 0; read by the control thread as sums over all threads. */
  counters(count: number): Float64Array;
  /** The same, read by the control thread as the highest of all threads. */
  peaks(count: number): Float64Array;
  /** That many whole numbers that all threads change together, by `Atomics` only; at 0. */
  together(count: number): Int32Array;
}

export class SharedMemory implements CounterMemory {
  /** Threads that carry traffic. */
  readonly threadCount: number;
  /** Which of them this is, from 0; null for a control thread, which carries none. */
  readonly thread: number | null;
  readonly #counts: Arena;
  readonly #counters: Columns;
  readonly #peaks: Columns;
  /** The control thread's, to take a dead thread's share out. */
  readonly #made: Count[] = [];
  readonly #perThread: Int32Array[] = [];

  private constructor(
    threadCount: number,
    thread: number | null,
    counts: Arena,
    counters: Columns,
    peaks: Columns,
  ) {
    this.threadCount = threadCount;
    this.thread = thread;
    this.#counts = counts;
    this.#counters = counters;
    this.#peaks = peaks;
  }

  /** Memory of a balancer of one thread. */
  static alone(): SharedMemory {
    return new SharedMemory(
      1,
      0,
      new Arena(),
      new Columns([new Arena()], null),
      new Columns([new Arena()], null),
    );
  }

  /** Memory for `threadCount` threads, as their control thread sees it. */
  static forThreads(threadCount: number): SharedMemory {
    const arenas = (): Arena[] => Array.from({ length: threadCount }, () => new Arena());
    return new SharedMemory(
      threadCount,
      null,
      new Arena(),
      new Columns(arenas(), addUp),
      new Columns(arenas(), findHighest),
    );
  }

  /** The same memory in thread number `thread`. */
  static attach(handout: MemoryHandout, thread: number): SharedMemory {
    return new SharedMemory(
      handout.threadCount,
      thread,
      new Arena(handout.counts),
      new Columns([new Arena(handout.counters)], null),
      new Columns([new Arena(handout.peaks)], null),
    );
  }

  /** For thread number `thread`; called when the control thread has built everything. */
  handout(thread: number): MemoryHandout {
    return {
      threadCount: this.threadCount,
      counts: this.#counts.chunks,
      counters: this.#counters.chunksOf(thread),
      peaks: this.#peaks.chunksOf(thread),
    };
  }

  /** A new count, at 0. */
  count(): Count {
    const count = new Count(this.together(Count.cellCount(this.threadCount)), this.threadCount, this.thread);
    if (this.thread === null) this.#made.push(count);
    return count;
  }

  counters(count: number): Float64Array {
    return this.#counters.take(count);
  }

  peaks(count: number): Float64Array {
    return this.#peaks.take(count);
  }

  together(count: number): Int32Array {
    const { buffer, offset } = this.#counts.take(count);
    return new Int32Array(buffer, offset * CELL_BYTES, count);
  }

  /** One whole number per thread, 0 where there is nothing to say; changed by `Atomics` only. */
  perThread(): Int32Array {
    const cells = this.together(this.threadCount);
    if (this.thread === null) this.#perThread.push(cells);
    return cells;
  }

  /** Brings the control thread's counters and peaks up to date; elsewhere they always are. */
  gather(): void {
    this.#counters.gather();
    this.#peaks.gather();
  }

  /** Thread number `thread` is dead: its `perThread` numbers are 0. Comes before `forget`. For the control thread. */
  silence(thread: number): void {
    for (const cells of this.#perThread) Atomics.store(cells, thread, 0);
  }

  /**
   * What a dead thread had taken of any count is free again. No other thread may hand it anything any more: those that saw its
   * numbers before `silence` must have finished what they were doing. For the control thread.
   */
  forget(thread: number): void {
    for (const count of this.#made) count.forget(thread);
  }
}

/** Pieces of memory handed out from the first cell to the last; made as needed, or found as another thread has made them. */
class Arena {
  readonly chunks: SharedArrayBuffer[];
  readonly #found: boolean;
  #chunk = -1;
  #usedCells = 0;
  #sizeCells = 0;

  constructor(found: readonly SharedArrayBuffer[] | null = null) {
    this.#found = found !== null;
    this.chunks = [...(found ?? [])];
  }

  take(count: number): { readonly buffer: SharedArrayBuffer; readonly offset: number } {
    if (this.#usedCells + count > this.#sizeCells) this.#turnPage(count);
    const buffer = this.chunks[this.#chunk];
    if (buffer === undefined) throw new Error('this thread has built more than its control thread');
    const offset = this.#usedCells;
    this.#usedCells += count;
    return { buffer, offset };
  }

  #turnPage(count: number): void {
    this.#chunk += 1;
    this.#usedCells = 0;
    this.#sizeCells = Math.max(count, CHUNK_CELLS);
    if (!this.#found) this.chunks.push(new SharedArrayBuffer(this.#sizeCells * CELL_BYTES));
  }
}

/** One piece of memory as the control thread has it. */
interface Gathered {
  /** The first thread's; the others' pieces begin and end with it. */
  readonly buffer: SharedArrayBuffer;
  /** What its counters are made of: everybody's cells combined. It may count in them itself. */
  readonly cells: Float64Array;
  /** What they came to the last time. */
  readonly last: Float64Array;
  /** What the control thread itself has counted. */
  readonly own: Float64Array;
  readonly parts: readonly Float64Array[];
  /** So many of them are handed out. */
  usedCells: number;
}

/** An arena per thread. Who sees all of them also has cells of its own for what they come to. */
class Columns {
  readonly #arenas: readonly Arena[];
  readonly #combine: Combine | null;
  /** Whole pieces, since there are counters by the hundred thousand. */
  readonly #gathered: Gathered[] = [];

  /** `combine` null: the one arena is this thread's own. */
  constructor(arenas: readonly Arena[], combine: Combine | null) {
    this.#arenas = arenas;
    this.#combine = combine;
  }

  take(count: number): Float64Array {
    const pieces = this.#arenas.map((arena) => arena.take(count));
    const [first] = pieces;
    if (first === undefined) throw new Error('no thread counts');
    const { buffer, offset } = first;
    if (this.#combine === null) return new Float64Array(buffer, offset * CELL_BYTES, count);
    let piece = this.#gathered.at(-1);
    if (piece?.buffer !== buffer) {
      piece = gatheredFrom(
        buffer,
        pieces.map((one) => new Float64Array(one.buffer)),
      );
      this.#gathered.push(piece);
    }
    piece.usedCells = offset + count;
    return piece.cells.subarray(offset, offset + count);
  }

  gather(): void {
    if (this.#combine === null) return;
    for (const one of this.#gathered) this.#combine(one);
  }

  chunksOf(thread: number): readonly SharedArrayBuffer[] {
    return this.#arenas[thread]?.chunks ?? [];
  }
}

function gatheredFrom(buffer: SharedArrayBuffer, parts: readonly Float64Array[]): Gathered {
  const size = buffer.byteLength / CELL_BYTES;
  const fresh = (): Float64Array => new Float64Array(size);
  return { buffer, cells: fresh(), last: fresh(), own: fresh(), parts, usedCells: 0 };
}

/** Brings `cells` up to date. */
type Combine = (gathered: Gathered) => void;

function addUp({ cells, last, own, parts, usedCells }: Gathered): void {
  for (let index = 0; index < usedCells; index += 1) {
    own[index] = (own[index] ?? 0) + (cells[index] ?? 0) - (last[index] ?? 0);
  }
  cells.set(own);
  for (const part of parts) {
    for (let index = 0; index < usedCells; index += 1) {
      cells[index] = (cells[index] ?? 0) + (part[index] ?? 0);
    }
  }
  last.set(cells);
}

function findHighest({ cells, parts, usedCells }: Gathered): void {
  for (const part of parts) {
    for (let index = 0; index < usedCells; index += 1) {
      cells[index] = Math.max(cells[index] ?? 0, part[index] ?? 0);
    }
  }
}
