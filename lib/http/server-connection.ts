/**
 * One connection to a server, and what is said on it: one request after the other, each for the stream that uses it.
 *
 *     fresh --begin--> in use --responseEnd--> between --begin--> in use ...
 *                        |                        |
 *                        |                        +--> kept (`kept-connections.ts`) or closed
 *                        +--> left: the server ended or broke it, or sent what is no HTTP; told once, then closed
 *                        +--> switched: given away for a tunnel
 *
 * Not here: what a request or an answer says (`request-stream.ts`), which connections are kept.
 */
import type { Server } from '../backend/server.ts';
import { endsOf, type Ends } from '../stream/connections.ts';
import type { Clock } from '../time/clock.ts';
import type { Channel, ChannelHandler, Transport, Connection } from '../transport/transport.ts';
import type { MessageFault } from './faults.ts';
import type { BodyKind } from './framing.ts';
import type { Headers } from '../message/headers.ts';
import type { ResponseHead } from '../message/message.ts';
import type { HeadLimits } from './message-parser.ts';
import type { HeadReader } from './head-reader.ts';
import { type AnsweredRequest, ResponseParser, type ResponseOwner } from './response-parser.ts';

/** The stream that uses a connection. After `serverLeft` or `responseFaulty` nothing more is told. */
export interface ServerConnectionUser {
  /** 100, 103 and the like; not 101. */
  responseInformational(head: ResponseHead): void;
  responseHead(head: ResponseHead, body: BodyKind): void;
  /** 101, or 2xx to CONNECT: what follows is no HTTP. */
  responseSwitched(head: ResponseHead): void;
  responseBody(chunk: Buffer): void;
  /** `reusable`: the server would take another request. */
  responseEnd(trailers: Headers | null, reusable: boolean): void;
  responseFaulty(fault: MessageFault): void;
  /** The server has ended the connection (`broken`: by a reset) before its answer was complete. */
  serverLeft(broken: boolean): void;
  /** What was written is with the kernel. */
  serverDrained(): void;
  /** All that has been read so far was told: a good moment to send it on. */
  serverReadDone(): void;
}

export interface ServerConnectionParts {
  readonly transport: Transport;
  readonly heads: HeadReader;
  readonly clock: Clock;
  readonly limits: HeadLimits;
  /** The server ended a connection that nobody uses. */
  readonly leftUnused: (connection: ServerConnection) => void;
}

export class ServerConnection implements ChannelHandler, ResponseOwner {
  readonly server: Server;
  /** What it was opened with as the server's name (SNI); null: none. Connections of different names are not interchangeable. */
  readonly name: string | null;
  /** Noted while it is open, for whoever will ask; null: not noted. */
  peers: Ends | null;
  readonly #connection: Connection;
  readonly #parts: ServerConnectionParts;
  readonly #channel: Channel;
  readonly #parser: ResponseParser;
  #user: ServerConnectionUser | null = null;
  #ended = false;
  /** Requests begun on it. */
  requestsTotal = 0;
  /** The server may take whatever comes on it for what one client says: no other is to use it. */
  knowsClient = false;
  idleSinceMs = 0;
  /** Last time bytes were read from it, or were taken by it. */
  lastActiveMs: number;
  /** Since when bytes for it wait; 0: none do. */
  blockedSinceMs = 0;

  constructor(
    server: Server,
    name: string | null,
    connection: Connection,
    parts: ServerConnectionParts,
    wantsAddresses: boolean,
  ) {
    this.server = server;
    this.name = name;
    this.#parts = parts;
    this.lastActiveMs = parts.clock.nowMs();
    this.#connection = connection;
    this.peers = wantsAddresses ? endsOf(connection) : null;
    this.#parser = new ResponseParser(parts.heads, this, parts.limits);
    this.#channel = parts.transport.channel(connection, this);
    this.#channel.resume();
  }

  get bytesWritten(): number {
    return this.#channel.bytesWritten;
  }
  get bytesRead(): number {
    return this.#channel.bytesRead;
  }
  get blocked(): boolean {
    return this.#channel.blocked;
  }
  /** The server has begun to answer what it was asked last. */
  get answered(): boolean {
    return this.#parser.answered;
  }
  /** The server has ended or broken it. */
  get ended(): boolean {
    return this.#ended;
  }

  noteAddresses(): void {
    this.peers ??= endsOf(this.#connection);
  }

  /** Takes the connection for one request. */
  begin(user: ServerConnectionUser, request: AnsweredRequest): void {
    this.#user = user;
    this.requestsTotal += 1;
    this.#parser.expect(request);
    this.lastActiveMs = this.#parts.clock.nowMs();
  }

  /** False: bytes wait, `serverDrained` follows. */
  write(data: Buffer | string): boolean {
    const taken = this.#channel.write(data);
    const nowMs = this.#parts.clock.nowMs();
    if (taken) this.lastActiveMs = nowMs;
    else if (this.blockedSinceMs === 0) this.blockedSinceMs = nowMs;
    return taken;
  }

  pause(): void {
    this.#channel.pause();
  }
  resume(): void {
    // A server that was not read is not the one who was silent.
    this.lastActiveMs = this.#parts.clock.nowMs();
    this.#channel.resume();
  }

  /** Nobody is told anything any more. */
  close(): void {
    this.#let();
    this.#channel.close();
  }

  reset(): void {
    this.#let();
    this.#channel.reset();
  }

  /** Gives the connection away for a tunnel, with what the server has said in it already. */
  release(): Connection {
    const unread = this.#parser.takeUnread();
    this.#let();
    return this.#channel.release(unread);
  }

  #let(): void {
    this.#user = null;
    this.#ended = true;
    this.#parser.close();
  }

  // --- what the channel tells ----------------------------------------------------------------------------------

  channelRead(chunk: Buffer): void {
    this.lastActiveMs = this.#parts.clock.nowMs();
    if (this.#user === null) {
      // Nobody has asked for anything: an answer to come would be taken for somebody else's.
      this.#leave();
      return;
    }
    this.#parser.read(chunk);
    this.#user?.serverReadDone();
  }

  channelEnded(): void {
    this.#parser.finish();
    this.#user?.serverReadDone();
    if (!this.#ended) this.#leave(false);
  }

  channelBroke(): void {
    if (!this.#ended) this.#leave(true);
  }

  channelDrained(): void {
    this.blockedSinceMs = 0;
    this.lastActiveMs = this.#parts.clock.nowMs();
    this.#user?.serverDrained();
  }

  #leave(broken = false): void {
    const user = this.#user;
    this.close();
    if (user === null) this.#parts.leftUnused(this);
    else user.serverLeft(broken);
  }

  // --- what the parser tells -------------------------------------------------------------------------------------

  responseInformational(head: ResponseHead): void {
    this.#user?.responseInformational(head);
  }

  responseHead(head: ResponseHead, body: BodyKind): void {
    this.knowsClient ||= asksWhoItIs(head);
    this.#user?.responseHead(head, body);
  }

  responseSwitched(head: ResponseHead): void {
    // What follows, an end included, is for whoever has the connection next.
    this.#channel.pause();
    this.#user?.responseSwitched(head);
  }

  responseBody(chunk: Buffer): void {
    this.#user?.responseBody(chunk);
  }

  /** From here on the connection is nobody's: the user keeps or closes it while it is told. */
  responseEnd(trailers: Headers | null): void {
    const user = this.#user;
    this.#user = null;
    user?.responseEnd(trailers, this.#parser.reusable && !this.#ended);
  }

  responseBad(fault: MessageFault): void {
    const user = this.#user;
    this.close();
    if (fault.code === 'cut-short') user?.serverLeft(false);
    else user?.responseFaulty(fault);
  }
}

/** NTLM and Negotiate tell who a connection belongs to, not who a request is from (RFC 4559, 6); HAProxy makes it private as well. */
function asksWhoItIs({ status, headers }: ResponseHead): boolean {
  if (status !== 401 && status !== 407) return false;
  const asked = headers.all(status === 401 ? 'www-authenticate' : 'proxy-authenticate');
  return asked.some((one) => /^(?:ntlm|negotiate)(?: |$)/i.test(one));
}
