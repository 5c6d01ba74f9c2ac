/**
 * What was started by a part of the bench, and is ended with it.
 *
 * Not here: what is started.
 */
import type { Owner } from '../../test/system/help/process.ts';

/** Ends what was started, last first. */
export class Started implements Owner {
  readonly #callbacks: (() => unknown)[] = [];

  teardown(callback: () => unknown): void {
    this.#callbacks.unshift(callback);
  }

  async end(): Promise<void> {
    for (const callback of this.#callbacks.splice(0)) await callback();
  }
}
