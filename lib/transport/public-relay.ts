/**
 * Two connections joined, on Node's public API.
 *
 * Each direction: read -> write; while a write is pending the reading side is paused; the reader's FIN goes out as ours
 * once nothing is pending. A side whose both directions are over is closed at once, without a `shutdown` before.
 * How much of a pending chunk is already with the kernel Node does not tell, so `blockedSinceMs` stands until the
 * whole of it (one read, at most 64 KiB) is.
 *
 *     relaying --+-- both directions over --------------------------------> finished   `relayFinished`
 *                +-- a side broke --> broken --+-- closeAfterPending --> closing --> finished
 *                |                             |
 *                +-- closeAfterPending --------+
 *                +-- resetBoth, abandon (also out of broken and closing) --> silent   nothing is told
 *
 * Not here: when to end a relay, and whose fault it was (`../stream/`).
 */
import type { Relay, RelayHandler, RelaySide, SideName } from './transport.ts';
import type { PublicConnection } from './public-connection.ts';
import { closeSocket, SocketOwner, takeReadAhead, writeTo } from './public-socket.ts';

type Stage = 'relaying' | 'broken' | 'closing' | 'silent' | 'finished';

/** One side's numbers and its socket's ears; what an event means is the relay's business. */
class Side extends SocketOwner implements RelaySide {
  readonly name: SideName;
  readonly connection: PublicConnection;
  readonly #relay: PublicRelay;
  bytesRead = 0;
  lastReadMs: number;
  lastWriteMs: number;
  firstReadMs = 0;
  blockedSinceMs = 0;
  writeEndedMs = 0;
  readPaused = false;
  readEnded = false;
  /** Our FIN, or RST in its place, has been sent. */
  writeEnded = false;
  closed: boolean;

  constructor(relay: PublicRelay, name: SideName, connection: PublicConnection, nowMs: number) {
    super();
    this.#relay = relay;
    this.name = name;
    this.connection = connection;
    this.lastReadMs = nowMs;
    this.lastWriteMs = nowMs;
    this.closed = connection.closed;
  }

  /** Bytes wait because the peer does not read. */
  get pending(): boolean {
    return this.connection.socket.writableLength > 0;
  }

  override socketRead(chunk: Buffer): void {
    this.#relay.sideRead(this, chunk);
  }
  override socketReadEnd(): void {
    this.#relay.sideEnded(this);
  }
  override socketDrained(): void {
    this.#relay.sideDrained(this);
  }
  override socketBroke(code: string): void {
    this.#relay.sideBroke(this, code);
  }
  override socketClosed(): void {
    this.closed = true;
    this.#relay.sideClosed();
  }
}

export class PublicRelay implements Relay {
  readonly client: Side;
  readonly server: Side;
  readonly #handler: RelayHandler;
  readonly #nowMs: () => number;
  #stage: Stage = 'relaying';

  /** Throws if a relay has one of the connections already. Tells nothing before it returns. */
  constructor(
    client: PublicConnection,
    server: PublicConnection,
    handler: RelayHandler,
    nowMs: () => number,
  ) {
    this.#handler = handler;
    this.#nowMs = nowMs;
    const startMs = nowMs();
    this.client = new Side(this, 'client', client, startMs);
    this.server = new Side(this, 'server', server, startMs);
    const fromClient = client.handTo(this.client);
    const fromServer = server.handTo(this.server);
    this.#start(this.client, fromClient);
    this.#start(this.server, fromServer);
  }

  get open(): boolean {
    return !(this.client.closed && this.server.closed);
  }

  shutRead(name: SideName): void {
    const side = this[name];
    if (this.#stage !== 'relaying' || side.readEnded) return;
    this.#takeReadAhead(side);
    this.#endRead(side);
  }

  resetBoth(): void {
    this.#stage = 'silent';
    this.client.connection.resetNow();
    this.server.connection.resetNow();
  }

  closeAfterPending(): void {
    if (this.#stage !== 'relaying' && this.#stage !== 'broken') return;
    if (this.#stage === 'relaying') {
      this.#takeReadAhead(this.client);
      this.#takeReadAhead(this.server);
    }
    this.#stage = 'closing';
    this.#closeOnceWritten(this.client);
    this.#closeOnceWritten(this.server);
    // Both broke before the owner answered: no event will come any more.
    if (!this.open) process.nextTick(tellClosed, this);
  }

  abandon(): void {
    this.#stage = 'silent';
    this.client.connection.release();
    this.server.connection.release();
  }

  /** For the sides: bytes came. */
  sideRead(side: Side, chunk: Buffer): void {
    if (this.#stage !== 'relaying' || side.readEnded) return;
    const nowMs = this.#nowMs();
    side.bytesRead += chunk.length;
    side.lastReadMs = nowMs;
    if (side.firstReadMs === 0) side.firstReadMs = nowMs;
    const other = this.#other(side);
    if (writeTo(other.connection.socket, chunk)) {
      other.lastWriteMs = nowMs;
      return;
    }
    if (other.blockedSinceMs === 0) other.blockedSinceMs = nowMs;
    side.readPaused = true;
    side.connection.socket.pause();
  }

  /** For the sides: the peer's FIN came. */
  sideEnded(side: Side): void {
    if (this.#stage === 'relaying' && !side.readEnded) this.#endRead(side);
  }

  /** For the sides: what was pending is with the kernel. */
  sideDrained(side: Side): void {
    side.blockedSinceMs = 0;
    side.lastWriteMs = this.#nowMs();
    if (this.#stage === 'closing' || this.#stage === 'silent') side.connection.release();
    if (this.#stage !== 'relaying') return;
    const other = this.#other(side);
    if (other.readEnded) {
      this.#endWrite(side);
    } else {
      other.readPaused = false;
      other.connection.socket.resume();
    }
  }

  /** For the sides: the socket broke and is closing by itself. */
  sideBroke(side: Side, code: string): void {
    // A side with TLS is a few turns of the loop in closing.
    if (this.#stage !== 'relaying' || (side.readEnded && side.writeEnded)) return;
    if (!side.readEnded) this.#takeReadAhead(side);
    this.#stage = 'broken';
    this.#other(side).connection.socket.pause();
    this.#handler.relayBroken(side.name, code);
  }

  /** For the sides: a descriptor is released. */
  sideClosed(): void {
    if (this.open || (this.#stage !== 'relaying' && this.#stage !== 'closing')) return;
    this.#stage = 'finished';
    this.#handler.relayFinished();
  }

  #other(side: Side): Side {
    return side === this.client ? this.server : this.client;
  }

  #start(side: Side, readAhead: readonly Buffer[]): void {
    const { socket, peerEnded } = side.connection;
    for (const chunk of readAhead) this.sideRead(side, chunk);
    // The owner hears of what happened before only when it holds the relay.
    if (socket.destroyed) process.nextTick(tellBroken, side);
    else if (peerEnded) process.nextTick(tellEnded, side);
    else if (!side.readPaused) socket.resume();
  }

  /** Nothing more comes from `side`: its peer ended, or the owner shut it. */
  #endRead(side: Side): void {
    side.readEnded = true;
    side.readPaused = false;
    if (side.writeEnded) side.connection.socket.destroy();
    this.#handler.relaySideEnded(side.name);
    // The owner may have ended the relay while it was told.
    if (this.#stage === 'relaying') this.#passEnd(this.#other(side));
  }

  #passEnd(side: Side): void {
    if (!side.pending) this.#endWrite(side);
  }

  #endWrite(side: Side): void {
    if (side.writeEnded) return;
    side.writeEnded = true;
    side.writeEndedMs = this.#nowMs();
    const { connection } = side;
    const other = this.#other(side);
    if (!connection.lingers) {
      connection.resetNow();
      side.readEnded = true;
      this.#passEnd(other);
    } else if (side.readEnded) {
      closeSocket(connection.socket);
    } else {
      connection.socket.end();
    }
    const over = side.readEnded && other.readEnded && other.writeEnded;
    if (connection.lingers && !over) this.#handler.relaySideShut(side.name);
  }

  /** Passes on what Node has read ahead of the pause; nothing is read from `side` any more. */
  #takeReadAhead(side: Side): void {
    const chunk = takeReadAhead(side.connection.socket);
    if (chunk !== null) this.sideRead(side, chunk);
  }

  #closeOnceWritten(side: Side): void {
    const { connection, pending } = side;
    connection.socket.pause();
    if (!pending || !connection.lingers) connection.release();
  }
}

function tellBroken(side: Side): void {
  side.socketBroke('ERR_SOCKET_CLOSED');
}

function tellEnded(side: Side): void {
  side.socketReadEnd();
}

function tellClosed(relay: PublicRelay): void {
  relay.sideClosed();
}
