/**
 * What reading requests and reading responses have in common: bytes as they come, cut into heads and pieces of bodies, one message at a
 * time. What follows a message is kept unread until its turn.
 *
 *     idle --begin--> head --> body --> idle
 *                       |        |
 *                       +--------+--> closed   (a fault, `close`; what comes then is dropped)
 *
 * Not here: what requests and responses are told apart by (`request-parser.ts`, `response-parser.ts`), whose bytes they are.
 */
import { type BodyKind, type BodyReader, bodyReader } from './framing.ts';
import { messageFault, type MessageFault, type MessageFaultCode } from './faults.ts';
import { HeadScan } from './head-scan.ts';
import type { HeadReader } from './head-reader.ts';
import type { Headers } from '../message/headers.ts';
import { endTrailers } from './hop.ts';

/** How large a head, and a block of trailers, may be. */
export interface HeadLimits {
  /** Start line, header lines and the empty line. HAProxy: `tune.bufsize` without `tune.maxrewrite`, 15360. */
  readonly bytes: number;
  /** Header lines. HAProxy: one less than `tune.http.maxhdr`, 100. */
  readonly lines: number;
}

const LF = 10;
const CR = 13;

export abstract class MessageParser {
  protected readonly heads: HeadReader;
  readonly #limits: HeadLimits;
  readonly #scan = new HeadScan();
  #stage: 'idle' | 'head' | 'body' | 'closed' = 'idle';
  /** Bytes not used yet, from `#at` on. */
  #unread: Buffer | null = null;
  #at = 0;
  /** A byte of the message was read. */
  #began = false;
  #body: BodyReader | null = null;
  #paused = false;
  #running = false;
  /** The peer's FIN was seen. */
  #finished = false;

  constructor(heads: HeadReader, limits: HeadLimits) {
    this.heads = heads;
    this.#limits = limits;
  }

  /** Bytes came. The owner is told from within, as far as it wants to hear (`pause`). */
  read(chunk: Buffer): void {
    if (this.#stage === 'closed') return;
    this.#unread = this.#unread === null ? chunk : Buffer.concat([this.#left(this.#unread), chunk]);
    this.#scan.shift(this.#at);
    this.#at = 0;
    this.#run();
  }

  /** The peer's FIN came: a message that is not complete is cut short, unless its body ends that way. */
  finish(): void {
    this.#finished = true;
    this.#run();
  }

  /** The owner hears nothing until `resume`; bytes that come are kept. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#run();
  }

  /** The owner hears nothing any more. */
  close(): void {
    this.#stage = 'closed';
    this.#unread = null;
  }

  /** Bytes that came and belong to no message read so far. */
  get unreadBytes(): number {
    return this.#unread === null ? 0 : this.#unread.length - this.#at;
  }

  /** Gives those bytes away, for whoever has the connection next. */
  takeUnread(): Buffer | null {
    const left = this.#unread === null ? null : this.#left(this.#unread);
    this.#unread = null;
    return left === null || left.length === 0 ? null : left;
  }

  /** A message has begun and not ended. */
  get midMessage(): boolean {
    return this.#stage === 'body' || (this.#stage === 'head' && this.#began);
  }

  /** Waits for the next message to begin, or stopped behind one. */
  protected get idle(): boolean {
    return this.#stage === 'idle';
  }

  /** From here on a message is read. */
  protected begin(): void {
    if (this.#stage === 'closed') return;
    this.#stage = 'head';
    this.#began = false;
    this.#run();
  }

  /** The head was taken, and another follows: interim responses. */
  protected beginAgain(): void {
    this.#stage = 'head';
    this.#began = false;
  }

  /** The head was taken, and a body like this follows. */
  protected beginBody(kind: BodyKind): void {
    this.#stage = 'body';
    this.#body = bodyReader(kind, this.#limits.bytes);
  }

  /** The head was taken, and nothing that follows is HTTP, or of this message. */
  protected stop(): void {
    if (this.#stage !== 'closed') this.#stage = 'idle';
  }

  protected fail(code: MessageFaultCode): void {
    this.close();
    this.bad(messageFault(code));
  }

  /** The first byte of a message. */
  protected abstract began(): void;
  /** A complete head; answers with `beginBody`, `beginAgain`, `stop` or `fail`. */
  protected abstract head(bytes: Buffer): void;
  protected abstract bodyPiece(piece: Buffer): void;
  protected abstract ended(trailers: Headers | null): void;
  /** Nothing is told afterwards. */
  protected abstract bad(fault: MessageFault): void;
  /** Bytes while idle. True: they stay for later. */
  protected abstract keepsIdleBytes(): boolean;

  #left(unread: Buffer): Buffer {
    return this.#at === 0 ? unread : unread.subarray(this.#at);
  }

  #run(): void {
    // From within a callback: the run that called it goes on by itself.
    if (this.#running) return;
    this.#running = true;
    try {
      while (!this.#paused && this.#step());
    } finally {
      this.#running = false;
    }
    if (this.#unread !== null && this.#at === this.#unread.length) this.#unread = null;
  }

  /** One thing to tell; false: there is none before more bytes come. */
  #step(): boolean {
    switch (this.#stage) {
      case 'idle':
        if (this.unreadBytes > 0 && !this.keepsIdleBytes()) this.fail('unasked-bytes');
        return false;
      case 'head':
        return this.#stepHead();
      case 'body':
        return this.#stepBody();
      case 'closed':
        return false;
    }
  }

  #stepHead(): boolean {
    const unread = this.#unread;
    if (unread === null || this.#at === unread.length) return this.#cutIfFinished();
    if (!this.#began) return this.#stepToBeginning(unread);
    const end = this.#scan.look(unread);
    if (typeof end !== 'number') {
      this.fail(end);
    } else if ((end < 0 ? unread.length : end) - this.#at > this.#limits.bytes) {
      this.fail('head-too-large');
    } else if (this.#scan.lineCount - 1 > this.#limits.lines) {
      this.fail('too-many-headers');
    } else if (end < 0) {
      return this.#cutIfFinished();
    } else {
      const bytes = unread.subarray(this.#at, end);
      this.#at = end;
      this.head(bytes);
    }
    return true;
  }

  /** Skips empty lines before a start line (RFC 9112, 2.2). */
  #stepToBeginning(unread: Buffer): boolean {
    while (unread[this.#at] === CR && unread[this.#at + 1] === LF) this.#at += 2;
    if (this.#at === unread.length) return this.#cutIfFinished();
    if (unread[this.#at] === CR && this.#at + 1 === unread.length) return this.#cutIfFinished();
    this.#began = true;
    this.#scan.begin(this.#at);
    this.began();
    return true;
  }

  #stepBody(): boolean {
    const body = this.#body;
    if (body === null || body.over) return this.#endBody(body?.trailers ?? null);
    const unread = this.#unread;
    if (unread === null || this.#at === unread.length) {
      if (this.#finished && body.endsWithConnection) return this.#endBody(null);
      return this.#cutIfFinished();
    }
    const next = body.step(unread, this.#at);
    if (typeof next !== 'number') {
      this.fail(next);
      return false;
    }
    this.#at = next;
    if (body.piece !== null) this.bodyPiece(body.piece);
    return true;
  }

  #endBody(block: Buffer | null): boolean {
    const trailers = block === null ? null : this.heads.fields(block);
    if (typeof trailers === 'string') {
      this.fail('bad-trailer');
      return false;
    }
    if (trailers !== null) endTrailers(trailers);
    this.#body = null;
    this.#stage = 'idle';
    this.ended(trailers);
    return true;
  }

  #cutIfFinished(): boolean {
    if (this.#finished && (this.midMessage || this.wantsMessage)) this.fail('cut-short');
    return false;
  }

  /** A connection that ends before the message has begun is a fault as well. */
  protected abstract get wantsMessage(): boolean;
}
