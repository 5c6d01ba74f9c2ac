/** Headers as HAProxy 2.6.12 takes them apart; every expectation was seen there. */
import t from 'tap';
import type { Sample } from '../../lib/sample/sample.ts';
import { engineOver, holds, sourceOf } from './stand-ins.ts';

const engine = engineOver();

function taken(expression: string, headers: readonly string[]): Sample | null {
  return engine.expression(expression)(sourceOf({ request: { headers } }));
}

void t.test('a list is split at commas, and counted from either end', async (t) => {
  const headers = ['foo', 'a,b', 'other', 'x', 'foo', 'c , d'];
  const expected = {
    'hdr(foo)': 'd',
    'hdr(FOO)': 'd',
    'req.hdr(foo,1)': 'a',
    'req.hdr(foo,2)': 'b',
    'req.hdr(foo,5)': null,
    'req.hdr(foo,-1)': 'd',
    'req.hdr(foo,-2)': 'c',
    'req.hdr(foo,-5)': null,
    'hdr_cnt(foo)': 4,
    'req.fhdr(foo)': 'c , d',
    'req.fhdr(foo,1)': 'a,b',
    'req.fhdr_cnt(foo)': 2,
    'hdr_cnt(none)': 0,
    'hdr(none)': null,
    'req.hdr_names': 'foo,other,foo',
    'req.hdr_names(|)': 'foo|other|foo',
  };
  for (const [expression, value] of Object.entries(expected))
    t.equal(taken(expression, headers), value, expression);
});

void t.test('empty elements are elements', async (t) => {
  t.equal(taken('hdr_cnt(foo)', ['foo', 'a,,b,']), 4);
  t.equal(taken('hdr(foo)', ['foo', 'a,,b,']), '');
  t.equal(taken('hdr(foo,-2)', ['foo', 'a,,b,']), 'b');
  t.equal(taken('hdr(foo,2)', ['foo', ',a']), 'a');
  t.equal(taken('hdr_cnt(foo)', ['foo', '']), 1);
  t.equal(taken('hdr_cnt(foo)', ['foo', ',']), 2);
});

void t.test('commas within quotes part nothing', async (t) => {
  t.equal(taken('hdr(foo,1)', ['foo', '"a,b",c']), '"a,b"');
  t.equal(taken('hdr(foo,2)', ['foo', '"a,b",c']), 'c');
  t.equal(taken('hdr(foo,1)', ['foo', '"a,b\\\\",x",c']), '"a,b\\\\"');
  t.equal(taken('hdr(foo,2)', ['foo', '"a,b\\\\",x",c']), 'x",c');
});

void t.test('an ACL tests every element', async (t) => {
  const source = sourceOf({ request: { headers: ['upgrade', 'h2c, WebSocket', 'x-n', '3, 7'] } });
  t.ok(holds('if { hdr(Upgrade) -i websocket }', source));
  t.notOk(holds('if { hdr(Upgrade) websocket }', source), 'case counts without -i');
  t.notOk(holds('if { hdr(Upgrade,1) -i websocket }', source), 'an occurrence is one alone');
  t.notOk(holds('if { req.fhdr(Upgrade) -i websocket }', source), 'a line is whole');
  t.ok(holds('if { hdr_val(x-n) 3 }', source));
  t.ok(holds('if { hdr_val(x-n) 7 }', source));
  t.notOk(holds('if { hdr_val(x-n) gt 7 }', source));
  t.notOk(holds('if { hdr(x-none) -m found }', source));
  t.ok(holds('if { hdr(upgrade) -m found }', source));
});

void t.test('a header as an address, maybe with a port', async (t) => {
  const expected = {
    '1.2.3.4:80': '1.2.3.4',
    '2001:db8::1': '2001:db8::1',
    '[2001:db8::1]:80': null,
    'x, 1.2.3.4': '1.2.3.4',
    '1.2.3.4, x': null,
    'h:99': null,
  };
  for (const [value, ip] of Object.entries(expected)) {
    t.equal(engine.text('hdr_ip(n)')(sourceOf({ request: { headers: ['n', value] } })), ip, value);
  }
  t.ok(holds('if { hdr_ip(n) 1.2.3.0/24 }', sourceOf({ request: { headers: ['n', '1.2.3.4, x'] } })));
});

void t.test('a header as a number: what it starts with', async (t) => {
  for (const [value, number] of [
    ['12, 13x', 13],
    ['x', 0],
    ['', null],
    ['-5', -5],
  ] as const) {
    t.equal(taken('hdr_val(n)', ['n', value]), number, value);
  }
});

void t.test("in rules about the answer 'hdr' means the answer's", async (t) => {
  const source = sourceOf({ request: { headers: ['x', 'asked'] }, response: { headers: ['x', 'answered'] } });
  t.equal(engine.expression('hdr(x)', 'request')(source), 'asked');
  t.equal(engine.expression('hdr(x)', 'response')(source), 'answered');
  t.equal(engine.expression('res.hdr(x)')(source), 'answered');
  t.equal(engine.expression('res.hdr(x)')(sourceOf()), null, 'before there is one');
});
