/** Pace, probe and health together against a server that comes and goes. */
import { once } from 'node:events';
import net from 'node:net';
import t from 'tap';
import { createProbe } from '../../lib/check/probes.ts';
import type { CheckResult } from '../../lib/check/result.ts';
import { CheckScheduler } from '../../lib/check/scheduler.ts';
import { ManualClock } from '../help/clock.ts';
import { Journal } from '../help/gate.ts';
import { StandInTarget, checkConfig } from './stand-ins.ts';

void t.test('a server that stops listening goes down, and up when it listens again', async (t) => {
  const clock = new ManualClock();
  const server = net.createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');

  const results = new Journal<CheckResult['status'] | 'up' | 'down'>();
  const target = new StandInTarget();
  target.address = { host: '127.0.0.1', port: bound.port };
  target.onEnded = () => {
    const last = target.ended.at(-1);
    if (last === undefined) return;
    results.note(last.flip ?? last.result.status);
  };
  const scheduler = new CheckScheduler({
    clock,
    random: Math.random,
    spreadChecksPercent: 0,
    maxSpreadChecksMs: 0,
  });
  const config = checkConfig({ interMs: 1000 });
  const timeouts = { connectMs: 0, checkMs: 0 };
  scheduler.add(target, config, timeouts, createProbe('connect', config, { clock, sourceAddress: null }));
  scheduler.start();

  /** Lets the pause pass and waits for the result of the attempt that follows. */
  const nextResult = async (pauseMs = 1000): Promise<void> => {
    const seen = results.count;
    clock.advance(pauseMs);
    await results.until(() => true, seen);
  };
  await nextResult(0);
  server.close();
  await once(server, 'close');
  for (let i = 0; i < 3; i += 1) await nextResult();
  server.listen(bound.port, '127.0.0.1');
  await once(server, 'listening');
  for (let i = 0; i < 2; i += 1) await nextResult();
  t.same(results.entries, ['L4OK', 'L4CON', 'L4CON', 'down', 'L4OK', 'up']);
  scheduler.stop();
  t.equal(clock.pendingCount, 0);
});
