/**
 * Tells when files have changed: by looking at them, since what the system would tell depends on how they are replaced (renamed, written
 * over, a link turned) and is missing on network file systems.
 *
 *     same --a file differs--> changing --nothing has moved since the last look--> told --> same
 *
 * Waiting for one quiet look keeps a certificate from being read before its key has come. A look is a few system calls, made for a part of the
 * files where there are many.
 *
 * Not here: what is done then (`bind-contexts.ts`).
 */
import { statSync } from 'node:fs';
import type { Clock, Timer } from '../time/clock.ts';

/** A look every second, at so many files: a thousand are seen within 16 seconds. */
const LOOK_MS = 1000;
const FILES_PER_LOOK = 64;

export class FileWatch {
  readonly #changed: () => void;
  readonly #timer: Timer;
  #stamps = new Map<string, string>();
  #changing = false;
  #next = 0;

  /** Looks until `stop`; `changed` is told once things are quiet again. */
  constructor(clock: Clock, files: readonly string[], changed: () => void) {
    this.#changed = changed;
    this.watch(files);
    this.#timer = clock.every(LOOK_MS, () => this.#look());
  }

  /** From now on these. One that was looked at before may have changed again since. */
  watch(files: readonly string[]): void {
    this.#stamps = new Map(files.map((file) => [file, this.#stamps.get(file) ?? stampOf(file)]));
    this.#next = 0;
  }

  stop(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const moved = this.#changing ? this.#differing(this.#stamps.size) : this.#differing(FILES_PER_LOOK);
    if (moved) {
      this.#changing = true;
    } else if (this.#changing) {
      this.#changing = false;
      this.#changed();
    }
  }

  /** Looks at the next so many files. */
  #differing(count: number): boolean {
    const files = [...this.#stamps.keys()];
    let differs = false;
    for (let left = Math.min(count, files.length); left > 0; left -= 1) {
      const file = files[this.#next % files.length] ?? '';
      const stamp = stampOf(file);
      differs ||= stamp !== this.#stamps.get(file);
      this.#stamps.set(file, stamp);
      this.#next = (this.#next + 1) % files.length;
    }
    return differs;
  }
}

/** What changes with a file, whether it is written over or replaced; empty: it is not there. */
function stampOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? '' : `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
}
