/**
 * Log lines to a syslog server, one datagram each (RFC 5426), fire and forget: what the kernel refuses, or the server's
 * host answers with "port unreachable", counts as lost.
 *
 *     idle --first batch--> resolving --connected--> ready
 *                           resolving --failed--> idle (the batch is lost, the next one tries again)
 *
 * Not here: bounds (`line-writer.ts`), what a line says.
 */
import * as dgram from 'node:dgram';
import * as net from 'node:net';
import type { LineSink } from './line-writer.ts';

export class UdpSink implements LineSink {
  /** A turn of the event loop for each datagram costs more than the datagram; very many at once would overrun the server's buffer. */
  readonly batchMs = 5;
  readonly #host: string;
  readonly #port: number;
  #lost: (lineCount: number) => void = () => {};
  #socket: dgram.Socket | null = null;
  #closed = false;

  /** `host`: an address or a name, which is looked up with the first line. */
  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  start(lost: (lineCount: number) => void): void {
    this.#lost = lost;
  }

  write(lines: readonly string[], done: () => void): void {
    if (this.#socket !== null) this.#sendAll(this.#socket, lines, done);
    else this.#connect(lines, done);
  }

  close(): void {
    this.#closed = true;
    this.#socket?.close();
    this.#socket = null;
  }

  #connect(lines: readonly string[], done: () => void): void {
    const socket = dgram.createSocket({ type: net.isIPv6(this.#host) ? 'udp6' : 'udp4' });
    // Log lines alone must not keep a process alive.
    socket.unref();
    const failed = (): void => {
      socket.close();
      this.#lost(lines.length);
      done();
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.removeListener('error', failed);
      // Refusals come with the sends; this listener only keeps an unclaimed one from being thrown.
      socket.on('error', () => {});
      if (this.#closed) {
        socket.close();
        done();
        return;
      }
      this.#socket = socket;
      this.#sendAll(socket, lines, done);
    });
    // Without a callback: one would be called for failures too.
    socket.connect(this.#port, this.#host);
  }

  #sendAll(socket: dgram.Socket, lines: readonly string[], done: () => void): void {
    let openCount = lines.length;
    const sent = (error: Error | null): void => {
      if (error !== null) this.#lost(1);
      openCount -= 1;
      if (openCount === 0) done();
    };
    for (const line of lines) socket.send(line, sent);
  }
}
