/** Fetches of HTTP over the bytes of mode tcp: when HAProxy 2.6.12 sent a client to the backend of WebSockets. */
import t from 'tap';
import { readContent } from '../../lib/sample/content.ts';
import { engineOver, holds, sourceOf } from './stand-ins.ts';

const CHAT = 'GET /chat HTTP/1.1\r\n';

const CASES: readonly (readonly [content: string, isWebSocket: boolean])[] = [
  [`${CHAT}Host: a\r\nUpgrade: websocket\r\n\r\n`, true],
  [`${CHAT}Host: a\r\nUpgrade: websocket\r\n\r\nmore bytes`, true],
  [`${CHAT}Host: a\r\nUpgrade: websocket\r\n`, false],
  [`${CHAT}Upgrade: websocket\r\nHost`, false],
  [`${CHAT}Upgrade: websocket`, false],
  [`${CHAT}Upgrade: foo, WebSocket\r\n\r\n`, true],
  [`${CHAT}Upgrade : websocket\r\n\r\n`, false],
  ['GET /chat HTTP/1.1\nUpgrade: websocket\n\n', true],
  ['GET /chat HTTP/1.0\r\nUpgrade: websocket\r\n\r\n', true],
  [`\r\n${CHAT}Upgrade: websocket\r\n\r\n`, true],
  ['FOO /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n', true],
  ['GET /chat HTTP/2.0\r\nUpgrade: websocket\r\n\r\n', true],
  ['GET chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n', true],
  [`${CHAT}X: a\r\n b\r\nUpgrade: websocket\r\n\r\n`, true],
  ['GET /chat\r\nUpgrade: websocket\r\n\r\n', false],
  [`${CHAT}Upgrade: websocket\r\nBa d: x\r\n\r\n`, false],
  ['GET /ch\x01at HTTP/1.1\r\nUpgrade: websocket\r\n\r\n', false],
  ['GET /a  HTTP/1.1\r\nUpgrade: websocket\r\n\r\n', true],
  [`${CHAT}X: a\x01b\r\nUpgrade: websocket\r\n\r\n`, true],
  ['', false],
  ['\r\n\r\n', false],
  ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', false],
];

void t.test('a request is there once its headers are complete', async (t) => {
  for (const [content, expected] of CASES) {
    const found = holds('if { hdr(Upgrade) -i WebSocket }', sourceOf({ content }));
    t.equal(found, expected, JSON.stringify(content));
  }
});

void t.test('what has come is looked at again when more comes', async (t) => {
  const engine = engineOver();
  const path = engine.expression('path');
  const complete = engine.expression('req.proto_http');
  const length = engine.expression('req.len');
  const whole = Buffer.from(`${CHAT}Host: a\r\n\r\n`);
  const stream = { ...sourceOf(), content: whole.subarray(0, 10) };
  t.equal(path(stream), null);
  t.equal(complete(stream), false);
  t.equal(length(stream), 10);
  stream.content = whole;
  t.equal(path(stream), '/chat');
  t.equal(complete(stream), true);
});

void t.test('a head that never ends is not gone through for ever', async (t) => {
  t.equal(
    readContent(Buffer.from(`${CHAT}${'X: y\r\n'.repeat(4000)}\r\n`)),
    null,
    'longer than a buffer of HAProxy',
  );
  t.not(readContent(Buffer.from(`${CHAT}${'X: y\r\n'.repeat(400)}\r\n`)), null);
});
