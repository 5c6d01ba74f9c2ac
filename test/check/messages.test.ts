/** Lines on the right were written by HAProxy 2.6.12, but for those with codes, which stand in the reference. */
import type { Test } from 'tap';
import t from 'tap';
import { Health } from '../../lib/check/health.ts';
import type { ChangeCause, StateCounts, StateLine } from '../../lib/check/messages.ts';
import * as messages from '../../lib/check/messages.ts';
import { checkResult } from '../../lib/check/result.ts';

const server = { backendName: 'b', serverName: 's', backup: false };
const backup = { backendName: 'b', serverName: 't', backup: true };
const tracking = { backendName: 't', serverName: 't1', backup: false };
const via = { backendName: 'b', serverName: 's1' };
const refused = checkResult('L4CON', { durationMs: 0.7, info: 'Connection refused' });
const l4ok = checkResult('L4OK', { durationMs: 0 });
const info = 'Detected 2 consecutive errors, last one was: L4 unsuccessful connection';
const observed = checkResult('HANA', { durationMs: null, info });

function counts(activeCount: number, backupCount: number, more: Partial<StateCounts> = {}): StateCounts {
  return { activeCount, backupCount, sessionCount: 0, requeuedCount: 0, queuedCount: 0, ...more };
}

/** Health with rise 2, fall 3 after a number of failures, or successes from fully down. */
function after(failures: number, successes = 0): Health {
  const health = new Health({ rise: 2, fall: 3, initState: 'fully-up' });
  for (let i = 0; i < failures; i += 1) health.failed();
  for (let i = 0; i < successes; i += 1) health.passed();
  return health;
}

function check(t: Test, rows: readonly (readonly [StateLine, string, string])[]): void {
  for (const [line, level, text] of rows) t.same(line, { level, text });
}

void t.test('every check tells its result and how far the server is from the next flip', async (t) => {
  const rows: [StateLine, string][] = [
    [
      messages.checkLine(server, refused, after(1), false),
      'Health check for server b/s failed, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms, status: 2/3 UP.',
    ],
    [
      messages.checkLine(server, refused, after(3), false),
      'Health check for server b/s failed, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms, status: 0/2 DOWN.',
    ],
    [
      messages.checkLine(server, l4ok, after(3, 1), false),
      'Health check for server b/s succeeded, reason: Layer4 check passed, check duration: 0ms, status: 1/2 DOWN.',
    ],
    [
      messages.checkLine(backup, checkResult('L7OK', { durationMs: 1, code: 200 }), after(0), false),
      'Health check for backup server b/t succeeded, reason: Layer7 check passed, code: 200, check duration: 1ms, status: 3/3 UP.',
    ],
    [
      messages.checkLine(server, checkResult('L7OKC', { durationMs: 1, code: 404 }), after(0), false),
      'Health check for server b/s conditionally succeeded, reason: Layer7 check conditionally passed, code: 404, check duration: 1ms, status: 3/3 UP.',
    ],
    [
      messages.checkLine(server, checkResult('L6TOUT', { durationMs: 1000 }), after(3), false),
      'Health check for server b/s failed, reason: Layer6 timeout, check duration: 1000ms, status: 0/2 DOWN.',
    ],
    [
      messages.checkLine(server, observed, after(3), false),
      `Health check for server b/s failed, reason: Health analyze, info: "${info}", status: 0/2 DOWN.`,
    ],
    [
      messages.checkLine(server, l4ok, after(0), true),
      'Health check for server b/s succeeded, reason: Layer4 check passed, check duration: 0ms, status: 3/3 DRAIN.',
    ],
  ];
  check(
    t,
    rows.map(([line, text]) => [line, 'notice', text] as const),
  );
});

void t.test('a server that goes down or comes up tells why and what is left', async (t) => {
  const because: ChangeCause = { kind: 'check', result: refused };
  check(t, [
    [
      messages.downLine(server, because, counts(0, 1, { sessionCount: 3 }), false),
      'alert',
      'Server b/s is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 0 active and 1 backup servers left. Running on backup. 3 sessions active, 0 requeued, 0 remaining in queue.',
    ],
    [
      messages.downLine(server, { kind: 'check', result: observed }, counts(0, 0), false),
      'alert',
      `Server b/s is DOWN, reason: Health analyze, info: "${info}". 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`,
    ],
    [
      messages.downLine(backup, { kind: 'check-logged' }, counts(3, 0, { requeuedCount: 2 }), true),
      'notice',
      'Backup Server b/t is DOWN. 3 active and 0 backup servers left. 0 sessions active, 2 requeued, 0 remaining in queue.',
    ],
    [
      messages.downLine(tracking, { kind: 'tracked', via }, counts(1, 0), false),
      'alert',
      'Server t/t1 is DOWN via b/s1. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
    ],
    [
      messages.downLine(server, { kind: 'operator' }, counts(2, 1), false),
      'alert',
      'Server b/s is DOWN, changed from CLI. 2 active and 1 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
    ],
    [
      messages.upLine(server, { kind: 'check', result: l4ok }, counts(1, 0)),
      'notice',
      'Server b/s is UP, reason: Layer4 check passed, check duration: 0ms. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
    ],
    [
      messages.upLine(backup, { kind: 'check-logged' }, counts(0, 1, { queuedCount: 4 })),
      'notice',
      'Backup Server b/t is UP. 0 active and 1 backup servers online. Running on backup. 0 sessions requeued, 4 total in queue.',
    ],
    [
      messages.stoppingLine(server, { kind: 'operator' }, counts(2, 1)),
      'notice',
      'Server b/s is stopping, changed from CLI. 2 active and 1 backup servers online. 0 sessions requeued, 0 total in queue.',
    ],
  ]);
});

void t.test('maintenance and drain have their own lines', async (t) => {
  check(t, [
    [
      messages.maintenanceLine(server, null, counts(1, 0, { sessionCount: 2 }), false),
      'alert',
      'Server b/s is going DOWN for maintenance. 1 active and 0 backup servers left. 2 sessions active, 0 requeued, 0 remaining in queue.',
    ],
    [
      messages.maintenanceLine(tracking, via, counts(1, 0), true),
      'notice',
      'Server t/t1 is going DOWN for maintenance via b/s1. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
    ],
    [
      messages.downToMaintenanceLine(server, null),
      'notice',
      'Server b/s was DOWN and now enters maintenance.',
    ],
    [
      messages.downToMaintenanceLine(tracking, via),
      'notice',
      'Server t/t1 was DOWN and now enters maintenance via b/s1.',
    ],
    [
      messages.maintenanceLeftLine(server, { up: true, drained: false, forced: true }),
      'notice',
      'Server b/s is UP/READY (leaving forced maintenance).',
    ],
    [
      messages.maintenanceLeftLine(server, { up: true, drained: true, forced: true }),
      'notice',
      'Server b/s is UP/DRAIN (leaving forced maintenance).',
    ],
    [
      messages.maintenanceLeftLine(tracking, { up: true, drained: false, forced: false }),
      'notice',
      'Server t/t1 is UP/READY (leaving maintenance).',
    ],
    [
      messages.drainLine(server, null, counts(1, 0), true),
      'notice',
      'Server b/s enters drain state. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
    ],
    [
      messages.drainLine(tracking, via, counts(0, 0), false),
      'notice',
      'Server t/t1 enters drain state via b/s1. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
    ],
    [messages.drainLeftLine(server, true), 'notice', 'Server b/s is UP (leaving forced drain).'],
    [messages.drainLeftLine(server, false), 'notice', 'Server b/s is DOWN (leaving forced drain).'],
    [messages.drainRemainsLine(server), 'notice', 'Server b/s remains in forced drain mode.'],
  ]);
});

void t.test('the last server gone is an emergency', async (t) => {
  check(t, [
    [messages.noServerLine('backend', 'b'), 'emerg', 'backend b has no server available!'],
    [messages.noServerLine('listen', 'l'), 'emerg', 'proxy l has no server available!'],
  ]);
});

void t.test('a check is worth a line if its status or health is new', async (t) => {
  t.equal(messages.checkWorthLogging(l4ok, null, false), true);
  t.equal(messages.checkWorthLogging(l4ok, 'L4OK', false), false);
  t.equal(messages.checkWorthLogging(l4ok, 'L4OK', true), true);
  t.equal(messages.checkWorthLogging(refused, 'L4TOUT', false), true);
});

void t.test('what a stranger sent cannot break a line', async (t) => {
  const result = checkResult('L7RSP', { durationMs: 1, info: `a"b\r\nc\u0000${'x'.repeat(500)}` });
  t.match(result.info, /^a'b {2}c x+$/);
  t.equal(result.info?.length, 127);
  t.equal(checkResult('L4OK', { durationMs: 1, info: '' }).info, null);
});
