import { EventEmitter } from 'node:events';
import t from 'tap';
import type { SignalName } from '../../lib/cli/signals.ts';
import { HANDLED_SIGNALS, Signals } from '../../lib/cli/signals.ts';

/** Stands for the process: signals are emitted, deaths are noted. */
class Source extends EventEmitter {
  readonly pid = 4711;
  readonly killed: string[] = [];
  kill(pid: number, signal: SignalName): void {
    this.killed.push(`${pid} ${signal} with ${this.listenerCount(signal)} listeners`);
  }
}

void t.test('during the start SIGTERM and SIGINT are left to the system', async (t) => {
  const source = new Source();
  const signals = new Signals(source);
  t.same([source.listenerCount('SIGTERM'), source.listenerCount('SIGINT')], [0, 0]);
  signals.attach(() => {});
  signals.dieOf('SIGTERM');
  t.same(source.killed, ['4711 SIGTERM with 0 listeners']);
});

void t.test('once something may be bound, they are kept for whoever serves, in their order', async (t) => {
  const source = new Source();
  const signals = new Signals(source);
  source.emit('SIGUSR1');
  signals.hold();
  source.emit('SIGTERM');
  source.emit('SIGINT');
  const caught: SignalName[] = [];
  signals.attach((signal) => caught.push(signal));
  t.same(caught, ['SIGUSR1', 'SIGTERM', 'SIGINT']);
  t.same(source.killed, []);
});

void t.test('from hold to attach there is no moment in which a signal is not caught', async (t) => {
  const source = new Source();
  const signals = new Signals(source);
  signals.hold();
  source.on('removeListener', (signal) => t.fail(`${String(signal)} was released`));
  signals.attach(() => {});
  t.equal(source.listenerCount('SIGINT'), 1);
});

void t.test('a SIGUSR1 that came before anything could be caught is not lost', async (t) => {
  const signals = new Signals(new Source());
  signals.noteMissedSoftStop();
  const caught: SignalName[] = [];
  signals.attach((signal) => caught.push(signal));
  t.same(caught, ['SIGUSR1']);
});

void t.test('a SIGUSR1 during the start is kept until somebody serves; SIGHUP is not', async (t) => {
  const source = new Source();
  const signals = new Signals(source);
  source.emit('SIGUSR1');
  source.emit('SIGHUP');
  const caught: SignalName[] = [];
  signals.attach((signal) => caught.push(signal));
  t.same(caught, ['SIGUSR1']);
  t.same(source.killed, []);
});

void t.test('attached, every signal goes to the handler', async (t) => {
  const source = new Source();
  const caught: SignalName[] = [];
  new Signals(source).attach((signal) => caught.push(signal));
  for (const signal of HANDLED_SIGNALS) source.emit(signal);
  t.same(caught, [...HANDLED_SIGNALS]);
});

void t.test('released, nothing is caught', async (t) => {
  const source = new Source();
  new Signals(source).release();
  t.same(source.eventNames(), []);
});
