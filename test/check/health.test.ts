/** Counting of successes and failures; the model in the property test is HAProxy's rule in its shortest form. */
import fc from 'fast-check';
import t from 'tap';
import type { Flip, InitState } from '../../lib/check/health.ts';
import { Health } from '../../lib/check/health.ts';

function health(initState: InitState = 'none', rise = 2, fall = 3): Health {
  return new Health({ rise, fall, initState });
}

/** How many calls it takes until the first flip. */
function callsUntilFlip(act: () => Flip | null): number {
  for (let calls = 1; calls <= 20; calls += 1) if (act() !== null) return calls;
  return Number.POSITIVE_INFINITY;
}

void t.test('a starting server is up, and one failure from down', async (t) => {
  const one = health();
  t.equal(one.up, true);
  t.same(one.ratio, { count: 1, of: 3 });
  t.equal(one.failed(), 'down');
  t.equal(one.fullyDown, true);
});

void t.test('the first success makes a starting server fully up', async (t) => {
  const one = health();
  t.equal(one.passed(), null);
  t.equal(one.fullyUp, true);
  t.same(one.ratio, { count: 3, of: 3 });
});

void t.test('fall failures in a row bring a server that is fully up down', async (t) => {
  const one = health('fully-up');
  t.equal(one.failed(), null);
  t.same(one.ratio, { count: 2, of: 3 });
  t.equal(one.failed(), null);
  t.same(one.ratio, { count: 1, of: 3 });
  t.equal(one.failed(), 'down');
  t.same(one.ratio, { count: 0, of: 2 });
});

void t.test('one success between failures makes the count begin again', async (t) => {
  const one = health('fully-up');
  one.failed();
  one.failed();
  t.equal(one.passed(), null);
  t.equal(
    callsUntilFlip(() => one.failed()),
    3,
  );
});

void t.test('rise successes in a row bring a server that is fully down up', async (t) => {
  const one = health('fully-down');
  t.equal(one.passed(), null);
  t.same(one.ratio, { count: 1, of: 2 });
  t.equal(one.failed(), null);
  t.same(one.ratio, { count: 0, of: 2 });
  t.equal(
    callsUntilFlip(() => one.passed()),
    2,
  );
  t.equal(one.fullyUp, true);
});

void t.test('init-state decides how many results flip a new server', async (t) => {
  const rows: [InitState, boolean, number][] = [
    ['none', true, 1],
    ['up', true, 1],
    ['fully-up', true, 3],
    ['down', false, 1],
    ['fully-down', false, 2],
  ];
  for (const [initState, up, calls] of rows) {
    const one = health(initState);
    t.equal(one.up, up, initState);
    t.equal(
      callsUntilFlip(() => (up ? one.failed() : one.passed())),
      calls,
      initState,
    );
    one.restart();
    t.equal(one.up, up, `${initState} again`);
  }
});

void t.test('a result that changes nothing is told apart', async (t) => {
  const one = health('fully-down');
  one.failed();
  t.equal(one.moved, false);
  one.passed();
  t.equal(one.moved, true);
  one.forceUp();
  one.passed();
  t.equal(one.moved, false);
});

void t.test('a sudden fault leaves one failure to go, and none if there was one left', async (t) => {
  const one = health('fully-up');
  t.equal(one.failedSuddenly(), null);
  t.same(one.ratio, { count: 1, of: 3 });
  t.equal(one.failedSuddenly(), 'down');
  t.equal(one.failedSuddenly(), null);
});

void t.test('force and restart flip at most once', async (t) => {
  const one = health();
  t.equal(one.forceDown(), 'down');
  t.equal(one.forceDown(), null);
  t.equal(one.forceUp(), 'up');
  t.equal(one.fullyUp, true);
  t.equal(one.forceUp(), null);
  t.equal(one.restart(), null);
  t.equal(one.value, 2);
  one.forceDown();
  t.equal(one.restart(), 'up');
});

void t.test('with rise and fall of 1 every result that differs flips', async (t) => {
  const one = health('up', 1, 1);
  t.equal(one.fullyUp, true);
  t.equal(one.failed(), 'down');
  t.equal(one.passed(), 'up');
});

void t.test('any sequence of results: flips as counting consecutive results says', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.boolean(), { maxLength: 60 }),
      (rise, fall, results) => {
        const one = new Health({ rise, fall, initState: 'fully-up' });
        let up = true;
        let against = 0;
        for (const passed of results) {
          const flip = passed ? one.passed() : one.failed();
          against = passed === up ? 0 : against + 1;
          const flips = against === (up ? fall : rise);
          if (flips) {
            up = !up;
            against = 0;
          }
          if ((flip !== null) !== flips || one.up !== up) return false;
          if (one.value < 0 || one.value > rise + fall - 1) return false;
          if (one.ratio.count !== (up ? fall - against : against)) return false;
        }
        return true;
      },
    ),
    { numRuns: 300, interruptAfterTimeLimit: 3000 },
  );
});
