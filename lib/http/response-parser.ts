/**
 * Responses out of a server's bytes. Each answers a request that was announced (`expect`); bytes that nobody asked for are a fault, for the next
 * request would take them for its answer.
 *
 *     idle --expect--> waiting --> interim responses --> final --> idle
 *                                        |
 *                                        +--> switched   (101, or 2xx to CONNECT: what follows is kept unread)
 *
 * Not here: whose connection it is, and whether it is kept (`server-connection.ts`).
 */
import type { BodyKind } from './framing.ts';
import type { MessageFault } from './faults.ts';
import type { HeadReader } from './head-reader.ts';
import type { Headers } from '../message/headers.ts';
import { dropNamed } from './hop.ts';
import type { ResponseHead } from '../message/message.ts';
import { type HeadLimits, MessageParser } from './message-parser.ts';
import { checkResponse } from './strictness.ts';

/** What a response's head says about the bytes behind it. */
export interface ResponseFraming {
  readonly body: BodyKind;
  /** The server allows another request on its connection. */
  readonly keepAlive: boolean;
}

/** What a response answers, as it was sent to the server. */
export interface AnsweredRequest {
  readonly method: string;
  /** Value of `Upgrade` that was sent; null: none. */
  readonly upgrade: string | null;
}

/** Who hears what was read. May `pause` or `close` the parser from within. */
export interface ResponseOwner {
  /** An interim response (1xx but 101); the final one follows. */
  responseInformational(head: ResponseHead): void;
  /** See `ResponseFraming`. */
  responseHead(head: ResponseHead, body: BodyKind, keepAlive: boolean): void;
  /** A piece of the body, without its framing; the owner's to keep. */
  responseBody(piece: Buffer): void;
  /** It is complete; `reusable` says whether the connection may carry another. Trailers: null where there are none. */
  responseEnd(trailers: Headers | null): void;
  /** The connection speaks another protocol from here on; bytes of it that came are `takeUnread`'s. */
  responseSwitched(head: ResponseHead): void;
  /** It is no response. Nothing more is told; the parser is closed. */
  responseBad(fault: MessageFault): void;
}

export class ResponseParser extends MessageParser {
  readonly #owner: ResponseOwner;
  #request: AnsweredRequest | null = null;
  #keepAlive = true;
  #switched = false;
  #answered = false;

  constructor(heads: HeadReader, owner: ResponseOwner, limits: HeadLimits) {
    super(heads, limits);
    this.#owner = owner;
  }

  /** Announces which request the next response answers. Throws unless the connection is `reusable`. */
  expect(request: AnsweredRequest): void {
    if (!this.reusable) throw new TypeError('the connection cannot carry another request');
    this.#request = request;
    this.#answered = false;
    this.begin();
  }

  /** Nothing is under way on the connection and nothing speaks against another request. */
  get reusable(): boolean {
    return this.idle && this.#keepAlive && !this.#switched && this.unreadBytes === 0;
  }

  /** A byte of the answer has come: the request reached somebody. */
  get answered(): boolean {
    return this.#answered;
  }

  protected override began(): void {
    this.#answered = true;
  }

  protected override head(bytes: Buffer): void {
    const head = this.heads.response(bytes);
    if (typeof head === 'string') {
      this.fail(head);
      return;
    }
    const framing = checkResponse(head, this.#request ?? { method: '', upgrade: null });
    if (typeof framing === 'string') {
      this.fail(framing);
      return;
    }
    dropNamed(head.headers);
    if (framing === null) {
      this.#switched = true;
      this.stop();
      this.#owner.responseSwitched(head);
    } else if (head.status < 200) {
      this.beginAgain();
      this.#owner.responseInformational(head);
    } else {
      this.#keepAlive = framing.keepAlive;
      this.beginBody(framing.body);
      this.#owner.responseHead(head, framing.body, framing.keepAlive);
    }
  }

  protected override bodyPiece(piece: Buffer): void {
    this.#owner.responseBody(piece);
  }

  protected override ended(trailers: Headers | null): void {
    this.#request = null;
    this.#owner.responseEnd(trailers);
  }

  protected override bad(fault: MessageFault): void {
    this.#owner.responseBad(fault);
  }

  protected override keepsIdleBytes(): boolean {
    return this.#switched;
  }

  protected override get wantsMessage(): boolean {
    return this.#request !== null;
  }
}
