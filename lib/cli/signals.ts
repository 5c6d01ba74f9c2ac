/**
 * The process's signals, caught from the first moment on and handed to whoever serves.
 *
 *   starting --SIGINT, SIGTERM--> (dies of it: nothing is served yet)
 *   starting --attach--> attached: every signal goes to the handler
 *
 * SIGUSR1 is HAProxy's soft stop, and it is what makes Node open its debugger. A handler of our own prevents that,
 * so `main.ts` makes this object before it loads anything else. This file therefore imports nothing.
 *
 * Not here: what a signal does to the balancer (`serve.ts`).
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

/** Catches every handled signal from its construction to `release`. */
export class Signals {
  readonly #source: SignalSource;
  readonly #listeners = new Map<SignalName, () => void>();
  #handler: ((signal: SignalName) => void) | null = null;
  #softStopWanted = false;

  constructor(source: SignalSource) {
    this.#source = source;
    for (const signal of HANDLED_SIGNALS) {
      const listener = (): void => this.#caught(signal);
      this.#listeners.set(signal, listener);
      source.on(signal, listener);
    }
  }

  /** From now on signals go to `handler`; a SIGUSR1 that came during the start is handed over at once. */
  attach(handler: (signal: SignalName) => void): void {
    this.#handler = handler;
    if (!this.#softStopWanted) return;
    this.#softStopWanted = false;
    handler('SIGUSR1');
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

  #caught(signal: SignalName): void {
    if (this.#handler !== null) this.#handler(signal);
    else if (signal === 'SIGINT' || signal === 'SIGTERM') this.dieOf(signal);
    else if (signal === 'SIGUSR1') this.#softStopWanted = true;
  }

  #release(signal: SignalName): void {
    const listener = this.#listeners.get(signal);
    if (listener === undefined) return;
    this.#listeners.delete(signal);
    this.#source.removeListener(signal, listener);
  }
}
