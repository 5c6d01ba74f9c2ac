/**
 * What every socket of the public transport has in common: the listeners it carries from birth to death, and the ways to end it.
 *
 * The listeners are plain functions, put on once; they find the object in charge (dial, connection, side of a relay)
 * under a symbol on the socket. So a change of hands is one assignment, no closure is made per connection or
 * chunk, and no socket is ever without an error listener.
 *
 * Not here: what the owners do with an event (`public-dial.ts`, `public-connection.ts`, `public-relay.ts`).
 */
import type * as net from 'node:net';

const OWNER = Symbol('owner');

/** A socket with the object in charge of it. */
export interface OwnedSocket extends net.Socket {
  [OWNER]: SocketOwner;
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
function isReset(socket: net.Socket): boolean {
  if (socket.writableEnded || socket.localAddress === undefined) return false;
  socket.write(NOTHING);
  return socket.errored !== null;
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

function resetShut(this: net.Socket): void {
  if (!this.destroyed) this.resetAndDestroy();
}

/**
 * Ends a socket with RST; a unix socket (`isTcp` false) is just closed.
 *
 * While the FIN of an `end()` is on its way to the kernel libuv refuses a reset, and Node then forgets the
 * descriptor without closing it; so that moment is waited out.
 */
export function resetSocket(socket: net.Socket, isTcp: boolean): void {
  if (socket.destroyed) return;
  if (!isTcp) socket.destroy();
  else if (socket.writableEnded && !socket.writableFinished) socket.once('finish', resetShut);
  else socket.resetAndDestroy();
}
