/**
 * Orders events in tests without sleeping: a gate that opens once, a journal of what happened that can be waited on.
 *
 * Not here: whether a proxy has come to rest (`settled.ts`), scripted peers (`peer.ts`).
 */

/** How long a wait may take before it fails with a message; long enough for a slow machine, never waited out in a green run. */
export const PATIENCE_MS = 10_000;

/**
 * Fails `promise` with `message()` when it takes longer than `patienceMs`: a hanging test then says what it
 * was waiting for.
 */
export async function within<T>(
  promise: Promise<T>,
  message: () => string,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${patienceMs} ms for ${message()}`)), patienceMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Opens once, with a value; whoever waits before or after gets that value. */
export class Gate<T = void> {
  readonly #name: string;
  readonly #promise: Promise<T>;
  #resolve: (value: T) => void = () => {};
  #open = false;

  /** `name` is what a wait that takes too long reports. */
  constructor(name = 'a gate') {
    this.#name = name;
    this.#promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Opens the gate; a second time does nothing. */
  open(value: T): void {
    this.#open = true;
    this.#resolve(value);
  }

  /** Waits until the gate is open. */
  passed(): Promise<T> {
    return within(this.#promise, () => this.#name);
  }
}

/** What happened, in order; tests wait until an entry is there instead of sleeping. */
export class Journal<T = string> {
  readonly #entries: T[] = [];
  readonly #looks = new Set<() => void>();

  get entries(): readonly T[] {
    return this.#entries;
  }

  get count(): number {
    return this.#entries.length;
  }

  note(entry: T): void {
    this.#entries.push(entry);
    for (const look of this.#looks) look();
  }

  /** The first entry, from `fromIndex` on, that is `wanted` or satisfies it; waits for it. */
  async until(wanted: T | ((entry: T) => boolean), fromIndex = 0): Promise<T> {
    const fits =
      typeof wanted === 'function' ? (wanted as (entry: T) => boolean) : (entry: T) => entry === wanted;
    await this.#wait(
      () => this.#entries.slice(fromIndex).some(fits),
      () =>
        `${typeof wanted === 'function' ? 'a fitting entry' : JSON.stringify(wanted)} in ${this.#shown()}`,
    );
    return this.#entries.slice(fromIndex).find(fits) as T;
  }

  /** Waits until there are at least `count` entries. */
  reached(count: number): Promise<void> {
    return this.#wait(
      () => this.#entries.length >= count,
      () => `${count} entries in ${this.#shown()}`,
    );
  }

  async #wait(satisfied: () => boolean, message: () => string): Promise<void> {
    if (satisfied()) return;
    let look = (): void => {};
    const come = new Promise<void>((resolve) => {
      look = () => {
        if (satisfied()) resolve();
      };
    });
    this.#looks.add(look);
    try {
      await within(come, message);
    } finally {
      this.#looks.delete(look);
    }
  }

  #shown(): string {
    return JSON.stringify(this.#entries.slice(-20));
  }
}

/**
 * Turns of the event loop in which pending socket events of this process are delivered. Only for "nothing more
 * comes": what must come is waited for by its own event.
 */
export async function turns(count = 5): Promise<void> {
  for (let left = count; left > 0; left -= 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
