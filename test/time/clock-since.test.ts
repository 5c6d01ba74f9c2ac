import t from 'tap';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { systemClock, systemClockOriginNs, clockSince } from '../../lib/time/clock.ts';

void t.test('clocks of two threads can be compared', async (t) => {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(({ clockSince }) => {
      parentPort.postMessage(clockSince(workerData.originNs).nowMs());
    });`;
  const module = new URL('../../lib/time/clock.js', import.meta.url).href;
  const worker = new Worker(source, {
    eval: true,
    execArgv: [],
    workerData: { module, originNs: systemClockOriginNs() },
  });
  const before = systemClock.nowMs();
  const [there] = (await once(worker, 'message')) as [number];
  const after = systemClock.nowMs();
  t.ok(there > before - 1 && there < after + 1, `${before} <= ${there} <= ${after}`);
  await worker.terminate();
});

void t.test('a clock that began later says less', async (t) => {
  const here = clockSince(systemClockOriginNs());
  const earlier = clockSince(systemClockOriginNs() - 5_000_000_000n);
  const difference = earlier.nowMs() - here.nowMs();
  t.ok(Math.abs(difference - 5000) < 50, `${difference}`);
});
