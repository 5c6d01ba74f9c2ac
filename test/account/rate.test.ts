/** Events in the last second, in cells that several threads change. */
import * as fc from 'fast-check';
import t from 'tap';
import { Rate } from '../../lib/account/rate.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';

/** When the stamps in the cells begin anew. */
const TURNOVER_MS = 2 ** 30;

function rateOfOneThread(): Rate {
  return new Rate(SharedMemory.alone());
}

function addMany(rate: Rate, count: number, nowMs: number): void {
  for (let events = 0; events < count; events += 1) rate.add(nowMs);
}

void t.test('what the last second held fades as it goes by', async (t) => {
  const rate = rateOfOneThread();
  addMany(rate, 100, 7000);
  t.equal(rate.perSecond(7999), 100);
  t.equal(rate.perSecond(8000), 100);
  t.equal(rate.perSecond(8250), 75);
  t.equal(rate.perSecond(8900), 10);
  t.equal(rate.perSecond(9000), 0);
  t.equal(rate.max, 100);
});

void t.test('the first event begins the first period, at whatever time', async (t) => {
  for (const startMs of [0, 0.9, 600, 2500, TURNOVER_MS - 1, TURNOVER_MS]) {
    const rate = rateOfOneThread();
    t.equal(rate.perSecond(startMs), 0);
    addMany(rate, 10, startMs);
    t.equal(rate.perSecond(startMs + 990), 10, `from ${startMs}`);
    t.equal(rate.perSecond(startMs + 1500), 5);
  }
});

/** The same with plain numbers that never turn over. */
class PlainRate {
  #startMs = Number.NEGATIVE_INFINITY;
  #current = 0;
  #previous = 0;

  add(nowMs: number): void {
    this.perSecond(nowMs);
    this.#current += 1;
  }

  perSecond(nowMs: number): number {
    const passedMs = nowMs - this.#startMs;
    if (passedMs >= 1000) {
      this.#previous = passedMs < 2000 ? this.#current : 0;
      this.#current = 0;
      this.#startMs = passedMs < 2000 ? this.#startMs + 1000 : nowMs;
    }
    return Math.round(this.#current + this.#previous * (1 - (nowMs - this.#startMs) / 1000));
  }
}

void t.test('stamps that begin anew and long silences change nothing', async () => {
  const gapMs = fc.oneof(
    fc.nat(300),
    fc.nat(2500),
    fc.constantFrom(60_000, TURNOVER_MS - 5000, TURNOVER_MS + 5000, 3 * TURNOVER_MS + 5000),
  );
  const start = fc.integer({ min: TURNOVER_MS - 5000, max: TURNOVER_MS + 5000 });
  const calm = fc.property(start, fc.array(gapMs, { maxLength: 100 }), (startMs, gaps) => {
    const rate = rateOfOneThread();
    const plain = new PlainRate();
    let nowMs = startMs;
    for (const gap of gaps) {
      rate.add(nowMs);
      plain.add(nowMs);
      nowMs += gap;
      const [seen, wanted] = [rate.perSecond(nowMs), plain.perSecond(nowMs)];
      if (seen !== wanted) throw new Error(`${seen} at ${nowMs}, not ${wanted}`);
    }
  });
  fc.assert(calm, { interruptAfterTimeLimit: 1000, markInterruptAsFailure: false });
});

void t.test('is one for all threads, also when their looks at the clock come out of order', async (t) => {
  const control = SharedMemory.forThreads(2);
  const seen = new Rate(control);
  const [ahead, behind] = [0, 1].map(
    (thread) => new Rate(SharedMemory.attach(control.handout(thread), thread)),
  );
  if (ahead === undefined || behind === undefined) throw new Error('two threads were asked for');
  addMany(ahead, 30, 5000);
  addMany(behind, 30, 5999);
  ahead.add(6000);
  addMany(behind, 9, 5999);
  t.equal(seen.perSecond(6000), 70);
  t.equal(seen.max, 70);
  t.equal(behind.waitMs(6000, 71), 0);
  t.ok(behind.waitMs(6000, 70) >= 1, 'what others did counts');
});
