import { EventEmitter } from 'node:events';
import t from 'tap';
import { Messages } from '../../lib/cli/messages.ts';
import { Signals } from '../../lib/cli/signals.ts';
import { untilStopped } from '../../lib/cli/stop.ts';
import { ManualClock } from '../help/clock.ts';

/** A process that gets signals, and a balancer that notes what it is told and ends when the test says so. */
function running(options: { graceMs?: number; hardStopAfterMs?: number } = {}) {
  const told: string[] = [];
  const ends: (() => void)[] = [];
  const source = Object.assign(new EventEmitter(), {
    pid: 1,
    kill: (_pid: number, signal: string) => told.push(`died of ${signal}`),
  });
  const clock = new ManualClock();
  const terminal = {
    out: () => {},
    err: (text: string) => void told.push(text),
    color: false,
    outIsTerminal: false,
  };
  const target = {
    drain: ({ graceMs }: { graceMs: number }) => told.push(`drain ${graceMs}`),
    close: ({ drainMs }: { drainMs: number }) => {
      told.push(`close ${drainMs}`);
      return new Promise<void>((resolve) => ends.push(resolve));
    },
  };
  const exitCode = untilStopped(target, new Signals(source), {
    graceMs: options.graceMs ?? 0,
    hardStopAfterMs: options.hardStopAfterMs ?? 0,
    clock,
    messages: new Messages(terminal, { quiet: false, pid: 1 }),
    showStates: () => told.push('states'),
  });
  return { told, clock, exitCode, signal: (name: string) => source.emit(name), end: () => ends.at(-1)?.() };
}

void t.test('SIGTERM closes, gives sessions 30 s, and exits 0', async (t) => {
  const { told, signal, end, exitCode } = running();
  signal('SIGTERM');
  t.same(told, ['close 30000']);
  end();
  t.equal(await exitCode, 0);
});

void t.test('SIGINT gives sessions what hard-stop-after says', async (t) => {
  const { told, signal, end, exitCode } = running({ hardStopAfterMs: 5000 });
  signal('SIGINT');
  t.same(told, ['close 5000']);
  end();
  t.equal(await exitCode, 0);
});

void t.test('a second signal cuts at once and exits as killed, a third one kills', async (t) => {
  const { told, signal, end, exitCode } = running();
  signal('SIGTERM');
  signal('SIGINT');
  t.same(told, ['close 30000', 'close 0']);
  signal('SIGTERM');
  t.same(told.slice(2), ['died of SIGTERM']);
  end();
  t.equal(await exitCode, 130);
});

void t.test('SIGUSR1 drains without a limit and exits 0', async (t) => {
  const { told, signal, clock, end, exitCode } = running();
  signal('SIGUSR1');
  signal('SIGUSR1');
  clock.advance(0);
  t.same(told, ['drain 0', 'close Infinity']);
  end();
  t.equal(await exitCode, 0);
});

void t.test('SIGUSR1 leaves the listeners open for grace, then cuts after hard-stop-after', async (t) => {
  const { told, signal, clock } = running({ graceMs: 2000, hardStopAfterMs: 9000 });
  signal('SIGUSR1');
  clock.advance(1999);
  t.same(told, ['drain 2000']);
  clock.advance(1);
  t.same(told, ['drain 2000', 'close 9000']);
});

void t.test('SIGTERM during a drain cuts at once, and the end of grace changes nothing', async (t) => {
  const { told, signal, clock, end, exitCode } = running({ graceMs: 2000 });
  signal('SIGUSR1');
  signal('SIGTERM');
  clock.advance(2000);
  t.same(told, ['drain 2000', 'close 0']);
  end();
  t.equal(await exitCode, 143);
});

void t.test('SIGHUP shows states; what has no meaning here is said and changes nothing', async (t) => {
  const { told, signal } = running();
  signal('SIGHUP');
  for (const name of ['SIGUSR2', 'SIGQUIT', 'SIGTTOU', 'SIGTTIN']) signal(name);
  t.match(told, ['states', /^\[NOTICE\] +\(1\) : SIGUSR2: /, /SIGQUIT: /, /SIGTTOU: /, /SIGTTIN: /]);
});
