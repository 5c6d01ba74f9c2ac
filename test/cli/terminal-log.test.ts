import t from 'tap';
import { StateLog } from '../../lib/account/log/state-log.ts';
import { Messages } from '../../lib/cli/messages.ts';
import { terminalLog } from '../../lib/cli/terminal-log.ts';

/** Messages for process 7, and what they have said. */
function terminal(): { messages: Messages; said: () => string } {
  let said = '';
  const sink = {
    out: () => {},
    err: (text: string) => void (said += text),
    color: false,
    outIsTerminal: false,
  };
  return { messages: new Messages(sink, { quiet: false, pid: 7 }), said: () => said };
}

void t.test("states are shown with -d, in HAProxy's layout and severity", async (t) => {
  const { messages, said } = terminal();
  const states = new StateLog({ targets: [], logger: terminalLog(messages, true, null) });
  states.write('alert', 'Server b/s is DOWN.');
  states.write('emerg', 'backend b has no server available!');
  states.write('notice', 'Server b/s is UP.');
  t.equal(
    said(),
    '[WARNING]  (7) : Server b/s is DOWN.\n' +
      '[ALERT]    (7) : backend b has no server available!\n' +
      '[WARNING]  (7) : Server b/s is UP.\n',
  );
});

void t.test(
  'without -d what is not as asked for at start, a log target that cannot work and a dead thread are worth a line',
  async (t) => {
    const { messages, said } = terminal();
    const log = terminalLog(messages, false, null);
    log.error({ event: 'state', severity: 'emerg' }, 'backend b has no server available!');
    log.warn({ code: 'EMFILE' }, 'a client could not be accepted');
    log.warn({ event: 'start' }, 'the fast relay is off');
    log.warn({ event: 'log-target' }, 'log /dev/log: no perl');
    log.error({ event: 'thread', thread: 1 }, 'thread 1 has died');
    t.equal(
      said(),
      '[WARNING]  (7) : the fast relay is off\n[WARNING]  (7) : log /dev/log: no perl\n[ALERT]    (7) : thread 1 has died\n',
    );
  },
);

void t.test('sessions are not shown, faults are with -d, and the other log gets everything', async (t) => {
  const { messages, said } = terminal();
  const passed: unknown[] = [];
  const note = (...words: unknown[]): void => void passed.push(words);
  const log = terminalLog(messages, true, { debug: note, info: note, warn: note, error: note });
  log.info({ event: 'session' }, 'session ended');
  log.error({ backend: 'b' }, 'no server could be chosen');
  log.info('plain');
  log.warn('plain warning');
  t.same(passed, [
    [{ event: 'session' }, 'session ended'],
    [{ backend: 'b' }, 'no server could be chosen'],
    ['plain'],
    ['plain warning'],
  ]);
  t.equal(said(), '[ALERT]    (7) : no server could be chosen\n[WARNING]  (7) : plain warning\n');
});
