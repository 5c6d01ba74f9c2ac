/**
 * Parsers with owners that note what they are told, as text: `head GET / none`, `body hello`, `end`, `bad two-lengths`.
 *
 * Not here: what is sent.
 */
import type { BodyKind } from '../../lib/http/framing.ts';
import type { MessageFault } from '../../lib/http/faults.ts';
import { HeadReader } from '../../lib/http/head-reader.ts';
import type { Headers } from '../../lib/message/headers.ts';
import type { RequestHead, ResponseHead } from '../../lib/message/message.ts';
import type { HeadLimits } from '../../lib/http/message-parser.ts';
import { type RequestOwner, RequestParser } from '../../lib/http/request-parser.ts';
import { type AnsweredRequest, type ResponseOwner, ResponseParser } from '../../lib/http/response-parser.ts';
import { loadHttpParser } from '../../lib/transport/node-internals.ts';

/** As HAProxy's are by default. */
export const LIMITS: HeadLimits = { bytes: 15_360, lines: 100 };

/** A reader on the parser of the Node that runs the test. */
export function headReader(): HeadReader {
  const binding = loadHttpParser();
  if (typeof binding === 'string') throw new Error(binding);
  return new HeadReader(binding);
}

/** Bytes of Latin-1 text. */
export function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Adjacent pieces of a body are one note: how the bytes were cut up does not show. */
class Notes {
  readonly entries: string[] = [];
  #inBody = false;

  note(entry: string): void {
    this.#inBody = false;
    this.entries.push(entry);
  }

  piece(piece: Buffer): void {
    const text = piece.toString('latin1');
    if (this.#inBody) this.entries.push(`${this.entries.pop() ?? ''}${text}`);
    else this.entries.push(`body ${text}`);
    this.#inBody = true;
  }

  end(trailers: Headers | null): void {
    this.note(trailers === null ? 'end' : `end ${trailers.lines.join(' ')}`);
  }
}

function shown(body: BodyKind): string {
  return body.kind === 'length' ? `length ${body.bytes}` : body.kind;
}

/** A client's side. */
export class Requests implements RequestOwner {
  readonly parser: RequestParser;
  readonly notes = new Notes();
  /** The last one. */
  head: RequestHead | null = null;
  /** Goes on with the next request by itself. */
  goesOn = true;
  /** Runs when a head was noted. */
  onHead: () => void = () => {};

  constructor(heads: HeadReader, limits: HeadLimits = LIMITS) {
    this.parser = new RequestParser(heads, this, limits);
  }

  get told(): readonly string[] {
    return this.notes.entries;
  }

  requestBegan(): void {
    this.notes.note('began');
  }
  requestHead(head: RequestHead, body: BodyKind, keepAlive: boolean, upgrade: boolean): void {
    this.head = head;
    const flags = `${keepAlive ? '' : ' last'}${upgrade ? ' upgrade' : ''}`;
    this.notes.note(`head ${head.method} ${head.target} ${shown(body)}${flags}`);
    this.onHead();
  }
  requestBody(piece: Buffer): void {
    this.notes.piece(piece);
  }
  requestEnd(trailers: Headers | null): void {
    this.notes.end(trailers);
    if (this.goesOn) this.parser.next();
  }
  requestBad(fault: MessageFault): void {
    this.notes.note(`bad ${fault.code}`);
  }
}

/** A server's side. */
export class Responses implements ResponseOwner {
  readonly parser: ResponseParser;
  readonly notes = new Notes();
  head: ResponseHead | null = null;
  /** Runs when an end was noted. */
  onEnd: () => void = () => {};

  constructor(heads: HeadReader, limits: HeadLimits = LIMITS) {
    this.parser = new ResponseParser(heads, this, limits);
  }

  get told(): readonly string[] {
    return this.notes.entries;
  }

  /** Announces a request, GET if nothing else is said. */
  expect(request: Partial<AnsweredRequest> = {}): this {
    this.parser.expect({ method: 'GET', upgrade: null, ...request });
    return this;
  }

  responseInformational(head: ResponseHead): void {
    this.notes.note(`interim ${head.status}`);
  }
  responseHead(head: ResponseHead, body: BodyKind, keepAlive: boolean): void {
    this.head = head;
    this.notes.note(`head ${head.status} ${shown(body)}${keepAlive ? '' : ' last'}`);
  }
  responseBody(piece: Buffer): void {
    this.notes.piece(piece);
  }
  responseEnd(trailers: Headers | null): void {
    this.notes.end(trailers);
    this.onEnd();
  }
  responseSwitched(head: ResponseHead): void {
    this.notes.note(`switched ${head.status}`);
  }
  responseBad(fault: MessageFault): void {
    this.notes.note(`bad ${fault.code}`);
  }
}
