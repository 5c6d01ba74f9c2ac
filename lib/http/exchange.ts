/**
 * One request and its answer between a client's connection and a server's: bodies both ways as they come, never held whole, and the timers
 * that watch over it.
 *
 *     request:   open ---------------------------> complete
 *     answer:    waiting --head--> body --end-----> complete
 *                   |                |
 *                   +----------------+--> failed    (told once; nothing is told after it)
 *
 * A side is not read while the other has bytes waiting. The request's body may still be on its way when the answer is complete.
 *
 * Not here: what the heads say (`request-stream.ts`), bytes of a message (`writer.ts`).
 */
import type { EndReason } from '../account/session.ts';
import { NEVER_MS } from '../stream/timeouts.ts';
import type { Clock } from '../time/clock.ts';
import type { MessageFault } from './faults.ts';
import type { BodyKind } from './framing.ts';
import type { Headers } from '../message/headers.ts';
import { endTrailers } from './hop.ts';
import type { ResponseHead } from '../message/message.ts';
import { Outbox } from './outbox.ts';
import type { AnsweredRequest } from './response-parser.ts';
import type { ServerConnection, ServerConnectionUser } from './server-connection.ts';
import { chunkHead, CHUNK_END, lastChunk } from './writer.ts';

/** The client's connection, as an exchange needs it. */
export interface ExchangeClient {
  readonly blocked: boolean;
  /** Last time bytes were read from it or taken by it. */
  readonly lastActiveMs: number;
  /** Since when bytes for it wait; 0: none do. */
  readonly blockedSinceMs: number;
  write(data: Buffer | string): boolean;
  /** Whether more of the request may be read. */
  letRequestFlow(flows: boolean): void;
}

export interface ExchangeOwner {
  informed(head: ResponseHead): string | null;
  /** The answer begins: gives the head to be sent, and how its body is to be delimited for the client. */
  answered(head: ResponseHead, body: BodyKind): SentAnswer;
  /** What follows is no HTTP. */
  switched(head: ResponseHead): void;
  /** Both directions are complete, or the answer is and the rest of the request is of no use. `reusable`: the server's connection is. */
  exchangeDone(reusable: boolean): void;
  /** It will not be completed. `begun`: the client has seen some of the answer. The server's connection is closed unless a timer struck. */
  exchangeFailed(why: ExchangeFailure, begun: boolean): void;
}

/** `server-left`: it has ended or reset its connection. `replayable`: it had not taken in anything of consequence (reference 14.5). */
export type ExchangeFailure =
  | { readonly kind: 'server-left' }
  | { readonly kind: 'bad-response'; readonly fault: MessageFault }
  | { readonly kind: 'timeout'; readonly side: 'client' | 'server'; readonly reason: EndReason };

/** How the client gets the answer. */
export interface SentAnswer {
  readonly head: string;
  readonly body: 'as-is' | 'chunked' | 'dropped';
}

/** 0: no timeout. */
export interface ExchangeTimeouts {
  readonly clientMs: number;
  readonly serverMs: number;
}

export class Exchange implements ServerConnectionUser {
  readonly server: ServerConnection;
  readonly #client: ExchangeClient;
  readonly #owner: ExchangeOwner;
  readonly #timeouts: ExchangeTimeouts;
  readonly #clock: Clock;
  readonly #toServer = new Outbox();
  readonly #toClient = new Outbox();
  readonly #chunkedRequest: boolean;
  #requestComplete = false;
  #answer: 'waiting' | 'body' | 'complete' | 'failed' = 'waiting';
  #plan: SentAnswer['body'] = 'as-is';
  #reusable = false;
  #serverPaused = false;
  /** The client has been sent the head of the answer. */
  #shown = false;
  /** When the head of the answer came; 0 before. */
  answeredMs = 0;
  requestBytes = 0;

  constructor(parts: {
    readonly server: ServerConnection;
    readonly client: ExchangeClient;
    readonly owner: ExchangeOwner;
    readonly timeouts: ExchangeTimeouts;
    readonly clock: Clock;
    readonly chunkedRequest: boolean;
  }) {
    this.server = parts.server;
    this.#client = parts.client;
    this.#owner = parts.owner;
    this.#timeouts = parts.timeouts;
    this.#clock = parts.clock;
    this.#chunkedRequest = parts.chunkedRequest;
  }

  /** Takes the server's connection and sends the head; `flushRequest` when what has been read of the body is added. */
  begin(request: AnsweredRequest, head: string): void {
    this.server.begin(this, request);
    this.#toServer.add(head);
  }

  get requestComplete(): boolean {
    return this.#requestComplete;
  }
  /** The client has been sent the head of an answer. */
  get answerBegun(): boolean {
    return this.answeredMs > 0;
  }
  get over(): boolean {
    return this.#answer === 'complete' || this.#answer === 'failed';
  }

  // --- the request ---------------------------------------------------------------------------------------------

  requestBody(chunk: Buffer): void {
    if (this.over) return;
    if (this.#chunkedRequest) this.#toServer.add(chunkHead(chunk.length));
    this.#toServer.add(chunk);
    if (this.#chunkedRequest) this.#toServer.add(CHUNK_END);
  }

  requestEnd(trailers: Headers | null): void {
    this.#requestComplete = true;
    if (this.over) return;
    if (this.#chunkedRequest) this.#toServer.add(lastChunk(trailers));
  }

  /** All that was read of the client in one go has been told. */
  flushRequest(): void {
    if (this.over || this.#toServer.isEmpty) return;
    const taken = this.#toServer.flush((data) => this.#writeToServer(data));
    if (!taken && !this.#requestComplete) this.#client.letRequestFlow(false);
  }

  #writeToServer(data: Buffer | string): boolean {
    this.requestBytes += data.length;
    return this.server.write(data);
  }

  serverDrained(): void {
    if (!this.#requestComplete) this.#client.letRequestFlow(true);
  }

  // --- the answer ----------------------------------------------------------------------------------------------

  responseInformational(head: ResponseHead): void {
    const text = this.#owner.informed(head);
    if (text !== null) this.#toClient.add(text);
  }

  responseHead(head: ResponseHead, body: BodyKind): void {
    this.answeredMs = this.#clock.nowMs();
    const plan = this.#owner.answered(head, body);
    if (this.#hasFailed()) return;
    this.#plan = plan.body;
    this.#answer = 'body';
    this.#toClient.add(plan.head);
  }

  responseSwitched(head: ResponseHead): void {
    this.answeredMs = this.#clock.nowMs();
    this.#toClient.flush((data) => this.#client.write(data));
    this.#answer = 'complete';
    this.#owner.switched(head);
  }

  responseBody(chunk: Buffer): void {
    if (this.#answer !== 'body' || this.#plan === 'dropped') return;
    if (this.#plan === 'chunked') this.#toClient.add(chunkHead(chunk.length));
    this.#toClient.add(chunk);
    if (this.#plan === 'chunked') this.#toClient.add(CHUNK_END);
  }

  responseEnd(trailers: Headers | null, reusable: boolean): void {
    if (this.#answer !== 'body') return;
    if (trailers !== null) endTrailers(trailers);
    if (this.#plan === 'chunked') this.#toClient.add(lastChunk(trailers));
    this.#flushAnswer();
    this.#answer = 'complete';
    if (this.#serverPaused) this.server.resume();
    this.#reusable = reusable && this.#requestComplete;
    this.#owner.exchangeDone(this.#reusable);
  }

  serverReadDone(): void {
    if (this.#answer !== 'failed') this.#flushAnswer();
  }

  #flushAnswer(): void {
    if (this.#toClient.isEmpty) return;
    this.#shown = this.#answer !== 'waiting';
    const taken = this.#toClient.flush((data) => this.#client.write(data));
    if (taken || this.#answer === 'complete') return;
    this.#serverPaused = true;
    this.server.pause();
  }

  /** What was written to the client is with the kernel. */
  clientDrained(): void {
    if (!this.#serverPaused || this.over) return;
    this.#serverPaused = false;
    this.server.resume();
  }

  responseFaulty(fault: MessageFault): void {
    this.#fail({ kind: 'bad-response', fault });
  }

  serverLeft(): void {
    this.#fail({ kind: 'server-left' });
  }

  /** Gives the answer up from outside: the owner will not be told. */
  abandon(): void {
    if (this.over) return;
    this.#answer = 'failed';
    this.server.reset();
  }

  #fail(why: ExchangeFailure): void {
    if (this.over) return;
    const begun = this.#answer === 'body' && this.#shown;
    // What came before the fault is the client's, unless it has seen nothing of it yet and can be told better.
    if (begun) this.#flushAnswer();
    else this.#toClient.clear();
    this.#answer = 'failed';
    this.#owner.exchangeFailed(why, begun);
  }

  #hasFailed(): boolean {
    return this.#answer === 'failed';
  }

  // --- time ------------------------------------------------------------------------------------------------------

  /** When to look again, or `NEVER_MS`; a timer that has struck is told, and then there is nothing more to look at. */
  look(nowMs: number): number {
    if (this.over) return NEVER_MS;
    const { clientMs, serverMs } = this.#timeouts;
    const clientSend = after(this.#client.blockedSinceMs, clientMs);
    const serverSend = after(this.server.blockedSinceMs, serverMs);
    const clientReceive =
      this.#requestComplete || serverSend !== NEVER_MS
        ? NEVER_MS
        : after(this.#client.lastActiveMs, clientMs);
    const serverReceive = this.#serverPaused ? NEVER_MS : after(this.server.lastActiveMs, serverMs);
    if (clientSend <= nowMs || clientReceive <= nowMs) return this.#strike('client');
    if (serverSend <= nowMs || serverReceive <= nowMs) return this.#strike('server');
    const next = Math.min(clientSend, clientReceive, serverSend, serverReceive);
    // Nothing but stamps changes meanwhile: a timer that starts right now is seen in time.
    return Math.min(next, after(nowMs, clientMs), after(nowMs, serverMs));
  }

  #strike(side: 'client' | 'server'): number {
    const waiting = this.#answer === 'waiting';
    this.server.close();
    const reason: EndReason =
      side === 'client' ? 'client-timeout' : waiting ? 'response-timeout' : 'server-timeout';
    this.#fail({ kind: 'timeout', side, reason });
    return NEVER_MS;
  }
}

/** 0 as a moment: it has not begun; 0 as a timeout: there is none. */
function after(sinceMs: number, timeoutMs: number): number {
  return sinceMs === 0 || timeoutMs === 0 ? NEVER_MS : sinceMs + timeoutMs;
}
