/**
 * Generated messages: what was written is read, however it is cut up; whatever is wrong never throws and comes out the same in every cut; and where Node's
 * own parser reads a body in chunks too, it reads the same one.
 */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import t from 'tap';
import { loadHttpParser } from '../../lib/transport/node-internals.ts';
import { bytes, headReader, Requests, Responses } from '../http/reading.ts';

const TIME_LIMIT_MS = 2_500;
const heads = headReader();

/** Time-boxed; a failure shows its seed. */
function holds<T>(arbitrary: fc.Arbitrary<T>, predicate: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, predicate), {
    numRuns: 2_000,
    interruptAfterTimeLimit: TIME_LIMIT_MS,
    markInterruptAsFailure: false,
  });
}

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
/** No blanks at either end: they would not come back. */
const value = fc.stringMatching(/^(?:[!-~\xa1-\xff](?:[ \t!-~\xa1-\xff]{0,20}[!-~\xa1-\xff])?)?$/);
const target = fc.stringMatching(/^\/[!"$-;=?-Z_a-z~]{0,30}$/).filter((one) => !one.includes('\\'));
const line = fc.tuple(
  token.map((name) => `x-${name.toLowerCase()}`),
  value,
);
/** Sizes of pieces, used in turn. */
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

interface Message {
  readonly method: string;
  readonly target: string;
  readonly lines: readonly (readonly [string, string])[];
  readonly body: readonly string[] | string | null;
}

const message = fc.record<Message>({
  method: token.filter((method) => !['CONNECT', 'TRACE'].includes(method)),
  target,
  lines: fc.array(line, { maxLength: 6 }),
  body: fc.oneof(
    fc.constant(null),
    fc.stringMatching(/^[\s\S]{1,60}$/),
    fc.array(fc.stringMatching(/^[\s\S]{1,40}$/), { maxLength: 4 }),
  ),
});

/** A message on the wire; `extended`: its chunks have extensions. */
function written({ method, target: to, lines, body }: Message, extended: boolean): string {
  const fields = lines.map(([name, text]) => `${name}:${text}\r\n`).join('');
  const start = `${method} ${to} HTTP/1.1\r\nHost: a.example\r\n${fields}`;
  if (body === null) return `${start}\r\n`;
  if (typeof body === 'string') return `${start}Content-Length: ${body.length}\r\n\r\n${body}`;
  const extension = extended ? ';a="b c"' : '';
  const chunks = body.map((one) => `${one.length.toString(16)}${extension}\r\n${one}\r\n`).join('');
  return `${start}Transfer-Encoding: chunked\r\n\r\n${chunks}0${extension}\r\n\r\n`;
}

/** What has to be told of it. */
function expected({ method, target: to, body }: Message): string[] {
  const text = typeof body === 'string' ? body : (body ?? []).join('');
  const kind = body === null ? 'none' : typeof body === 'string' ? `length ${body.length}` : 'chunked';
  return ['began', `head ${method} ${to} ${kind}`, ...(text === '' ? [] : [`body ${text}`]), 'end'];
}

function pieces(text: string, sizes: readonly number[]): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    found.push(bytes(text.slice(at, at + size)));
    at += size;
  }
  return found;
}

function requestsIn(parts: readonly Buffer[]): readonly string[] {
  const requests = new Requests(heads);
  for (const part of parts) requests.parser.read(part);
  requests.parser.finish();
  return requests.told;
}

function responsesIn(parts: readonly Buffer[]): readonly string[] {
  const responses = new Responses(heads).expect();
  for (const part of parts) responses.parser.read(part);
  responses.parser.finish();
  return responses.told;
}

void t.test('requests one behind another are read as they were written, however they are cut', (t) => {
  holds(
    fc.tuple(fc.array(message, { minLength: 1, maxLength: 4 }), fc.boolean(), cuts),
    ([messages, extended, sizes]) => {
      const text = messages.map((one) => written(one, extended)).join('');
      const wanted = messages.flatMap(expected);
      assert.deepEqual(requestsIn(pieces(text, sizes)), wanted);
      assert.deepEqual(requestsIn([bytes(text)]), wanted);
    },
  );
  t.end();
});

/** Bytes that matter, and others. */
const oddity = fc.constantFrom(
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  '0',
  'f',
  'x',
  ',',
  '\xff',
  '',
  'chunked',
  'Host: b',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
);
const damage = fc.array(fc.tuple(fc.nat(400), fc.nat(4), oddity), { minLength: 1, maxLength: 3 });

function damaged(text: string, changes: readonly (readonly [number, number, string])[]): string {
  let found = text;
  for (const [place, removed, added] of changes) {
    const at = place % (found.length + 1);
    found = found.slice(0, at) + added + found.slice(at + removed);
  }
  return found;
}

void t.test('a damaged request comes out the same in every cut', (t) => {
  holds(fc.tuple(message, message, damage, cuts), ([one, other, changes, sizes]) => {
    const text = damaged(written(one, true) + written(other, false), changes);
    const whole = requestsIn([bytes(text)]);
    assert.deepEqual(requestsIn(pieces(text, sizes)), whole);
    const bad = whole.findIndex((note) => note.startsWith('bad '));
    assert.ok(bad < 0 || bad === whole.length - 1, 'nothing is told after a fault');
  });
  t.end();
});

const RESPONSES = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: 1\r\n\r\n',
  'HTTP/1.0 200 OK\r\nX: 1\r\n\r\nhello',
];

void t.test('a damaged response comes out the same in every cut', (t) => {
  holds(fc.tuple(fc.constantFrom(...RESPONSES), damage, cuts), ([response, changes, sizes]) => {
    const text = damaged(response, changes);
    assert.deepEqual(responsesIn(pieces(text, sizes)), responsesIn([bytes(text)]));
  });
  t.end();
});

void t.test('bytes of any kind never throw', (t) => {
  holds(fc.tuple(fc.uint8Array({ maxLength: 200 }), cuts), ([random, sizes]) => {
    const text = Buffer.from(random).toString('latin1');
    requestsIn(pieces(text, sizes));
    responsesIn(pieces(text, sizes));
  });
  t.end();
});

/** The body of one request as Node's own parser reads it; null: it refuses, or does not come to the end. */
function bodyByNode(text: string): string | null {
  const binding = loadHttpParser();
  if (typeof binding === 'string') throw new Error(binding);
  const { HTTPParser } = binding;
  const { kOnBody, kOnMessageComplete } = HTTPParser as unknown as Record<string, number>;
  const parser = new HTTPParser();
  const callbacks = parser as unknown as Record<string, unknown>;
  let body = '';
  let complete = false;
  parser.initialize(HTTPParser.REQUEST, {}, 0, 0);
  parser[HTTPParser.kOnHeadersComplete] = () => 0;
  callbacks[String(kOnBody)] = (piece: Buffer) => (body += piece.toString('latin1'));
  callbacks[String(kOnMessageComplete)] = () => (complete = true);
  const read = parser.execute(bytes(text));
  return typeof read === 'number' && complete ? body : null;
}

void t.test('chunks mean the same to us and to the parser of Node', (t) => {
  const chunks = fc.array(fc.stringMatching(/^[\s\S]{1,20}$/), { maxLength: 3 });
  const head = 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n';
  holds(fc.tuple(chunks, damage), ([body, changes]) => {
    const encoded = body.map((one) => `${one.length.toString(16)}\r\n${one}\r\n`).join('');
    const text = head + damaged(`${encoded}0\r\n\r\n`, changes);
    const requests = new Requests(heads);
    requests.goesOn = false;
    requests.parser.read(bytes(text));
    const { told } = requests;
    if (!told.some((note) => note.startsWith('end'))) return;
    const theirs = bodyByNode(text);
    const ours = told.find((note) => note.startsWith('body '))?.slice('body '.length) ?? '';
    if (theirs !== null) assert.equal(ours, theirs);
  });
  t.end();
});
