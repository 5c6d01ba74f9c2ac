/** The handshake before a session: what it is counted as, when it is cut off, and who gives the places back. */
import t from 'tap';
import { FrontendCounters, ListenerCounters } from '../../lib/account/counters.ts';
import type { SessionRecord } from '../../lib/account/session.ts';
import { countSession } from '../../lib/account/session-counts.ts';
import { Handshakes } from '../../lib/frontend/handshakes.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';
import type { ClientSession, Door } from '../../lib/stream/door.ts';
import { DeadlineWheel } from '../../lib/time/coarse.ts';
import type { AcceptTls, HandshakeHandler } from '../../lib/transport/secure.ts';
import type { Connection, SecureTransport } from '../../lib/transport/transport.ts';
import { ManualClock } from '../help/clock.ts';
import { DryConnection } from '../help/dry-balancer.ts';

function there<T>(one: T | null): T {
  if (one === null) throw new Error('it is not there');
  return one;
}

/** One client whose handshake the test plays. */
function stage(timeoutMs = 1000) {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel(clock);
  const memory = SharedMemory.alone();
  const counters = new FrontendCounters(memory, 'tcp');
  const done: string[] = [];
  const failures: SessionRecord[] = [];
  let handler: HandshakeHandler | null = null;
  let inner: {
    readonly door: Door;
    readonly connection: Connection;
    readonly session: ClientSession;
  } | null = null;
  const transport: Pick<SecureTransport, 'secure'> = {
    secure: (_connection, _contexts, told) => {
      handler = told;
      return { cancel: () => done.push('cancelled') };
    },
  };
  const handshakes = new Handshakes({
    frontendName: 'fe',
    counters,
    transport,
    timeoutMs,
    clock,
    wheel,
    nextStreamId: () => 7,
    account: {
      sessionEnded: (session, outcome, counted) => {
        countSession(outcome, counted);
        failures.push(session.record());
      },
    },
    open: (connection, door) => {
      const session: ClientSession = {
        serve: () => done.push('served'),
        placed: true,
        kill: (reason) => done.push(`killed ${reason}`),
        finish: () => done.push('finished'),
        countBytes: () => done.push('counted'),
        noteAddresses: () => done.push('noted'),
        record: () => null,
      };
      inner = { door, connection, session };
      return session;
    },
  });
  const door: Door = {
    listenerName: 'sock-3',
    listenerId: 3,
    listenerCounters: new ListenerCounters(memory),
    processSessions: 1,
    frontendSessions: 2,
    handshakeMs: 0,
    released: (session) => done.push(session === outer ? 'released' : 'released somebody else'),
  };
  const outer = handshakes.openWith({} as AcceptTls)(new DryConnection(4000), door);
  outer.serve();
  return {
    clock,
    wheel,
    counters,
    done,
    failures,
    outer,
    shaken: () => there(handler),
    inner: () => inner,
  } as const;
}

void t.test('a secured client goes on as any other', (t) => {
  const { clock, wheel, counters, done, outer, shaken, inner } = stage();
  t.equal(outer.placed, false);
  t.equal(outer.record(), null);
  clock.advance(30);
  const secured = new DryConnection(4000);
  shaken().handshakeSucceeded(secured);
  t.equal(inner()?.connection, secured);
  t.equal(inner()?.door.handshakeMs, 30);
  t.match(inner()?.door, { listenerName: 'sock-3', listenerId: 3, processSessions: 1, frontendSessions: 2 });
  t.ok(inner()?.door.listenerCounters);
  t.equal(wheel.count, 0, 'its time limit is over');
  outer.countBytes();
  outer.noteAddresses();
  outer.finish();
  outer.kill('killed');
  t.equal(outer.placed, true);
  t.equal(outer.record(), null);
  const { door, session } = there(inner());
  door.released(session);
  t.same(done, ['served', 'counted', 'noted', 'finished', 'killed killed', 'released']);
  t.equal(
    [...counters.closed.entries.values()].reduce((sum, one) => sum + one, 0),
    0,
    'counted by itself',
  );
  t.end();
});

void t.test('a failure is a session that has ended', (t) => {
  for (const [kind, bytesIn] of [
    ['closed', 0],
    ['certificate', 200],
    ['protocol', 200],
  ] as const) {
    const { clock, wheel, counters, done, failures, outer, shaken } = stage();
    clock.advance(5);
    shaken().handshakeFailed({ kind, code: 'CODE', message: '', bytesRead: 200 });
    t.equal(failures.length, 1);
    t.match(failures[0], {
      id: 7,
      acceptedWallMs: clock.wallMs() - 5,
      clientAddress: '198.51.100.7',
      clientPort: 4000,
      frontendAddress: '203.0.113.1',
      frontendName: 'fe',
      listenerName: 'sock-3',
      backendName: 'fe',
      serverName: null,
      totalMs: 5,
      bytesIn,
      ending: { reason: 'tls-handshake-failed' },
      processSessions: 1,
      frontendSessions: 2,
    });
    t.equal(counters.closed.entries.get('tls-handshake-failed'), 1);
    t.equal(wheel.count, 0);
    outer.kill('killed');
    outer.countBytes();
    t.same(done, ['released'], 'once');
  }
  t.end();
});

void t.test('a handshake that takes too long is cut off', (t) => {
  const { clock, counters, done, failures } = stage(1000);
  clock.advance(1000);
  t.same(done, []);
  clock.advance(20);
  t.same(done, ['cancelled', 'released']);
  t.match(failures, [{ ending: { reason: 'tls-handshake-timeout' } }]);
  t.equal(counters.closed.entries.get('tls-handshake-timeout'), 1);
  const patient = stage(0);
  patient.clock.advance(1_000_000);
  t.same(patient.done, [], 'without a limit it may take for ever');
  t.end();
});

void t.test('one that is killed has ended so', (t) => {
  const { counters, done, failures, outer, wheel } = stage();
  outer.finish();
  outer.kill('killed');
  outer.kill('killed');
  t.same(done, ['cancelled', 'released']);
  t.match(failures, [{ ending: { reason: 'killed' } }]);
  t.equal(counters.closed.entries.get('killed'), 1);
  t.equal(wheel.count, 0);
  t.end();
});

void t.test('who is to finish during the handshake hears of it behind it', (t) => {
  const { done, outer, shaken } = stage();
  outer.finish();
  shaken().handshakeSucceeded(new DryConnection(4000));
  t.same(done, ['served', 'finished']);
  t.end();
});
