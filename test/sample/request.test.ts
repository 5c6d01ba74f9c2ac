/** Start lines and parameters as HAProxy 2.6.12 has them; every expectation was seen there. */
import t from 'tap';
import type { Sample } from '../../lib/sample/sample.ts';
import { engineOver, holds, sourceOf } from './stand-ins.ts';

const engine = engineOver();

type Values = Readonly<Record<string, Sample | null>>;

function check(t: Tap, target: string, headers: readonly string[], values: Values): void {
  const source = sourceOf({ request: { target, headers } });
  for (const [expression, value] of Object.entries(values)) {
    t.equal(engine.expression(expression)(source), value, `${target}: ${expression}`);
  }
}

type Tap = Pick<typeof t, 'equal'>;

void t.test('a target and its parts', async (t) => {
  check(t, '/p/q?a=1&b=3&a=2', ['host', 'x.y:80'], {
    path: '/p/q',
    pathq: '/p/q?a=1&b=3&a=2',
    query: 'a=1&b=3&a=2',
    base: 'x.y:80/p/q',
    method: 'GET',
    'req.ver': '1.1',
    'url_param(a)': '1',
    url_port: null,
  });
  check(t, 'http://x.y/a?x=1;a=2?a=3', ['host', 'x.y'], {
    path: '/a',
    url: 'http://x.y/a?x=1;a=2?a=3',
    query: 'x=1;a=2?a=3',
    base: 'x.y/a',
    'url_param(a)': '2',
    'url_param(a,;)': '2?a=3',
    'urlp_val(a)': 2,
  });
  check(t, '*', ['host', 'x.y:80'], { path: null, url: '*', query: null, base: 'x.y:80' });
  check(t, '/a??', ['host', 'x.y:80'], { path: '/a', query: '?', pathq: '/a??' });
  check(t, 'http://1.2.3.4:8080', ['host', '1.2.3.4:8080'], {
    path: null,
    base: '1.2.3.4:8080',
    url_port: 8080,
  });
  check(t, '/a;b=1?a=&a', [], {
    path: '/a;b=1',
    query: 'a=&a',
    base: '/a;b=1',
    'url_param(a)': '',
    'urlp_val(a)': 0,
  });
  check(t, '/?A=1', [], { path: '/', 'url_param(a)': null, 'urlp_val(a)': null });
  t.equal(engine.text('url_ip')(sourceOf({ request: { target: 'http://1.2.3.4:8080' } })), '1.2.3.4');
  t.equal(engine.text('url_ip')(sourceOf({ request: { target: 'https://[::1]/' } })), '::1');
  t.equal(engine.expression('url_port')(sourceOf({ request: { target: 'https://[::1]/' } })), 443);
});

void t.test('an ACL tests every parameter of a name', async (t) => {
  const source = sourceOf({ request: { target: '/p?a=1&b=3&a=2' } });
  t.ok(holds('if { url_param(a) 1 } { url_param(a) 2 }', source));
  t.notOk(holds('if { url_param(a) 3 }', source));
  t.ok(holds('if { url_param -m str 3 }', source), 'without a name, of all');
});

void t.test('methods have a case, also with -i', async (t) => {
  const source = sourceOf({ request: { method: 'GET' } });
  t.ok(holds('if METH_GET', source));
  t.notOk(holds('if { method -i get }', source));
  t.ok(holds('if { method,lower get }', source));
});

void t.test('without a request there is none of it', async (t) => {
  for (const expression of [
    'path',
    'url',
    'method',
    'query',
    'base',
    'req.ver',
    'hdr(host)',
    'hdr_cnt(x)',
    'url_param(a)',
    'cook',
    'status',
  ]) {
    t.equal(engine.expression(expression)(sourceOf()), null, expression);
  }
  t.equal(engine.expression('req.proto_http')(sourceOf()), false);
  t.equal(engine.expression('status')(sourceOf({ response: { status: 204 } })), 204);
});

// As HAProxy 2.6 has them.
void t.test('what was noted of a request lasts, whatever rules have made of it', async (t) => {
  const captures = {
    startLine: { method: 'GET', target: '/orig?q=1', version: 'HTTP/1.1' },
    requestHeaders: ['abcde', null, ''],
    responseHeaders: ['2'],
  };
  const source = sourceOf({ captures, request: { method: 'PUT', target: '/changed' }, response: {} });
  const texts: Values = {
    'capture.req.method': 'GET',
    'capture.req.uri': '/orig?q=1',
    'capture.req.ver': 'HTTP/1.1',
    'capture.req.hdr(0)': 'abcde',
    'capture.req.hdr(1)': null,
    'capture.req.hdr(2)': '',
    'capture.req.hdr(3)': null,
    'capture.res.hdr(0)': '2',
    'capture.res.ver': 'HTTP/1.1',
  };
  for (const [expression, text] of Object.entries(texts))
    t.equal(engineOver().text(expression, 'response')(source), text, expression);
  const abcde = 'if { capture.req.hdr(0) abcde }'.split(' ');
  t.ok(engineOver().condition(abcde, [], 'response')(source), 'also in a condition about the answer');
  const unread = {
    startLine: { method: '', target: '', version: '' },
    requestHeaders: [],
    responseHeaders: [],
  };
  for (const nothing of [sourceOf({ captures: unread }), sourceOf()])
    for (const expression of Object.keys(texts))
      t.equal(engineOver().text(expression)(nothing), null, expression);
});
