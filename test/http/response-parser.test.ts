/** Responses out of bytes: which request they answer, how their bodies end, and when a connection can be used again. */
import t from 'tap';
import type { AnsweredRequest } from '../../lib/http/response-parser.ts';
import { bytes, headReader, LIMITS, Responses } from './reading.ts';

const heads = headReader();
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';

function answer(text: string, request: Partial<AnsweredRequest> = {}, ends = false): Responses {
  const responses = new Responses(heads).expect(request);
  responses.parser.read(bytes(text));
  if (ends) responses.parser.finish();
  return responses;
}

void t.test('tells head, body and end, and can be used again', (t) => {
  const responses = answer(OK);
  t.same(responses.told, ['head 200 length 2', 'body hi', 'end']);
  t.equal(responses.head?.reason, 'OK');
  t.equal(responses.parser.reusable, true);
  responses.expect().parser.read(bytes('HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n'));
  t.same(responses.told.slice(3), ['head 404 none', 'end']);
  t.end();
});

void t.test('a response without a length ends with the connection, and well', (t) => {
  const responses = answer('HTTP/1.1 200 OK\r\n\r\nhi', {}, true);
  t.same(responses.told, ['head 200 until-close last', 'body hi', 'end']);
  t.equal(responses.parser.reusable, false);
  t.end();
});

void t.test('a response cut short is a fault', (t) => {
  const cut = (text: string): string | undefined => answer(text, {}, true).told.at(-1);
  t.equal(cut(''), 'bad cut-short');
  t.equal(cut('HTTP/1.1 200 OK\r\n'), 'bad cut-short');
  t.equal(cut('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi'), 'bad cut-short');
  t.equal(cut('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n'), 'bad cut-short');
  t.equal(cut('HTTP/1.1 103 Early\r\n\r\n'), 'bad cut-short');
  t.end();
});

void t.test('says whether a byte of the answer has come', (t) => {
  t.equal(answer('', {}, true).parser.answered, false);
  t.equal(answer('H', {}, true).parser.answered, true);
  t.end();
});

void t.test('interim responses go before', (t) => {
  const responses = answer(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: </x>\r\n\r\n${OK}`);
  t.same(responses.told, ['interim 100', 'interim 103', 'head 200 length 2', 'body hi', 'end']);
  t.end();
});

void t.test('answers that have no body, whatever their length says', (t) => {
  const told = (text: string, method: string): readonly string[] => answer(text, { method }).told;
  t.same(told('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 'HEAD'), ['head 200 none', 'end']);
  t.same(told('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'HEAD'), ['head 200 none', 'end']);
  t.same(told('HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\n', 'GET'), ['head 204 none', 'end']);
  t.same(told('HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n', 'GET'), ['head 304 none', 'end']);
  t.same(told('HTTP/1.1 200 OK\r\n\r\n', 'HEAD'), ['head 200 none', 'end']);
  t.end();
});

void t.test('says which response is the last of its connection', (t) => {
  const told = (text: string): string | undefined => answer(text).told[0];
  t.equal(
    told('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi'),
    'head 200 length 2 last',
  );
  t.equal(told('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi'), 'head 200 length 2 last');
  t.equal(
    told('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi'),
    'head 200 length 2',
  );
  t.end();
});

void t.test('bytes that nobody asked for are a fault, behind an answer or between two', (t) => {
  const behind = answer(`${OK}HTTP/1.1 200 OK\r\n`);
  t.equal(behind.told.at(-1), 'bad unasked-bytes');
  const between = answer(OK);
  between.parser.read(bytes('H'));
  t.equal(between.told.at(-1), 'bad unasked-bytes');
  const before = new Responses(heads);
  before.parser.read(bytes(OK));
  t.same(before.told, ['bad unasked-bytes']);
  t.end();
});

void t.test('knows at the end of an answer that more than it has come', (t) => {
  const responses = new Responses(heads).expect();
  let reusable = true;
  responses.onEnd = () => (reusable = responses.parser.reusable);
  responses.parser.read(bytes(`${OK}x`));
  t.equal(reusable, false);
  t.throws(() => responses.expect(), TypeError);
  t.end();
});

void t.test('can be expected to answer again from within the end of an answer', (t) => {
  const responses = new Responses(heads).expect();
  responses.onEnd = () => {
    responses.onEnd = () => {};
    responses.expect({ method: 'HEAD' });
  };
  responses.parser.read(bytes(OK));
  responses.parser.read(bytes('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'));
  t.same(responses.told, ['head 200 length 2', 'body hi', 'end', 'head 200 none', 'end']);
  t.end();
});

const WEBSOCKET = 'HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';

void t.test('keeps what follows a change of protocol', (t) => {
  const responses = answer(`${WEBSOCKET}Sec-WebSocket-Accept: x\r\n\r\n\x81\x00`, { upgrade: 'WebSocket' });
  responses.parser.read(bytes('\x82'));
  t.same(responses.told, ['switched 101']);
  t.same(responses.parser.takeUnread(), bytes('\x81\x00\x82'));
  t.equal(responses.parser.reusable, false);
  t.end();
});

void t.test('refuses a change of protocol that was not asked for, or only half said', (t) => {
  const told = (text: string, upgrade: string | null): string | undefined =>
    answer(text, { upgrade }).told.at(-1);
  t.equal(told(`${WEBSOCKET}Sec-WebSocket-Accept: x\r\n\r\n`, null), 'bad unasked-switch');
  t.equal(told(`${WEBSOCKET}Sec-WebSocket-Accept: x\r\n\r\n`, 'other'), 'bad unasked-switch');
  t.equal(told(`${WEBSOCKET}\r\n`, 'websocket'), 'bad bad-upgrade');
  t.equal(told('HTTP/1.1 101 Switching\r\n\r\n', 'other'), 'bad bad-upgrade');
  t.equal(
    told('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: b\r\n\r\n', 'a, b'),
    'switched 101',
  );
  t.end();
});

void t.test('an upgrade that is not granted is answered like any other request', (t) => {
  const responses = answer(OK, { upgrade: 'websocket' });
  t.same(responses.told, ['head 200 length 2', 'body hi', 'end']);
  t.equal(responses.parser.reusable, true);
  t.end();
});

void t.test('CONNECT that is granted opens a tunnel, and no other answer does', (t) => {
  t.same(answer('HTTP/1.1 200 OK\r\n\r\nx', { method: 'CONNECT' }).told, ['switched 200']);
  t.same(answer(OK.replace('200', '403'), { method: 'CONNECT' }).told, [
    'head 403 length 2',
    'body hi',
    'end',
  ]);
  t.end();
});

void t.test('refuses a head beyond the limits', (t) => {
  t.same(answer(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(LIMITS.bytes)}`).told, ['bad head-too-large']);
  t.same(answer(`HTTP/1.1 200 OK\r\n${'X: 1\r\n'.repeat(101)}\r\n`).told, ['bad too-many-headers']);
  t.end();
});

void t.test('tells a fault of the body as far as it has read', (t) => {
  t.same(answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nx').told, [
    'head 200 chunked',
    'body hi',
    'bad bad-chunk',
  ]);
  t.end();
});
