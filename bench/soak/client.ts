/**
 * One session from the client's side, by its script.
 *
 * Not here: which sessions there are (`lanes.ts`), whether the outcome is right (`verdict.ts`).
 */
import * as net from 'node:net';
import { HOST } from '../../test/system/help/network.ts';
import { Exchange, type Outcome, readHead } from './exchange.ts';
import { encodeScript, type Script } from './script.ts';

/** How a session went, as the client saw it. */
export interface Served {
  readonly script: Script;
  /** Letter of the server; null: it never said it. */
  readonly serverName: string | null;
  /** Null: broken before the server had said its letter. */
  readonly outcome: Outcome | null;
  /** Why, then. */
  readonly reason: string;
  readonly startedMs: number;
  readonly endedMs: number;
}

/** One session to its end; never rejects. `hold` waits while the script wants silence, and may cut that short. */
export function runSession(
  port: number,
  pattern: Buffer,
  script: Script,
  hold: (ms: number) => Promise<void>,
): Promise<Served> {
  const startedMs = performance.now();
  const { up, down, offset, waits, slow, pauseMs, resets, resetAfterBytes, holdMs } = script;
  const task = {
    sends: { bytes: up, offset },
    receives: { bytes: down, offset: offset + 1 },
    waits: waits === 'client',
    pauseMs: slow === 'client' ? pauseMs : 0,
    resetAfterBytes: resets === 'client' ? resetAfterBytes : null,
  };
  return new Promise((resolve) => {
    const over = (serverName: string | null, outcome: Outcome | null, reason: string): void =>
      resolve({ script, serverName, outcome, reason, startedMs, endedMs: performance.now() });
    const socket = net.connect({ port, host: HOST, allowHalfOpen: true, noDelay: true });
    socket.write(encodeScript(script));
    const lead = (head: Buffer, rest: Buffer): void => {
      const name = head.toString();
      const exchange = new Exchange(socket, pattern, task, rest, (outcome) =>
        over(name, outcome, outcome.reason),
      );
      if (holdMs === 0) exchange.begin();
      else void hold(holdMs).then(() => exchange.begin());
    };
    readHead(socket, 1, lead, (reason) => over(null, null, reason));
  });
}
