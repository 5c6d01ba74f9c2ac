/**
 * Lines on their way to a target, in bounded memory: whoever writes a line never waits. Lines of one turn of the event
 * loop go out together, and where a batch costs much more than a line (a file is written by another thread) those of some
 * milliseconds: the first line after a silence goes at once. While a batch is under way the next ones wait, up to a limit,
 * beyond which they are dropped and counted.
 *
 *     idle --write--> gathering --turn or time ends--> writing --done--> idle, or gathering if lines came meanwhile
 *     any --close--> closing --all written, or patience over--> closed (a write is then a drop)
 *
 * Not here: how bytes reach the target (the sinks), what a line says.
 */
import type { Clock, Timer } from '../../time/clock.ts';

/** Where batches go. Sinks do not throw: what they cannot deliver they report as lost. */
export interface LineSink {
  /** Milliseconds from one batch to the next at least; 0: a batch costs no more than its lines. */
  readonly batchMs: number;
  /** Called once, before any `write`; `lost` may be called at any time with a number of lines that did not arrive. */
  start(lost: (lineCount: number) => void): void;
  /** Delivers whole lines, each with its line feed; `done` is called once, later or at once. */
  write(lines: readonly string[], done: () => void): void;
  /** Lets the descriptor, socket or helper go. What is still under way may be cut off. */
  close(): void;
}

/** Something that counts the lines it could not deliver, under the name metrics give it. */
export interface DropCounter {
  readonly name: string;
  readonly droppedCount: number;
}

export interface LineWriterOptions {
  /** Most characters that may wait; 1 Mi unless given. */
  readonly limitCharacters?: number;
}

const LIMIT_CHARACTERS = 1024 * 1024;
const CLOSE_PATIENCE_MS = 1000;

export class LineWriter implements DropCounter {
  readonly name: string;
  readonly #sink: LineSink;
  readonly #clock: Clock;
  readonly #limitCharacters: number;
  #lines: string[] = [];
  #waitingCharacters = 0;
  #underWayCount = 0;
  #underWayCharacters = 0;
  #gathering = false;
  #timer: Timer | null = null;
  #sentMs = Number.NEGATIVE_INFINITY;
  #closed = false;
  #droppedCount = 0;
  #whenIdle: (() => void) | null = null;

  constructor(name: string, sink: LineSink, clock: Clock, options: LineWriterOptions = {}) {
    this.name = name;
    this.#sink = sink;
    this.#clock = clock;
    this.#limitCharacters = options.limitCharacters ?? LIMIT_CHARACTERS;
    sink.start((lineCount) => {
      this.#droppedCount += lineCount;
    });
  }

  /** Lines that will never arrive. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** Takes one line with its line feed. */
  write(line: string): void {
    const heldCharacters = this.#waitingCharacters + this.#underWayCharacters;
    if (this.#closed || heldCharacters + line.length > this.#limitCharacters) {
      this.#droppedCount += 1;
      return;
    }
    this.#lines.push(line);
    this.#waitingCharacters += line.length;
    this.#gather();
  }

  /** Gives what waits a second to go out, counts the rest as dropped and closes the sink. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#send();
    if (this.#lines.length > 0 || this.#underWayCount > 0) await this.#idle();
    this.#droppedCount += this.#lines.length + this.#underWayCount;
    this.#lines = [];
    this.#sink.close();
  }

  #gather(): void {
    if (this.#gathering || this.#underWayCount > 0) return;
    this.#gathering = true;
    const { batchMs } = this.#sink;
    const waitMs = batchMs === 0 ? 0 : this.#sentMs + batchMs - this.#clock.nowMs();
    if (waitMs > 0) this.#timer = this.#clock.after(waitMs, this.#gathered);
    else setImmediate(this.#gathered);
  }

  readonly #gathered = (): void => {
    this.#gathering = false;
    this.#timer = null;
    this.#send();
  };

  #send(): void {
    if (this.#underWayCount > 0 || this.#lines.length === 0) return;
    this.#sentMs = this.#clock.nowMs();
    const lines = this.#lines;
    this.#lines = [];
    this.#underWayCount = lines.length;
    this.#underWayCharacters = this.#waitingCharacters;
    this.#waitingCharacters = 0;
    this.#sink.write(lines, () => {
      this.#underWayCount = 0;
      this.#underWayCharacters = 0;
      if (this.#lines.length === 0) this.#whenIdle?.();
      else if (this.#closed || this.#sink.batchMs === 0) this.#send();
      else this.#gather();
    });
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(CLOSE_PATIENCE_MS, resolve);
      this.#whenIdle = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
