/**
 * Requests out of a client's bytes, one at a time: what follows a request (pipelining, or the first bytes of another protocol) is kept
 * until the owner asks for it.
 *
 * Not here: whose connection it is, and what is done with a request (`client-connection.ts`).
 */
import type { BodyKind } from './framing.ts';
import type { MessageFault } from './faults.ts';
import type { HeadReader } from './head-reader.ts';
import type { Headers } from '../message/headers.ts';
import { dropNamed } from './hop.ts';
import type { RequestHead } from '../message/message.ts';
import { type HeadLimits, MessageParser } from './message-parser.ts';
import { checkRequest } from './strictness.ts';

/** What a request's head says about the bytes behind it. */
export interface RequestFraming {
  readonly body: BodyKind;
  /** The client allows another request on its connection. */
  readonly keepAlive: boolean;
  /** It asks to leave HTTP: `Upgrade`, or CONNECT. Its answer decides whether bytes behind it are still requests. */
  readonly upgrade: boolean;
}

/** Who hears what was read. May `pause`, `close` or `next` the parser from within. */
export interface RequestOwner {
  /** The first byte of a request. */
  requestBegan(): void;
  /** See `RequestFraming`. */
  requestHead(head: RequestHead, body: BodyKind, keepAlive: boolean, upgrade: boolean): void;
  /** A piece of the body, without its framing; the owner's to keep. */
  requestBody(piece: Buffer): void;
  /** It is complete. Trailers: null where there are none. Nothing more before `next`. */
  requestEnd(trailers: Headers | null): void;
  /** It is no request. Nothing more is told; the parser is closed. */
  requestBad(fault: MessageFault): void;
}

export class RequestParser extends MessageParser {
  readonly #owner: RequestOwner;

  /** Begins with the first request; nothing is told before `read`. */
  constructor(heads: HeadReader, owner: RequestOwner, limits: HeadLimits) {
    super(heads, limits);
    this.#owner = owner;
    this.begin();
  }

  /** The next request, out of what was kept and what comes. Only after `requestEnd`. */
  next(): void {
    if (this.idle) this.begin();
  }

  protected override began(): void {
    this.#owner.requestBegan();
  }

  protected override head(bytes: Buffer): void {
    const head = this.heads.request(bytes);
    if (typeof head === 'string') {
      this.fail(head);
      return;
    }
    const framing = checkRequest(head);
    if (typeof framing === 'string') {
      this.fail(framing);
      return;
    }
    dropNamed(head.headers);
    this.beginBody(framing.body);
    this.#owner.requestHead(head, framing.body, framing.keepAlive, framing.upgrade);
  }

  protected override bodyPiece(piece: Buffer): void {
    this.#owner.requestBody(piece);
  }

  protected override ended(trailers: Headers | null): void {
    this.#owner.requestEnd(trailers);
  }

  protected override bad(fault: MessageFault): void {
    this.#owner.requestBad(fault);
  }

  protected override keepsIdleBytes(): boolean {
    return true;
  }

  /** A client may leave between two requests. */
  protected override get wantsMessage(): boolean {
    return false;
  }
}
