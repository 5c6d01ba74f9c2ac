/** In mode http what is captured of a request and its answer lasts, whatever rules make of them. */
import t from 'tap';
import { balance, eventually, server } from '../help/balancer.ts';
import { answering, get } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';

const text = (port: number): string => `listen l
  mode http
  bind 127.0.0.1:0
  capture request header X-A len 5
  capture request header X-B len 10
  capture response header X-N len 1
  http-request set-path /changed
  http-request set-header X-A other
  http-request set-header X-Kept %[capture.req.hdr(0)]
  http-response set-header X-N 99
  http-response set-header X-Line "%[capture.req.method] %[capture.req.uri] %[capture.req.ver] %[capture.res.ver]"
  http-response set-header X-Headers "%[capture.req.hdr(0)] <%[capture.req.hdr(1)]> %[capture.res.hdr(0)]"
  http-response set-header X-Acl yes if { capture.req.uri -m beg /orig } ! { capture.req.hdr(1) -m found }
  server a 127.0.0.1:${port}`;

void t.test('rules about the answer ask what the request was', async (t) => {
  const reply = 'HTTP/1.1 200 OK\r\nX-N: 22\r\nContent-Length: 2\r\n\r\nok';
  const a = await server(t, { service: answering(reply) });
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get('/orig?q=1', 'X-A: abcdefgh'));
  await eventually(() => client.text.endsWith('ok'), 'an answer');
  t.match(client.text, 'x-line: GET /orig?q=1 HTTP/1.1 HTTP/1.1\r\n');
  t.match(client.text, 'x-headers: abcde <> 2\r\n');
  t.match(client.text, 'x-acl: yes\r\n');
  t.match(a.peers[0]?.text, /^GET \/changed\?q=1 HTTP[^]*x-kept: abcde\r\n/);
  client.end();
  await settledHttp(t, running);
});
