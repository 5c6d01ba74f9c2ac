import t from 'tap';
import type { Diagnostic } from '../../lib/config/diagnostic.ts';
import { parseConfig } from '../../lib/config/parse.ts';

const DEFAULTS = 'defaults\n  timeout connect 1s\n  timeout server 1s\n';

function answers(text: string): readonly Diagnostic[] {
  return parseConfig([{ file: 'a.cfg', text: DEFAULTS + text }], { environment: {} }).diagnostics;
}

/** Many servers in one backend, each tracking the next; the last one says `last`. */
function chain(length: number, last: string): string {
  const lines = Array.from({ length }, (_, n) => `  server s${n} 10.0.0.1:80 track b/s${n + 1}\n`);
  return `backend b\n${lines.join('')}  server s${length} 10.0.0.1:80 ${last}\n`;
}

void t.test('a chain may lead through backends and be entered anywhere', (t) => {
  const text = `backend b
  server a 10.0.0.1:80 track c
  server b 10.0.0.1:80 track other/x
  server c 10.0.0.1:80 track b
backend other
  server x 10.0.0.1:80 check
`;
  t.strictSame(answers(text), []);
  t.end();
});

void t.test('whoever leads into a circle or to nobody is told', (t) => {
  const text = `backend b
  server a 10.0.0.1:80 track b
  server b 10.0.0.1:80 track c
  server c 10.0.0.1:80 track b
  server d 10.0.0.1:80 track e
  server e 10.0.0.1:80 track aa
`;
  t.strictSame(
    answers(text).map((one) => [one.message, one.hint]),
    [
      ["server 'b/a': tracking 'b' goes round in a circle", 'break the circle'],
      ["server 'b/b': tracking 'c' goes round in a circle", 'break the circle'],
      ["server 'b/c': tracking 'b' goes round in a circle", 'break the circle'],
      ["server 'b/d': no server 'aa' to track", "did you mean 'a'?"],
      ["server 'b/e': no server 'aa' to track", "did you mean 'a'?"],
    ],
  );
  t.end();
});

void t.test('a tracked server that is disabled, or in a disabled backend, is a warning', (t) => {
  const text = `backend b
  server a 10.0.0.1:80 track c
  server b 10.0.0.1:80 track off/x
  server c 10.0.0.1:80 check disabled
  server d 10.0.0.1:80 track a
  server e 10.0.0.1:80 track a disabled
backend off
  disabled
  server x 10.0.0.1:80 check
`;
  t.strictSame(
    answers(text).map((one) => `${one.severity} ${one.code} ${one.message}`),
    [
      "warning disabled-target server 'b/a' tracks 'c': server 'b/c' is disabled, and so is what tracks it",
      "warning disabled-target server 'b/b' tracks 'off/x': backend 'off' is disabled, so nothing there is ever checked",
      "warning disabled-target server 'b/d' tracks 'a': server 'b/c' is disabled, and so is what tracks it",
    ],
  );
  t.end();
});

void t.test('twenty thousand servers in a chain, or a few thousand in a circle, are no burden', (t) => {
  const began = performance.now();
  t.strictSame(answers(chain(20_000, 'check')), []);
  const circle = answers(chain(3000, 'track b/s0'));
  t.equal(circle.length, 51, 'fifty alerts and the notice that there were more');
  t.equal(circle.at(-1)?.code, 'too-many-faults');
  t.ok(performance.now() - began < 10_000, 'each server is looked at once');
  t.comment(`${Math.round(performance.now() - began)} ms`);
  t.end();
});
