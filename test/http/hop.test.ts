/** What ends at this hop, what stays, and what nobody can name away. */
import t from 'tap';
import { Headers } from '../../lib/message/headers.ts';
import { dropNamed, endRequestHop, endResponseHop, endTrailers } from '../../lib/http/hop.ts';

void t.test('what Connection names goes', (t) => {
  const headers = new Headers([
    'Connection',
    'X-Secret, keep-alive',
    'connection',
    '"quoted", x-other',
    'X-Secret',
    '1',
    'x-other',
    '2',
    'x',
    '3',
  ]);
  dropNamed(headers);
  t.same(headers.lines, ['connection', 'X-Secret, keep-alive', 'connection', '"quoted", x-other', 'x', '3']);
  t.end();
});

void t.test('thousands of names are looked for at once', (t) => {
  const names = Array.from({ length: 6000 }, (_, at) => `x${at}`).join(',');
  const lines = Array.from({ length: 90 }, (_, at) => [`X${at}`, '1']).flat();
  const headers = new Headers(['connection', names, ...lines, 'y', '1']);
  dropNamed(headers);
  t.same(headers.lines, ['connection', names, 'y', '1']);
  t.end();
});

void t.test('what is meant for the other end cannot be named away', (t) => {
  const names = [
    'host',
    'content-length',
    'content-type',
    'cookie',
    'authorization',
    'x-forwarded-for',
    'x-real-ip',
    'sec-websocket-key',
    'if-match',
    'transfer-encoding',
    'upgrade',
  ];
  const headers = new Headers(['connection', names.join(', '), ...names.flatMap((name) => [name, '1'])]);
  dropNamed(headers);
  t.equal(headers.count, 1 + names.length);
  t.end();
});

void t.test('a header called close stays where Connection says close', (t) => {
  const headers = new Headers(['connection', 'close', 'close', '1']);
  dropNamed(headers);
  t.equal(headers.get('close'), '1');
  t.end();
});

void t.test('of a request nothing goes on that is for one hop', (t) => {
  const headers = new Headers([
    'host',
    'a.example',
    'connection',
    'keep-alive',
    'keep-alive',
    'timeout=5',
    'proxy-connection',
    'keep-alive',
    'te',
    'gzip',
    'transfer-encoding',
    'chunked',
    'upgrade',
    'other',
    'http2-settings',
    'AAMA',
    'proxy-authorization',
    'Basic x',
    'trailer',
    'x-sum',
  ]);
  t.equal(endRequestHop(headers, false), null);
  t.same(headers.lines, ['host', 'a.example', 'proxy-authorization', 'Basic x', 'trailer', 'x-sum']);
  t.end();
});

void t.test('of TE trailers are left, and Connection says so', (t) => {
  const headers = new Headers(['te', 'gzip;q=0.5', 'te', 'Trailers;q=1, deflate', 'connection', 'te']);
  endRequestHop(headers, false);
  t.same(headers.lines, ['te', 'trailers', 'connection', 'te']);
  t.end();
});

void t.test('an upgrade goes on where it may, and only if Connection says so too', (t) => {
  const upgrade = (connection: string, upgrades: boolean): [string | null, readonly string[]] => {
    const headers = new Headers(['connection', connection, 'upgrade', 'WebSocket', 'x', '1']);
    return [endRequestHop(headers, upgrades), headers.lines];
  };
  t.same(upgrade('keep-alive, Upgrade', true), ['WebSocket', ['upgrade', 'WebSocket', 'x', '1']]);
  t.same(upgrade('keep-alive, Upgrade', false), [null, ['x', '1']]);
  t.same(upgrade('keep-alive', true), [null, ['x', '1']]);
  t.end();
});

void t.test('HTTP/2 is never upgraded to', (t) => {
  for (const wanted of ['h2c', 'H2C', 'websocket, h2c', 'h2']) {
    const headers = new Headers([
      'connection',
      'upgrade, http2-settings',
      'upgrade',
      wanted,
      'http2-settings',
      'x',
    ]);
    t.equal(endRequestHop(headers, true), null, wanted);
    t.same(headers.lines, [], wanted);
  }
  t.end();
});

void t.test('of a response nothing goes on that is for one hop', (t) => {
  const headers = new Headers([
    'connection',
    'close',
    'keep-alive',
    'x',
    'transfer-encoding',
    'chunked',
    'upgrade',
    'h2',
    'server',
    's',
    'proxy-authenticate',
    'Basic',
  ]);
  endResponseHop(headers);
  t.same(headers.lines, ['server', 's', 'proxy-authenticate', 'Basic']);
  t.end();
});

void t.test('trailers say nothing about framing, routing or who somebody is', (t) => {
  const headers = new Headers([
    'content-length',
    '1',
    'transfer-encoding',
    'chunked',
    'host',
    'x',
    'cookie',
    'a=b',
    'set-cookie',
    'a=b',
    'connection',
    'x',
    'x-sum',
    '1',
  ]);
  endTrailers(headers);
  t.same(headers.lines, ['x-sum', '1']);
  t.end();
});
