/**
 * From the first sign to stop to the exit status (HAProxy management guide 4):
 *
 *   running  --SIGINT, SIGTERM--> stopping: no new clients; sessions end or are cut at hard-stop-after (30 s if unset)
 *   running  --SIGUSR1----------> draining: after `grace` no new clients; sessions end, cut only if hard-stop-after is set
 *   stopping, draining --SIGINT, SIGTERM--> cutting: all sessions are cut, exit as killed by the signal
 *   cutting  --SIGINT, SIGTERM--> (dies of it)
 *
 * Exit status 0 once the last session has ended, in stopping and draining alike.
 *
 * Not here: catching signals (`signals.ts`), closing listeners and sessions (`../load-balancer.ts`).
 */
import type { Clock } from '../time/clock.ts';
import { EXIT_CODES } from './exit-codes.ts';
import type { Messages } from './messages.ts';
import type { SignalName, Signals } from './signals.ts';

/** Time for sessions to end where `hard-stop-after` says nothing. */
export const DEFAULT_HARD_STOP_MS = 30_000;

/** What is stopped: the part of a load balancer that is used here. */
export interface Stoppable {
  /** Stops accepting once `graceMs` are over, and says so at once to whoever asks for readiness. */
  drain(options: { readonly graceMs: number }): unknown;
  /** Stops accepting, resolves when all sessions have ended; cuts them after `drainMs`. */
  close(options: { readonly drainMs: number }): Promise<unknown>;
}

export interface StopOptions {
  readonly graceMs: number;
  /** 0: not given. */
  readonly hardStopAfterMs: number;
  readonly clock: Clock;
  readonly messages: Messages;
  /** For SIGHUP. */
  readonly showStates: () => void;
}

/** What HAProxy does on these has no counterpart here; the sentence says so. */
const withoutEffect: Readonly<Partial<Record<SignalName, string>>> = {
  SIGUSR2: 'SIGUSR2: reloading is not available in this version; start a new process instead',
  SIGQUIT: 'SIGQUIT: there are no memory pools to show; see process_* and nodejs_* in the metrics',
  SIGTTOU: 'SIGTTOU: listeners cannot be paused; SIGUSR1 closes them',
  SIGTTIN: 'SIGTTIN: listeners are never paused',
};

/** Takes the signals over; resolves with the exit status once `target` has ended because of one. */
export function untilStopped(target: Stoppable, signals: Signals, options: StopOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const stop = new Stop(target, signals, options, { resolve, reject });
    signals.attach((signal) => stop.caught(signal));
  });
}

interface Outcome {
  resolve(exitCode: number): void;
  reject(reason: unknown): void;
}

class Stop {
  readonly #target: Stoppable;
  readonly #signals: Signals;
  readonly #options: StopOptions;
  readonly #outcome: Outcome;
  #state: 'running' | 'draining' | 'stopping' | 'cutting' = 'running';
  #exitCode: number = EXIT_CODES.ok.code;

  constructor(target: Stoppable, signals: Signals, options: StopOptions, outcome: Outcome) {
    this.#target = target;
    this.#signals = signals;
    this.#options = options;
    this.#outcome = outcome;
  }

  caught(signal: SignalName): void {
    if (signal === 'SIGINT' || signal === 'SIGTERM') this.#stop(signal);
    else if (signal === 'SIGUSR1') this.#drain();
    else if (signal === 'SIGHUP') this.#options.showStates();
    else this.#options.messages.notice(withoutEffect[signal] ?? signal);
  }

  #stop(signal: 'SIGINT' | 'SIGTERM'): void {
    if (this.#state === 'cutting') {
      this.#signals.dieOf(signal);
    } else if (this.#state === 'running') {
      this.#state = 'stopping';
      this.#close(this.#options.hardStopAfterMs || DEFAULT_HARD_STOP_MS);
    } else {
      this.#state = 'cutting';
      this.#exitCode = signal === 'SIGINT' ? EXIT_CODES.interrupted.code : EXIT_CODES.terminated.code;
      this.#close(0);
    }
  }

  #drain(): void {
    if (this.#state !== 'running') return;
    this.#state = 'draining';
    const { graceMs, hardStopAfterMs, clock } = this.#options;
    this.#target.drain({ graceMs });
    clock.after(graceMs, () => {
      if (this.#state === 'draining') this.#close(hardStopAfterMs || Infinity);
    });
  }

  /** A later call with a shorter time overtakes the earlier one; whichever ends first, the exit status is the last one set. */
  #close(drainMs: number): void {
    this.#target.close({ drainMs }).then(
      () => this.#outcome.resolve(this.#exitCode),
      (reason: unknown) => this.#outcome.reject(reason),
    );
  }
}
