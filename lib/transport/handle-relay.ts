/**
 * Two connections joined, on bare handles.
 *
 * Each direction: read -> write; while a write is pending the reading side is stopped, since the bytes are still in its buffer;
 * the reader's FIN goes out as ours once nothing is pending. A side whose both directions are over is closed at
 * once, without a `shutdown` before.
 *
 *     relaying --+-- both directions over --------------------------------> finished   `relayFinished`
 *                +-- a side broke --> broken --+-- closeAfterPending --> closing --> finished
 *                |                             |
 *                +-- closeAfterPending --------+
 *                +-- resetBoth, abandon (also out of broken and closing) --> silent   nothing is told
 *
 * Not here: when to end a relay, and whose fault it was (`../stream/`); numbers and stamps (`handle-side.ts`).
 */
import { getSystemErrorName } from 'node:util';
import type { HandleConnection } from './handle-connection.ts';
import { HandleSide } from './handle-side.ts';
import { PENDING, WRITTEN } from './handle-socket.ts';
import type { Relay, RelayHandler, SideName } from './transport.ts';

type Stage = 'relaying' | 'broken' | 'closing' | 'silent' | 'finished';

export class HandleRelay implements Relay {
  readonly client: HandleSide;
  readonly server: HandleSide;
  readonly #handler: RelayHandler;
  readonly #nowMs: () => number;
  #stage: Stage = 'relaying';

  /** Throws if a relay has one of the connections already. Tells nothing before it returns. */
  constructor(
    client: HandleConnection,
    server: HandleConnection,
    handler: RelayHandler,
    nowMs: () => number,
  ) {
    this.#handler = handler;
    this.#nowMs = nowMs;
    const startMs = nowMs();
    this.client = new HandleSide(this, 'client', client, startMs);
    this.server = new HandleSide(this, 'server', server, startMs);
    const fromClient = client.handTo(this.client);
    const fromServer = server.handTo(this.server);
    this.#start(this.client, fromClient, startMs);
    this.#start(this.server, fromServer, startMs);
  }

  /** For the sides. */
  get nowMs(): number {
    return this.#nowMs();
  }

  get open(): boolean {
    return !(this.client.socket.closed && this.server.socket.closed);
  }

  shutRead(name: SideName): void {
    const side = this[name];
    if (this.#stage !== 'relaying' || side.readEnded) return;
    side.socket.readStop();
    if (side.failure < 0) side.socket.broke(side.failure);
    else this.#endRead(side);
    this.#tellIfClosed();
  }

  resetBoth(): void {
    this.#stage = 'silent';
    this.client.socket.reset();
    this.server.socket.reset();
  }

  closeAfterPending(): void {
    if (this.#stage !== 'relaying' && this.#stage !== 'broken') return;
    this.#stage = 'closing';
    this.#closeOnceWritten(this.client);
    this.#closeOnceWritten(this.server);
    this.#tellIfClosed();
  }

  abandon(): void {
    this.#stage = 'silent';
    this.client.connection.release();
    this.server.connection.release();
  }

  /** For the sides: bytes came. True: they are with the kernel, the buffer is free. */
  sideRead(side: HandleSide, length: number): boolean {
    const nowMs = this.#nowMs();
    const other = this.#other(side);
    side.noteRead(length, nowMs);
    const outcome = other.socket.write(side.socket.space.bytesOf(length));
    if (outcome === WRITTEN) {
      other.noteWritten(nowMs);
      return true;
    }
    side.lend();
    if (outcome === PENDING) {
      other.noteBlocked(nowMs);
      side.readPaused = true;
    } else {
      this.sideWriteFailed(other, outcome);
    }
    return false;
  }

  /** For the sides: the peer's FIN came. */
  sideEnded(side: HandleSide): void {
    if (this.#stage !== 'relaying' || side.readEnded) return;
    if (side.failure < 0) side.socket.broke(side.failure);
    else this.#endRead(side);
    this.#finishIfClosed();
  }

  /** For the sides: what was pending is with the kernel. */
  sideDrained(side: HandleSide): void {
    const nowMs = this.#nowMs();
    side.noteWritten(nowMs);
    const outcome = this.#writeWaiting(side, nowMs);
    if (outcome === PENDING) return;
    const other = this.#other(side);
    other.socket.space.takeBack();
    if (outcome !== WRITTEN) this.sideWriteFailed(side, outcome);
    else if (this.#stage === 'closing') side.connection.release();
    else if (this.#stage === 'relaying') this.#goOn(side, other);
    this.#finishIfClosed();
  }

  /**
   * For the sides: what was written is not taken. Of a server that is gone the kernel may still have what it said before, such
   * as the early answer to a client that goes on sending: it is read to its end before the break is told.
   */
  sideWriteFailed(side: HandleSide, status: number): void {
    const hasMoreToSay = side === this.server && this.#stage === 'relaying' && !side.readEnded;
    if (!hasMoreToSay || !isGone(status)) {
      side.socket.broke(status);
      return;
    }
    side.fail(status);
    this.client.socket.readStop();
    this.client.readPaused = !this.client.readEnded;
  }

  /** For the sides: the socket broke and is closed. */
  sideBroke(side: HandleSide, code: string): void {
    if (this.#stage === 'relaying') {
      this.#stage = 'broken';
      this.#other(side).socket.readStop();
      this.#handler.relayBroken(side.name, code);
    } else {
      this.#tellIfClosed();
    }
  }

  /** For the sides: a descriptor was released late. */
  sideClosed(): void {
    this.#tellIfClosed();
  }

  /** For `tellIfClosed`, in its own turn. */
  finish(): void {
    if (this.#stage !== 'relaying' && this.#stage !== 'closing') return;
    this.#stage = 'finished';
    this.#handler.relayFinished();
  }

  #other(side: HandleSide): HandleSide {
    return side === this.client ? this.server : this.client;
  }

  #start(side: HandleSide, readAhead: Buffer[], nowMs: number): void {
    const { socket, connection } = side;
    const other = this.#other(side);
    for (const chunk of readAhead) side.noteRead(chunk.length, nowMs);
    if (readAhead.length > 0) {
      other.waiting = readAhead;
      this.#passReadAhead(side, other, nowMs);
    }
    // The owner hears of what happened before only when it holds the relay.
    if (socket.closed) process.nextTick(tellClosedBefore, side);
    else if (connection.peerEnded) process.nextTick(tellEnded, side);
    else if (!side.readPaused) socket.readStart();
    else socket.readStop();
  }

  #passReadAhead(side: HandleSide, other: HandleSide, nowMs: number): void {
    const outcome = other.socket.closed ? WRITTEN : this.#writeWaiting(other, nowMs);
    if (outcome === WRITTEN) return;
    side.lend();
    side.readPaused = true;
    if (outcome !== PENDING) process.nextTick(tellWriteFailed, other, outcome);
  }

  /** Writes what was read ahead for `side`; WRITTEN if nothing is left. */
  #writeWaiting(side: HandleSide, nowMs: number): number {
    if (side.waiting === null) return WRITTEN;
    for (let chunk = side.waiting.shift(); chunk !== undefined; chunk = side.waiting.shift()) {
      const outcome = side.socket.write(chunk);
      if (outcome === PENDING) side.noteBlocked(nowMs);
      if (outcome !== WRITTEN) return outcome;
      side.noteWritten(nowMs);
    }
    side.waiting = null;
    return WRITTEN;
  }

  /** `side` has taken everything: the other one is read again, or its end is passed on. */
  #goOn(side: HandleSide, other: HandleSide): void {
    other.readPaused = false;
    if (other.readEnded) this.#endWrite(side);
    else other.socket.readStart();
  }

  /** Nothing more comes from `side`: its peer ended, or the owner shut it. */
  #endRead(side: HandleSide): void {
    side.readEnded = true;
    side.readPaused = false;
    if (side.writeEnded) side.socket.close();
    this.#handler.relaySideEnded(side.name);
    // The owner may have ended the relay while it was told.
    if (this.#stage === 'relaying') this.#passEnd(this.#other(side));
  }

  #passEnd(side: HandleSide): void {
    if (!side.pending) this.#endWrite(side);
  }

  #endWrite(side: HandleSide): void {
    if (side.writeEnded) return;
    side.writeEnded = true;
    side.writeEndedMs = this.#nowMs();
    const { connection, socket } = side;
    const other = this.#other(side);
    if (!connection.lingers) {
      socket.reset();
      side.readEnded = true;
      this.#passEnd(other);
    } else if (side.readEnded) {
      socket.close();
    } else {
      socket.shutdown();
    }
    const over = side.readEnded && other.readEnded && other.writeEnded;
    if (!over && connection.lingers) this.#handler.relaySideShut(side.name);
  }

  #closeOnceWritten(side: HandleSide): void {
    const { connection, socket, pending } = side;
    socket.readStop();
    if (!pending || !connection.lingers) connection.release();
  }

  /** After something that libuv told, with nobody waiting for an answer. */
  #finishIfClosed(): void {
    if (!this.open) this.finish();
  }

  /** After something the owner did: the last thing told comes in a turn of its own. */
  #tellIfClosed(): void {
    if (!this.open && (this.#stage === 'relaying' || this.#stage === 'closing'))
      process.nextTick(finish, this);
  }
}

function tellClosedBefore(side: HandleSide): void {
  side.socketBroke('ERR_SOCKET_CLOSED');
}

function tellEnded(side: HandleSide): void {
  side.socketReadEnd();
}

function tellWriteFailed(side: HandleSide, status: number): void {
  if (!side.socket.closed) side.socketWriteFailed(status);
}

/** Whether a failed write means that no peer is there any more, so that reading comes to an end. */
function isGone(status: number): boolean {
  const code = getSystemErrorName(status);
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function finish(relay: HandleRelay): void {
  relay.finish();
}
