/** Cookies as HAProxy 2.6.12 takes them apart; every expectation was seen there. */
import t from 'tap';
import { engineOver, holds, sourceOf } from './stand-ins.ts';

const engine = engineOver();

const CASES: readonly (readonly [
  cookies: readonly string[],
  sid: string | null,
  count: number,
  first: string,
  all: number,
])[] = [
  [['sid=1; b=c; sid=2', 'sid=3'], '3', 3, '1', 4],
  [['sid="q r" ; x=y'], '"q r"', 1, '"q r"', 2],
  [['a=1;sid=;c=d=e', 'sid'], '', 1, '1', 3],
  [['x=1 ; sid = 5 '], '5', 1, '1', 2],
  [['sid="a;b";c=d; sid="x\\\\"y"'], '"x\\\\"y"', 2, '"a;b"', 3],
  [['Sid=1, sid=2; q=3'], '2', 1, '1', 3],
  [['sid = "q r" ; x=y', 'xsid=3, sid=7'], '7', 2, '"q r"', 4],
];

void t.test('cookies of a request', async (t) => {
  for (const [cookies, sid, count, first, all] of CASES) {
    const source = sourceOf({ request: { headers: cookies.flatMap((line) => ['cookie', line]) } });
    t.equal(engine.expression('cook(sid)')(source), sid, `${cookies.join(' + ')}: the last of that name`);
    t.equal(engine.expression('cook_cnt(sid)')(source), count);
    t.equal(engine.expression('cook')(source), first, 'the first of all');
    t.equal(engine.expression('cook_cnt')(source), all);
  }
});

void t.test('an ACL tests every cookie of that name', async (t) => {
  const source = sourceOf({ request: { headers: ['cookie', 'sid=1; b=c; sid=2', 'cookie', 'sid=3'] } });
  for (const value of [1, 2, 3]) t.ok(holds(`if { cook(sid) ${value} }`, source));
  t.notOk(holds('if { cook(sid) 4 }', source));
  t.notOk(holds('if { cook(none) -m found }', source));
  t.ok(holds('if { cook_val(sid) gt 2 }', source));
  const bare = sourceOf({ request: { headers: ['cookie', 'any='] } });
  t.notOk(holds('if { cook(any) -m found }', bare), 'there is no room for a value');
  const roomy = sourceOf({ request: { headers: ['cookie', 'any=; b=c'] } });
  t.ok(holds('if { cook(any) -m found }', roomy), 'an empty value');
});

void t.test('a line of an answer sets one cookie', async (t) => {
  const headers = ['set-cookie', 'sid=1; Path=/', 'set-cookie', 'other=2; sid=9'];
  const source = sourceOf({ response: { headers } });
  t.equal(engine.expression('scook(sid)')(source), '1');
  t.equal(engine.expression('res.cook_cnt')(source), 2);
  t.equal(engine.expression('scook(Path)')(source), null, 'attributes are no cookies');
});
