/**
 * What every probe is: one attempt to find out whether a server is alive.
 *
 *     run() --> attempting --result--> closing --> closed
 *                   |                     |          ^
 *                   |_______cancel()______|__________|
 *
 * Not here: the attempts themselves (`connect.ts`, and later scripted, HTTP, protocol and agent probes), which one a
 * configuration asks for (`probes.ts`), when they are made (`check.ts`).
 */
import type { CheckResult } from './result.ts';

/** Where a probe goes: an IP address and port, or the path of a unix socket. */
export type ProbeAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** Milliseconds above 0. */
export interface ProbeTimeouts {
  /** From the start until the connection stands, TLS included. */
  readonly connectMs: number;
  /** For each answer after that; 0: the whole attempt must end within `connectMs`. */
  readonly readMs: number;
}

/** One attempt; whoever started it must let it end or cancel it. */
export interface RunningProbe {
  /**
   * Lets go of every socket and timer at once. Before the result: there will be none. After it: cuts short what was
   * still being closed politely. Doing it twice does nothing.
   */
  cancel(): void;
}

export interface Probe {
  /**
   * Begins one attempt. `done` is called exactly once unless the attempt is cancelled first, never before `run` has
   * returned, and never later than the timeouts allow. Failures of the server are results, never exceptions.
   */
  run(address: ProbeAddress, timeouts: ProbeTimeouts, done: (result: CheckResult) => void): RunningProbe;
}
