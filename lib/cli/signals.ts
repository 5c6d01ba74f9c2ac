/**
 * The process's signals, most of them caught from the first moment on, and handed to whoever serves.
 *
 *   reading --SIGINT, SIGTERM--> (dies of it: nothing is bound yet)
 *   reading --hold--> binding: SIGINT and SIGTERM are kept
 *   reading, binding --attach--> attached: kept signals and every further one go to the handler
 *
 * SIGINT and SIGTERM are the system's own matter at first: a handler would have to wait until a long configuration has
 * been read. SIGUSR1 is kept from the beginning. It is HAProxy's soft stop, and it is what makes Node open its debugger; a
 * handler of our own prevents that, so `main.ts` makes this object before it loads anything else. This file therefore
 * imports nothing.
 *
 * Not here: what a signal does to the balancer (`stop.ts`).
 */

/** Signals with a meaning in HAProxy (manual 3.4 "signals", management guide 4). */
export const HANDLED_SIGNALS = [
  'SIGINT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGHUP',
  'SIGQUIT',
  'SIGTTOU',
  'SIGTTIN',
] as const;

export type SignalName = (typeof HANDLED_SIGNALS)[number];

/** The part of `process` that is used here. */
export interface SignalSource {
  readonly pid: number;
  on(signal: SignalName, listener: () => void): unknown;
  removeListener(signal: SignalName, listener: () => void): unknown;
  kill(pid: number, signal: SignalName): unknown;
}

/** Those whose default is right until something is bound. */
const deadly: readonly SignalName[] = ['SIGINT', 'SIGTERM'];

/** Catches signals from its construction to `release`. */
export class Signals {
  readonly #source: SignalSource;
  readonly #listeners = new Map<SignalName, () => void>();
  #handler: ((signal: SignalName) => void) | null = null;
  /** Signals that ask for an end, in their order. */
  #kept: SignalName[] = [];

  constructor(source: SignalSource) {
    this.#source = source;
    for (const signal of HANDLED_SIGNALS) {
      if (!deadly.includes(signal)) this.#catch(signal);
    }
  }

  /** A SIGUSR1 that came before this object was there, and was seen by what it did. */
  noteMissedSoftStop(): void {
    this.#caught('SIGUSR1');
  }

  /** From now on SIGINT and SIGTERM are kept for `attach` too, instead of ending the process. */
  hold(): void {
    for (const signal of deadly) this.#catch(signal);
  }

  /** From now on signals go to `handler`, those first that ask for an end and came before. */
  attach(handler: (signal: SignalName) => void): void {
    this.hold();
    this.#handler = handler;
    const kept = this.#kept;
    this.#kept = [];
    for (const signal of kept) handler(signal);
  }

  /** Ends the process as `signal` does to a program that does not catch it. */
  dieOf(signal: SignalName): void {
    this.#release(signal);
    this.#source.kill(this.#source.pid, signal);
  }

  /** Gives all signals back to Node's defaults. */
  release(): void {
    for (const signal of HANDLED_SIGNALS) this.#release(signal);
  }

  #catch(signal: SignalName): void {
    // To release and catch again would leave a moment in which the signal kills.
    if (this.#listeners.has(signal)) return;
    const listener = (): void => this.#caught(signal);
    this.#listeners.set(signal, listener);
    this.#source.on(signal, listener);
  }

  #caught(signal: SignalName): void {
    if (this.#handler !== null) this.#handler(signal);
    else if (signal === 'SIGUSR1' || deadly.includes(signal)) this.#kept.push(signal);
  }

  #release(signal: SignalName): void {
    const listener = this.#listeners.get(signal);
    if (listener === undefined) return;
    this.#listeners.delete(signal);
    this.#source.removeListener(signal, listener);
  }
}
