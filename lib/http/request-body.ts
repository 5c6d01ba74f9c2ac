/**
 * What has come of a request's body before there is a server to send it to, and whether it is complete.
 *
 * Not here: its way once there is one (`exchange.ts`).
 */
import type { Exchange } from './exchange.ts';
import type { Headers } from '../message/headers.ts';
import { endTrailers } from './hop.ts';

/** What may be read ahead, as HAProxy's buffer (`tune.bufsize`). */
const EARLY_BYTES_MAX = 16_384;

export class RequestBody {
  complete: boolean;
  #trailers: Headers | null = null;
  #early: Buffer[] = [];
  #earlyBytes = 0;
  #exchange: Exchange | null = null;

  /** `complete`: the request has no body. */
  constructor(complete: boolean) {
    this.complete = complete;
  }

  /** False: no more should come before there is a server. */
  add(piece: Buffer): boolean {
    if (this.#exchange !== null) {
      this.#exchange.requestBody(piece);
      return true;
    }
    this.#early.push(piece);
    this.#earlyBytes += piece.length;
    return this.#earlyBytes < EARLY_BYTES_MAX;
  }

  end(trailers: Headers | null): void {
    if (trailers !== null) endTrailers(trailers);
    this.complete = true;
    this.#trailers = trailers;
    this.#exchange?.requestEnd(trailers);
  }

  /** From here on it goes to the server as it comes. */
  sendBy(exchange: Exchange): void {
    this.#exchange = exchange;
    for (const piece of this.#early) exchange.requestBody(piece);
    this.#early = [];
    if (this.complete) exchange.requestEnd(this.#trailers);
    exchange.flushRequest();
  }
}
