/**
 * A client's connection in mode http, from accept to its last byte: one request after the other, each a stream of its own.
 *
 *     awaiting --first byte--> reading --head--> serving --answered--> (flushing) --> awaiting ...
 *        |                        |                 |                      |
 *        |                        |                 +--> tunnel ...        |    (upgraded: the stream relays)
 *        +------------------------+-----------------+----------------------+--> closing --> ended
 *
 * flushing: the client has not taken all of the answer. closing: neither has it, or it still sends what is dropped, and nothing follows.
 * A request that comes before its turn (pipelining) stays unread; reading stops when too much of it has come.
 *
 * Not here: what is done with a request (`request-stream.ts`), bytes (`request-parser.ts`).
 */
import type { EndReason, SessionRecord } from '../account/session.ts';
import { applyOptions, endsOf, type Ends } from '../stream/connections.ts';
import type { ClientSession, Door } from '../stream/door.ts';
import { NEVER_MS } from '../stream/timeouts.ts';
import { Deadline, type DeadlineOwner } from '../time/coarse.ts';
import type { Channel, ChannelHandler, Connection } from '../transport/transport.ts';
import type { ExchangeClient } from './exchange.ts';
import type { MessageFault } from './faults.ts';
import type { BodyKind } from './framing.ts';
import type { Headers } from '../message/headers.ts';
import type { RequestHead } from '../message/message.ts';
import { RequestParser, type RequestOwner } from './request-parser.ts';
import { RequestStream } from './request-stream.ts';
import { VariableScope } from '../sample/variables.ts';
import type { HttpRoute } from './route.ts';
import type { ServerConnection } from './server-connection.ts';

/** What a client may send ahead of its turn, as HAProxy's buffer (`tune.bufsize`). */
const READ_AHEAD_BYTES = 16_384;

/** How long a client that was answered for the last time may go on sending before its connection is closed under it. */
const LINGER_MS = 2000;

type Phase = 'awaiting' | 'reading' | 'serving' | 'flushing' | 'tunnel' | 'closing' | 'ended';

export class ClientConnection
  implements ClientSession, ChannelHandler, RequestOwner, DeadlineOwner, ExchangeClient
{
  readonly route: HttpRoute;
  readonly door: Door;
  readonly connection: Connection;
  readonly acceptedMs: number;
  readonly acceptedWallMs: number;
  /** Addresses as noted while the socket was open; null: not noted. */
  #ends: Ends | null = null;
  /** `sess.` of the requests' variables. */
  readonly variables = new VariableScope();
  /** Milliseconds that the TLS handshake took; 0: there was none. */
  readonly handshakeMs: number;
  readonly #channel: Channel;
  readonly #parser: RequestParser;
  readonly #deadline: Deadline;
  #phase: Phase = 'awaiting';
  #stream: RequestStream | null = null;
  /** The kept connection that no other client may use (`http-reuse never`). */
  #ownServer: ServerConnection | null = null;
  #requestsTotal = 0;
  /** A server has answered on this connection before. */
  servedBefore = false;
  /** Since when the next request is awaited. */
  #awaitedMs: number;
  #firstByteMs = 0;
  lastActiveMs: number;
  blockedSinceMs = 0;
  #clientEnded = false;
  /** No further request is taken. */
  #finishing = false;
  /** Where the deadline stands; later ones need not be set. */
  #armedMs = NEVER_MS;
  #requestFlows = true;
  #reads = true;
  /** The answer is complete before its request: another may follow once that is read. */
  #answeredEarly = false;
  /** What came was no HTTP, and what follows it will not be understood. */
  #illegible = false;
  #lingersUntilMs = NEVER_MS;

  constructor(connection: Connection, route: HttpRoute, door: Door) {
    this.route = route;
    this.door = door;
    this.connection = connection;
    this.handshakeMs = door.handshakeMs;
    this.acceptedMs = route.clock.nowMs() - this.handshakeMs;
    this.acceptedWallMs = route.clock.wallMs() - this.handshakeMs;
    this.lastActiveMs = route.clock.nowMs();
    this.#awaitedMs = this.lastActiveMs;
    this.#deadline = new Deadline(this);
    this.#parser = new RequestParser(route.heads, this, route.limits);
    this.#channel = route.transport.channel(connection, this);
  }

  serve(): void {
    const { frontendOptions, account } = this.route;
    applyOptions(
      this.connection,
      frontendOptions.clientKeepAlive,
      frontendOptions.clientKeepAliveTuning,
      frontendOptions.nolinger,
    );
    if (account.asks) this.noteAddresses();
    this.#arm();
    this.#channel.resume();
  }

  // --- what the stream asks for --------------------------------------------------------------------------------

  get peers(): Ends {
    return this.#ends ?? this.connection;
  }
  get blocked(): boolean {
    return this.#channel.blocked;
  }
  get bytesWritten(): number {
    return this.#channel.bytesWritten;
  }
  get bytesRead(): number {
    return this.#channel.bytesRead;
  }
  /** The client has sent its end. */
  get ended(): boolean {
    return this.#clientEnded;
  }
  /** This is the last request: a `finish` has come, or the client's end with nothing before it. */
  get finishing(): boolean {
    return this.#finishing || (this.#clientEnded && this.#parser.unreadBytes === 0);
  }
  /** Requests before the one that runs. */
  get requestsBefore(): number {
    return this.#requestsTotal - 1;
  }

  write(data: Buffer | string): boolean {
    const taken = this.#channel.write(data);
    const nowMs = this.route.clock.nowMs();
    if (taken) this.lastActiveMs = nowMs;
    else if (this.blockedSinceMs === 0) this.blockedSinceMs = nowMs;
    return taken;
  }

  letRequestFlow(flows: boolean): void {
    // A client that was not read is not the one who was silent.
    if (flows && !this.#requestFlows) this.lastActiveMs = this.route.clock.nowMs();
    this.#requestFlows = flows;
    this.#regulate();
  }

  /** Has the deadline looked at by then; an earlier look that is set already comes first. */
  lookAt(atMs: number): void {
    if (atMs >= this.#armedMs) return;
    this.#armedMs = atMs;
    this.route.wheel.set(this.#deadline, atMs);
  }

  /** As `lookAt`, but in place of what is set. */
  lookOnlyAt(atMs: number): void {
    this.#armedMs = atMs;
    if (atMs === NEVER_MS) this.route.wheel.cancel(this.#deadline);
    else this.route.wheel.set(this.#deadline, atMs);
  }

  /** A connection to this server that only this client may use; null: there is none. */
  takeOwn(stillGood: (kept: ServerConnection) => boolean): ServerConnection | null {
    const own = this.#ownServer;
    if (own === null) return null;
    this.#ownServer = null;
    if (!own.ended && stillGood(own)) return own;
    own.close();
    return null;
  }

  keepOwn(connection: ServerConnection): void {
    this.#ownServer?.close();
    this.#ownServer = connection;
  }

  /** Gives the connection to a tunnel; what the client has sent behind the request goes with it. */
  releaseForTunnel(): Connection {
    this.#phase = 'tunnel';
    return this.#channel.release(this.#parser.takeUnread());
  }

  /** The tunnel is over, and with it everything. */
  tunnelEnded(): void {
    this.#stream = null;
    if (this.#phase !== 'tunnel') this.#channel.close();
    this.#end();
  }

  /** The answer is complete. `keepAlive`: another request may follow, once the rest of this one is read. */
  answered(keepAlive: boolean): void {
    this.#stream = null;
    this.#requestFlows = true;
    if (!keepAlive || this.finishing) this.#closeGently();
    else if (this.#parser.midMessage) this.#answeredEarly = true;
    else this.#awaitNext();
  }

  /** Nothing follows an answer that the client has not taken, or answers would pile up for one who only asks. */
  #awaitNext(): void {
    this.#answeredEarly = false;
    if (this.#channel.blocked) {
      this.#phase = 'flushing';
      this.#arm();
      return;
    }
    this.#phase = 'awaiting';
    this.#awaitedMs = this.route.clock.nowMs();
    this.#firstByteMs = 0;
    this.#arm();
    this.#parser.next();
    this.#parsed();
  }

  /** What the client has got of the answer is all there will be, and it must not take that for the whole. */
  cutShort(): void {
    this.#stream = null;
    this.#closeGently();
  }

  /** The client is to see no (more) answer, but an end. */
  cut(): void {
    this.#stream = null;
    this.#channel.close();
    this.#end();
  }

  // --- what the channel tells ------------------------------------------------------------------------------------

  channelRead(chunk: Buffer): void {
    this.lastActiveMs = this.route.clock.nowMs();
    if (this.#phase === 'closing') return;
    this.#parser.read(chunk);
    this.#parsed();
  }

  /** Everything that could be read has been told. */
  #parsed(): void {
    this.#stream?.clientReadDone();
    this.#regulate();
    if (!this.#clientEnded) return;
    if (this.#phase === 'reading') this.#refuse('client-left-request', 400);
    else if (this.#phase === 'awaiting' && this.finishing) this.#closeGently();
  }

  channelEnded(): void {
    this.#clientEnded = true;
    switch (this.#phase) {
      case 'awaiting':
        this.#leftWithoutRequest();
        return;
      case 'reading':
        this.#refuse('client-left-request', 400);
        return;
      case 'serving':
        this.#stream?.clientEnded(this.#parser.midMessage);
        return;
      case 'closing':
        this.#channel.close();
        this.#end();
        return;
      case 'flushing':
      case 'tunnel':
      case 'ended':
    }
  }

  channelBroke(): void {
    const stream = this.#stream;
    if (this.#phase === 'ended') return;
    if (stream !== null) stream.clientBroke();
    else if (this.#phase === 'reading') this.#newStream().neverRead('client-left-request', null);
    this.#stream = null;
    this.#end();
  }

  channelDrained(): void {
    this.blockedSinceMs = 0;
    this.lastActiveMs = this.route.clock.nowMs();
    if (this.#phase === 'closing') this.#closeWhenWritten();
    else if (this.#phase !== 'flushing') this.#stream?.clientDrained();
    else if (this.finishing) this.#closeGently();
    else this.#awaitNext();
  }

  // --- what the parser tells -------------------------------------------------------------------------------------

  requestBegan(): void {
    if (this.#phase !== 'awaiting') return;
    this.#phase = 'reading';
    this.#firstByteMs = this.route.clock.nowMs();
    this.#arm();
  }

  requestHead(head: RequestHead, body: BodyKind, keepAlive: boolean, upgrade: boolean): void {
    this.#phase = 'serving';
    this.#stream = this.#newStream();
    this.#stream.begin(head, { body, keepAlive, upgrade });
  }

  requestBody(chunk: Buffer): void {
    this.#stream?.requestBody(chunk);
  }

  requestEnd(trailers: Headers | null): void {
    if (this.#answeredEarly) this.#awaitNext();
    else this.#stream?.body.end(trailers);
  }

  requestBad(fault: MessageFault): void {
    const stream = this.#stream;
    this.#illegible = true;
    // Its answer was the last one: nobody waits for a word about what comes behind.
    if (this.#phase === 'closing') return;
    this.route.counters.http?.badRequest(fault.code);
    if (stream === null) this.#refuse('bad-request', 400);
    else stream.requestFaulty();
  }

  #newStream(): RequestStream {
    this.#requestsTotal += 1;
    return new RequestStream(this, {
      // The first request is awaited from accept on.
      awaitedMs: this.#awaitedMs,
      firstByteMs: this.#firstByteMs === 0 ? this.route.clock.nowMs() : this.#firstByteMs,
    });
  }

  // --- reading or not --------------------------------------------------------------------------------------------

  #regulate(): void {
    if (this.#phase === 'ended' || this.#phase === 'tunnel') return;
    const reads =
      this.#phase === 'closing' || (this.#requestFlows && this.#parser.unreadBytes < READ_AHEAD_BYTES);
    if (reads === this.#reads) return;
    this.#reads = reads;
    if (reads) this.#channel.resume();
    else this.#channel.pause();
  }

  // --- time ------------------------------------------------------------------------------------------------------

  deadlineDue(nowMs: number): void {
    this.#armedMs = NEVER_MS;
    if (this.#phase === 'serving' || this.#phase === 'tunnel') {
      this.#stream?.look(nowMs);
      return;
    }
    if (this.#dueMs() > nowMs) this.#arm();
    else this.#struck();
  }

  #arm(): void {
    this.lookAt(this.#dueMs());
  }

  /** When the wait for a request is over (reference 14.3). */
  #dueMs(): number {
    const { timeoutHttpRequestMs, timeoutHttpKeepAliveMs } = this.route;
    switch (this.#phase) {
      case 'awaiting':
        return this.#requestsTotal === 0
          ? after(this.#awaitedMs, timeoutHttpRequestMs)
          : after(this.#awaitedMs, timeoutHttpKeepAliveMs);
      case 'reading':
        return after(this.#requestsTotal === 0 ? this.#awaitedMs : this.#firstByteMs, timeoutHttpRequestMs);
      case 'flushing':
        return after(this.blockedSinceMs, this.route.timeoutClientMs);
      case 'closing':
        return this.#lingersUntilMs;
      default:
        return NEVER_MS;
    }
  }

  #struck(): void {
    if (this.#phase === 'closing') {
      this.#channel.close();
      this.#end();
      return;
    }
    const silent = this.#phase === 'awaiting';
    // Between two requests nobody waits for a word.
    if (this.#phase === 'flushing') this.cut();
    else if (silent && (this.#requestsTotal > 0 || this.route.ignoresProbes)) this.cut();
    else this.#refuse('request-timeout', 408);
  }

  // --- the end -----------------------------------------------------------------------------------------------------

  #refuse(reason: EndReason, status: number): void {
    this.#phase = 'serving';
    this.#stream = this.#newStream();
    this.#stream.neverRead(reason, status);
  }

  /** A connection that was opened and ended without a request: between two requests that is how all of them end. */
  #leftWithoutRequest(): void {
    if (this.#requestsTotal === 0) {
      this.#phase = 'serving';
      this.#newStream().neverRead('client-left-request', null);
    }
    this.#channel.close();
    this.#end();
  }

  /** Ends behind what was written. A client that still sends is heard out for a while: RST would take the answer from it. */
  #closeGently(): void {
    this.#phase = 'closing';
    this.#closeWhenWritten();
  }

  #closeWhenWritten(): void {
    if (this.#channel.blocked) {
      const { timeoutClientMs } = this.route;
      this.#regulate();
      this.#lingersUntilMs = after(this.route.clock.nowMs(), timeoutClientMs);
      this.lookOnlyAt(this.#lingersUntilMs);
      return;
    }
    const everythingRead = !this.#illegible && !this.#parser.midMessage && this.#parser.unreadBytes === 0;
    if (this.#clientEnded || everythingRead) {
      this.#channel.close();
      this.#end();
      return;
    }
    this.#channel.end();
    this.#regulate();
    this.#lingersUntilMs = this.route.clock.nowMs() + LINGER_MS;
    this.lookOnlyAt(this.#lingersUntilMs);
  }

  #end(): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.route.wheel.cancel(this.#deadline);
    this.#parser.close();
    this.#ownServer?.close();
    this.#ownServer = null;
    this.door.released(this);
  }

  // --- ClientSession -----------------------------------------------------------------------------------------------

  get placed(): boolean {
    return this.#stream?.placed ?? false;
  }

  kill(reason: EndReason): void {
    if (this.#phase === 'ended') return;
    const stream = this.#stream;
    this.#stream = null;
    if (stream === null) this.#channel.close();
    else stream.kill(reason);
    this.#end();
  }

  finish(): void {
    this.#finishing = true;
    if (this.#phase === 'awaiting') this.cut();
  }

  countBytes(): void {
    this.#stream?.account.countBytes();
  }

  noteAddresses(): void {
    this.#ends ??= endsOf(this.connection);
    this.#stream?.noteAddresses();
  }

  record(): SessionRecord | null {
    return this.#stream?.account.record() ?? null;
  }
}

function after(sinceMs: number, timeoutMs: number): number {
  return timeoutMs === 0 ? NEVER_MS : sinceMs + timeoutMs;
}
