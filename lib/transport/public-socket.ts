/**
 * What every socket of the public transport has in common: the listeners it carries from birth to death, and the ways to end it.
 *
 * The listeners are plain functions, put on once; they find the object in charge (dial, connection, side of a relay)
 * under a symbol on the socket. So a change of hands is one assignment, no closure is made per connection or
 * chunk, and no socket is ever without an error listener.
 *
 * A socket with TLS lies over the one that was accepted or dialled. Its owner hears of it alone; the one below is asked where TLS knows
 * nothing: how the connection stands, and for a reset.
 *
 *     owner -- secured socket (bytes, ends) -- socket below (descriptor)
 *
 * Not here: handshakes (`public-tls-accept.ts`, `public-dial.ts`), what the owners do with an event (`public-dial.ts`, `public-connection.ts`, `public-relay.ts`).
 */
import type * as net from 'node:net';
import type { TLSSocket } from 'node:tls';

const OWNER = Symbol('owner');
const LAYER = Symbol('layer');

/** A socket with the object in charge of it. */
export interface OwnedSocket extends net.Socket {
  [OWNER]: SocketOwner;
  /** Null: no TLS. */
  [LAYER]: TlsLayer | null;
}

/** What a socket with TLS needs beside itself. */
interface TlsLayer {
  readonly below: OwnedSocket;
  /** A write has said false. */
  awaitsDrain: boolean;
  /** Told of every write; one function for all. */
  readonly written: (error?: Error | null) => void;
}

/**
 * Whoever is in charge of a socket hears its events; those it does not care for stay empty. An owner that has
 * ended a socket keeps hearing until `socketClosed` and must not pass anything on.
 */
export abstract class SocketOwner {
  socketConnected(): void {}
  socketRead(_chunk: Buffer): void {}
  /** The peer's FIN, behind all bytes. */
  socketReadEnd(): void {}
  /** All bytes written are with the kernel, after a `write` that said false. */
  socketDrained(): void {}
  /** Broken; the socket destroys itself. `code` as Node names it. */
  socketBroke(_code: string, _message: string): void {}
  /** The descriptor is released: the last event. */
  socketClosed(): void {}
}

const NOTHING = Buffer.alloc(0);

/**
 * Whether an end is a reset in truth; then the error event is on its way. The libuv of Node 20 (1.46) reports RST
 * right behind bytes as an orderly end, and a truncated stream would be passed on as a whole one; with every libuv RST may
 * follow a FIN that has not been read yet, and nobody looks at a socket any more once its end was read. Writing nothing
 * sends nothing but has the kernel say how the connection stands, for one system call. After our own FIN nothing does, and
 * such an end is believed. A unix socket has no resets.
 */
function isReset(socket: OwnedSocket): boolean {
  const below = lowest(socket);
  if (socket.writableEnded || below.localAddress === undefined) return false;
  below.write(NOTHING);
  return below.errored !== null;
}

function onConnect(this: OwnedSocket): void {
  this[OWNER].socketConnected();
}
function onData(this: OwnedSocket, chunk: Buffer): void {
  this[OWNER].socketRead(chunk);
}
function onEnd(this: OwnedSocket): void {
  // A write that is pending is told to have failed before this turn of the loop is over.
  if (this.writableLength > 0) setImmediate(tellEnd, this);
  else tellEnd(this);
}
function tellEnd(socket: OwnedSocket): void {
  if (socket.destroyed) return;
  if (socket.writableLength > 0 || !isReset(socket)) socket[OWNER].socketReadEnd();
}
function onDrain(this: OwnedSocket): void {
  this[OWNER].socketDrained();
}
function onError(this: OwnedSocket, error: NodeJS.ErrnoException): void {
  this[OWNER].socketBroke(error.code ?? 'ERR_UNKNOWN', error.message);
}
function onClose(this: OwnedSocket): void {
  this[OWNER].socketClosed();
}

/**
 * Options every socket is made with. A high-water mark of 1 makes `write()` say false exactly when bytes are
 * pending, and then 'drain' always follows; with the default mark a small pending chunk gives neither, and who waits
 * for 'drain' waits for ever. It also bounds what is read ahead of a paused reader to one read.
 */
export const SOCKET_OPTIONS = { allowHalfOpen: true, noDelay: true, highWaterMark: 1 } as const;

const NOBODY = new (class extends SocketOwner {})();

/** Puts the listeners on a new socket that is not reading yet; `giveTo` names its first owner. Reading starts with `resume`. */
export function adopt(socket: net.Socket): OwnedSocket {
  const owned = socket as OwnedSocket;
  owned[OWNER] = NOBODY;
  owned[LAYER] = null;
  // Without this a 'data' listener would set the socket reading.
  socket.pause();
  if (socket.connecting) socket.once('connect', onConnect);
  socket.on('data', onData);
  socket.on('end', onEnd);
  socket.on('drain', onDrain);
  socket.on('error', onError);
  socket.on('close', onClose);
  return owned;
}

/**
 * Puts the listeners on a socket with TLS over `below`, whose handshake may be still to come. Node gives those it makes for servers
 * its own high-water mark, so they tell by every write, and not by 'drain', that nothing is pending.
 */
export function adoptSecured(socket: TLSSocket, below: OwnedSocket): OwnedSocket {
  const owned = socket as TLSSocket & OwnedSocket;
  owned[OWNER] = NOBODY;
  owned[LAYER] = { below, awaitsDrain: false, written: (error) => onWritten(owned, error) };
  socket.pause();
  socket.on('data', onData);
  socket.on('end', onEnd);
  socket.on('error', onError);
  socket.on('close', onClose);
  return owned;
}

function onWritten(socket: OwnedSocket, error: Error | null | undefined): void {
  const layer = socket[LAYER];
  if (layer === null || !layer.awaitsDrain || (error ?? null) !== null || socket.writableLength > 0) return;
  layer.awaitsDrain = false;
  // An end from within the write that is over could overtake it.
  process.nextTick(tellDrained, socket);
}
function tellDrained(socket: OwnedSocket): void {
  if (!socket.destroyed && socket.writableLength === 0) socket[OWNER].socketDrained();
}

/** The socket that has the descriptor. */
export function lowest(socket: OwnedSocket): OwnedSocket {
  return socket[LAYER]?.below ?? socket;
}

/**
 * Writes; false exactly when bytes are pending, and then `socketDrained` follows. What goes through TLS is always pending for a
 * moment. A string is written as Latin-1.
 */
export function writeTo(socket: OwnedSocket, bytes: Uint8Array | string): boolean {
  const layer = socket[LAYER];
  if (layer === null) return socket.write(bytes, 'latin1');
  layer.awaitsDrain = true;
  socket.write(bytes, 'latin1', layer.written);
  return false;
}

/** Turns of the event loop that a close_notify gets to reach the kernel, which it needs two of. */
const SHUT_TURNS = 4;

/**
 * Closes the descriptor: at once, or with TLS when the peer has been told that nothing was cut off. For that there is no waiting on a
 * peer who does not read, and nothing is said where bytes were dropped.
 */
export function closeSocket(socket: OwnedSocket): void {
  if (socket[LAYER] === null || socket.destroyed || socket.writableLength > 0) {
    socket.destroy();
    return;
  }
  if (!socket.writableEnded) socket.end();
  setImmediate(closeOnceShut, socket, SHUT_TURNS);
}

function closeOnceShut(socket: OwnedSocket, turns: number): void {
  if (turns === 0 || socket.writableFinished) socket.destroy();
  else if (!socket.destroyed) setImmediate(closeOnceShut, socket, turns - 1);
}

/** Puts an owner in charge; the former one hears nothing from here on. */
export function giveTo(socket: OwnedSocket, owner: SocketOwner): void {
  socket[OWNER] = owner;
}

/**
 * Stops reading for good and takes the bytes that Node has read ahead of a paused reader, or null. They can be
 * had even after the socket broke, when Node no longer offers them by itself.
 */
export function takeReadAhead(socket: OwnedSocket): Buffer | null {
  socket.off('data', onData);
  socket.pause();
  return socket.readableLength === 0 ? null : (socket.read() as Buffer | null);
}

function resetShut(this: OwnedSocket): void {
  if (!this.destroyed) lowest(this).resetAndDestroy();
}

/**
 * Ends a socket with RST; a unix socket (`isTcp` false) is just closed.
 *
 * While the FIN of an `end()` is on its way to the kernel libuv refuses a reset, and Node then forgets the
 * descriptor without closing it; so that moment is waited out.
 */
export function resetSocket(socket: OwnedSocket, isTcp: boolean): void {
  if (socket.destroyed) return;
  if (!isTcp) socket.destroy();
  else if (socket.writableEnded && !socket.writableFinished) socket.once('finish', resetShut);
  else lowest(socket).resetAndDestroy();
}
