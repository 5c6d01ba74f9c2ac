/**
 * One end of a session: sends its passage, reads the other's and compares every byte, pauses, ends and resets as the
 * script says. Client and server are the same but for what comes first.
 *
 *     head --the other's head is complete--> exchanging --both directions ended, or broken, or reset--> over
 *
 * Not here: what the script is (`script.ts`), whether the outcome is right (`verdict.ts`).
 */
import type { Socket } from 'node:net';
import { type Passage, Reader } from './content.ts';

/** How an end saw its session. */
export interface Outcome {
  /** `complete`: everything was sent and read, and both directions ended. `reset`: by this end, as told. */
  readonly how: 'complete' | 'reset' | 'broken';
  /** What was wrong with the bytes; null: nothing. */
  readonly fault: string | null;
  /** Why it broke; empty otherwise. */
  readonly reason: string;
  readonly sentBytes: number;
  readonly sentHash: string;
  readonly receivedBytes: number;
  readonly receivedHash: string;
}

export interface ExchangeTask {
  readonly sends: Passage;
  readonly receives: Passage;
  /** Says nothing before the other end has ended. */
  readonly waits: boolean;
  /** After every 64 KiB read; 0: none. */
  readonly pauseMs: number;
  /** Bytes sent and received; null: never. */
  readonly resetAfterBytes: number | null;
}

const PIECE_BYTES = 65_536;

export class Exchange {
  readonly #socket: Socket;
  readonly #task: ExchangeTask;
  readonly #sent: Reader;
  readonly #received: Reader;
  readonly #over: (outcome: Outcome) => void;
  #fault: string | null = null;
  #reason = '';
  #otherEnded = false;
  #reset = false;
  #sincePause = 0;

  /** `first`: what was read behind the head. `over` is called once, when the socket is closed. */
  constructor(
    socket: Socket,
    pattern: Buffer,
    task: ExchangeTask,
    first: Buffer,
    over: (outcome: Outcome) => void,
  ) {
    this.#socket = socket;
    this.#task = task;
    this.#sent = new Reader(pattern, task.sends);
    this.#received = new Reader(pattern, task.receives);
    this.#over = over;
    socket.on('error', (error: NodeJS.ErrnoException) => (this.#reason = error.code ?? error.message));
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('end', () => this.#ended());
    socket.on('close', () => this.#closed());
    if (first.length > 0) this.#read(first);
  }

  /** Begins to send, unless it has to wait for the other one's end. */
  begin(): void {
    if (!this.#task.waits) this.#send();
  }

  #send(): void {
    const socket = this.#socket;
    while (!this.#sent.done && socket.writable) {
      const whole = socket.write(this.#sent.take(Math.min(PIECE_BYTES, this.#beforeReset())));
      if (this.#resetIfTime()) return;
      if (!whole) {
        socket.once('drain', () => this.#send());
        return;
      }
    }
    if (socket.writable) socket.end();
  }

  #read(chunk: Buffer): void {
    if (this.#reset) return;
    this.#fault ??= this.#received.compare(chunk);
    this.#sincePause += chunk.length;
    if (this.#resetIfTime()) return;
    if (this.#task.pauseMs === 0 || this.#sincePause < PIECE_BYTES) return;
    this.#sincePause = 0;
    this.#socket.pause();
    setTimeout(() => this.#socket.resume(), this.#task.pauseMs);
  }

  #ended(): void {
    this.#otherEnded = true;
    if (this.#task.waits) this.#send();
  }

  /** Bytes that may still pass before the reset; 1 at least. */
  #beforeReset(): number {
    const { resetAfterBytes } = this.#task;
    const passed = this.#sent.position + this.#received.position;
    return resetAfterBytes === null ? Number.POSITIVE_INFINITY : Math.max(1, resetAfterBytes - passed);
  }

  #resetIfTime(): boolean {
    const { resetAfterBytes } = this.#task;
    const passed = this.#sent.position + this.#received.position;
    if (resetAfterBytes === null || passed < resetAfterBytes) return this.#reset;
    this.#reset = true;
    const { writableEnded, writableFinished } = this.#socket;
    // While the end is on its way out libuv refuses to reset, and Node then never tells of the close.
    if (writableEnded && !writableFinished) this.#socket.once('finish', () => this.#socket.resetAndDestroy());
    else this.#socket.resetAndDestroy();
    return true;
  }

  #closed(): void {
    const { sends, receives } = this.#task;
    const [sentBytes, receivedBytes] = [this.#sent.position, this.#received.position];
    const complete =
      this.#reason === '' &&
      this.#otherEnded &&
      sentBytes === sends.bytes &&
      receivedBytes === receives.bytes;
    this.#over({
      how: this.#reset ? 'reset' : complete ? 'complete' : 'broken',
      fault: this.#fault,
      reason: complete || this.#reset ? '' : this.#reason || 'ended early',
      sentBytes,
      sentHash: this.#sent.digest(),
      receivedBytes,
      receivedHash: this.#received.digest(),
    });
  }
}

/**
 * Reads so many bytes first, then hands over what is behind them. Calls `failed` with the reason if the connection is over
 * before.
 */
export function readHead(
  socket: Socket,
  bytes: number,
  complete: (head: Buffer, rest: Buffer) => void,
  failed: (reason: string) => void,
): void {
  let seen = Buffer.alloc(0);
  let reason = 'ended before its head';
  const error = (cause: NodeJS.ErrnoException): void => {
    reason = cause.code ?? cause.message;
  };
  const close = (): void => failed(reason);
  const read = (chunk: Buffer): void => {
    seen = Buffer.concat([seen, chunk]);
    if (seen.length < bytes) return;
    socket.off('data', read);
    socket.off('error', error);
    socket.off('close', close);
    socket.off('end', end);
    complete(seen.subarray(0, bytes), seen.subarray(bytes));
  };
  // With half-open connections nobody else would end our direction.
  const end = (): void => void socket.end();
  socket.on('error', error);
  socket.on('close', close);
  socket.on('end', end);
  socket.on('data', read);
}
