/**
 * The seam between the proxy and Node's sockets (docs/ARCHITECTURE.md "The seam").
 *
 * Everything above it speaks of connections, dials and relays and cannot tell which implementation runs. `public.ts`
 * uses Node's documented API alone; a faster one may use more and must pass the same tests.
 *
 * What never happens: a byte lost, repeated or mixed; an event after the owner closed, reset or cancelled;
 * two endings reported for one thing; a socket without an error listener.
 *
 * Not here: timeouts, limits, who is connected to whom (`../stream/`).
 */
import type * as net from 'node:net';
import type { TlsView } from '../tls/view.ts';
import type { AcceptTls, DialTls, Handshake, HandshakeHandler } from './secure.ts';

/** A textual address with its port; `address` is empty and `port` 0 for a unix socket. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Told what an unrelayed connection's peer does, see `Connection.watch`. */
export interface ConnectionWatcher {
  /** The first bytes came (told once); they are kept for the relay. */
  peerSent(): void;
  /** The peer has sent its end (FIN). It may still read. */
  peerEnded(): void;
  /** The connection is gone: reset by the peer or broken. `code` as Node names it, e.g. `ECONNRESET`. */
  peerReset(code: string): void;
}

/**
 * One TCP or unix-socket connection, accepted or dialled, before it is handed to a relay. Whoever holds it must
 * end it: by `relay`, `close` or `reset`.
 */
export interface Connection {
  /** Where the peer is, and our own address. The system is asked the first time, and knows only while the connection is open: empty after. */
  readonly remote: Endpoint;
  readonly local: Endpoint;
  /** Bytes that were read ahead while watched and wait for the relay. */
  readonly pendingBytes: number;
  /** A copy of those bytes; empty while there are none. */
  peek(): Uint8Array;
  /** The peer's FIN was seen. */
  readonly peerEnded: boolean;
  /** What its handshake brought; null: no TLS, or none of ours. */
  readonly tls: TlsView | null;
  /**
   * Starts reading to learn whether the peer sends, ends or resets, keeping at most `limitBytes` (reading stops at
   * that mark, exceeded by at most one read; the rest stays in the kernel, and so does an end behind it).
   */
  watch(watcher: ConnectionWatcher, limitBytes: number): void;
  /**
   * Orderly end: FIN after what was written, then the socket is released without waiting for the peer.
   * Unread bytes of the peer may make the kernel send RST instead, as for every program.
   */
  close(): void;
  /** RST (a unix socket is just closed). */
  reset(): void;
  /**
   * `option nolinger`: from now on, wherever this connection would get FIN (alone or in a relay) it gets RST and is gone at
   * once, undelivered bytes included; in a relay the other side then ends in order.
   */
  noLinger(): void;
  /**
   * SO_KEEPALIVE; 0 means the system's value. Where Node cannot tune all three (`Transport.tunesKeepAlive`), the count and the
   * interval are left alone if `idleMs` is 0, and become 10 probes a second apart (libuv's choice) if it is given.
   */
  keepAlive(idleMs: number, intervalMs: number, count: number): void;
}

/** Why a dial brought no connection. `code` as Node names it, e.g. `ECONNREFUSED`, `EMFILE`. */
export interface DialFailure {
  readonly code: string;
  readonly message: string;
}

/** `C`: what a dial gives; whoever has connections of another kind may hand those over in the same way. */
export interface DialHandler<C = Connection> {
  dialSucceeded(connection: C): void;
  /** Never told synchronously from within `dial`. */
  dialFailed(failure: DialFailure): void;
}

export type DialTarget =
  | {
      readonly kind: 'tcp';
      readonly address: string;
      readonly port: number;
      readonly source: Endpoint | null;
      /** Absent: no TLS. A transport without `secure` throws at it. */
      readonly tls?: DialTls;
    }
  | { readonly kind: 'unix'; readonly path: string; readonly tls?: DialTls };

export interface Dial {
  /** Gives up: nothing is told afterwards, the socket is released. Does nothing once the dial has ended. */
  cancel(): void;
}

/** Which of the two ends of a relay. */
export type SideName = 'client' | 'server';

/** One side of a relay, as its owner may look at it at any time. Stamps are of the clock given to the transport. */
export interface RelaySide {
  /** Bytes read from this side. */
  readonly bytesRead: number;
  /** Last time bytes were read from it; the relay's start before. */
  readonly lastReadMs: number;
  /** Last time bytes written to it were taken by the kernel; the relay's start before. */
  readonly lastWriteMs: number;
  /** Since when bytes for this side wait because it does not read; 0 while none wait. */
  readonly blockedSinceMs: number;
  /** Reading from it is paused because the other side is blocked. */
  readonly readPaused: boolean;
  /** Its FIN was read, or reading was shut by `shutRead`: nothing more comes from it. */
  readonly readEnded: boolean;
  /** When our FIN was sent to it (behind all bytes); 0 before. */
  readonly writeEndedMs: number;
  /** When its first byte was read; 0 before. */
  readonly firstReadMs: number;
}

/** What a relay tells its owner. */
export interface RelayHandler {
  /**
   * A side's FIN was read. The relay passes it on by itself once all bytes before it are written (half close kept); this is
   * only for the owner's timers. Also told after `shutRead`.
   */
  relaySideEnded(side: SideName): void;
  /** Our FIN has just been sent to a side; for the owner's timers only. Not told when that ends the relay. */
  relaySideShut(side: SideName): void;
  /**
   * Both directions have ended in order and both sockets are released: the last thing told. After `relayBroken` it comes only
   * if the owner answered with `closeAfterPending`.
   */
  relayFinished(): void;
  /**
   * A side was reset or broke. Nothing has been done to the other side yet: the owner answers with `resetBoth`, or
   * `closeAfterPending` (bytes read from the broken side may still be undelivered). Told once. Where a write to a server
   * failed, an implementation that can reads what the kernel still has of it first.
   */
  relayBroken(side: SideName, code: string): void;
}

/**
 * Two connections joined: bytes both ways, back-pressure (a side is not read while the other side has bytes
 * waiting), half close in either direction.
 */
export interface Relay {
  readonly client: RelaySide;
  readonly server: RelaySide;
  /**
   * Stops reading `side` for good and sends FIN to the other side behind the bytes already read: what HAProxy does when the
   * receive timeout of `side` strikes (reference 5.7). `side` may still be written to.
   */
  shutRead(side: SideName): void;
  /** RST to both sides now; undelivered bytes are dropped. Nothing is told afterwards. */
  resetBoth(): void;
  /**
   * Ends both sides: bytes already read are delivered where the peer still reads, then FIN; the sockets are released.
   * `relayFinished` is told when that is done, at once (but never from within this call) where nothing is pending. A
   * peer that does not read makes it wait for ever: the owner bounds it with `abandon`.
   */
  closeAfterPending(): void;
  /** Like `closeAfterPending` but drops undelivered bytes at once: both sockets are closed now (FIN where nothing is left unread). Nothing is told afterwards. */
  abandon(): void;
  /** True until both sockets are released; a drain after `closeAfterPending` keeps it true. */
  readonly open: boolean;
}

/** What the owner of a channel is told. After `close`, `reset` and `release` nothing more. */
export interface ChannelHandler {
  /** Bytes came. The chunk is the owner's to keep. */
  channelRead(chunk: Buffer): void;
  /** The peer's FIN, behind all bytes. It may still read. */
  channelEnded(): void;
  /** All that was written is with the kernel, after a `write` that said false. */
  channelDrained(): void;
  /** Reset by the peer or broken: the channel is gone. */
  channelBroke(code: string): void;
}

/**
 * A connection whose bytes its owner reads and writes itself, as mode http does, in place of handing it to a relay. Nothing is read before
 * the first `resume`.
 */
export interface Channel {
  /** Of this connection since it became a channel. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Bytes wait because the peer does not read. */
  readonly blocked: boolean;
  /** False: bytes wait, `channelDrained` follows. A string is written as Latin-1. */
  write(data: Buffer | string): boolean;
  pause(): void;
  resume(): void;
  /** FIN behind what was written; reading goes on. */
  end(): void;
  /** Ends both directions now: FIN behind what is with the kernel, what is not is dropped. */
  close(): void;
  reset(): void;
  /**
   * Gives the connection back, to be relayed or become a channel again. `unread`: bytes that were read and not used; the next owner gets
   * them first. To be called while nothing waits to be written.
   */
  release(unread: Buffer | null): Connection;
}

export interface TransportOptions {
  /** Monotonic milliseconds for the stamps. */
  readonly nowMs: () => number;
}

/** An accepting socket's settings for `net.createServer`, and the hand-over of what it accepts. */
export interface Transport {
  /** `public`, or the faster implementation's name. */
  readonly name: string;
  /** Whether the Node at hand can set interval and count of TCP keep-alive (24 and later). */
  readonly tunesKeepAlive: boolean;
  /**
   * Makes the `net.Server` of a listener, not listening yet. `accepted` gets each connection unread; TCP_NODELAY is set.
   * Errors of the server itself are its owner's business.
   */
  createServer(accepted: (connection: Connection) => void): net.Server;
  /** Connects with TCP_NODELAY; `handler` is told exactly once unless cancelled. No timeout here. */
  dial(target: DialTarget, handler: DialHandler): Dial;
  /**
   * Joins two connections; from here on the relay owns both. Bytes read ahead on either are delivered first. Nothing is
   * told from within the call: a FIN or break seen before is told like any other, right after it.
   */
  relay(client: Connection, server: Connection, handler: RelayHandler): Relay;
  /**
   * Makes a channel of a connection, which it owns from here on; `resume` begins. Bytes read ahead come first; an end or break seen
   * before is told after that.
   */
  channel(connection: Connection, handler: ChannelHandler): Channel;
}

/** A transport that can put TLS on its connections. What is secured is relayed, watched and ended like any other connection. */
export interface SecureTransport extends Transport {
  /**
   * Has the handshake done on an accepted connection, which it owns from here on; bytes read ahead are part of it. The connection that
   * comes of it is another object. Throws if a relay has the connection.
   */
  secure(connection: Connection, contexts: AcceptTls, handler: HandshakeHandler): Handshake;
}
