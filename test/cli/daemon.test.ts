import t from 'tap';
import { daemonReport, startDaemon } from '../../lib/cli/daemon.ts';
import type { SignalName } from '../../lib/cli/signals.ts';

/** A parent that starts a child which runs `script` with a report at hand. */
async function parentOf(
  script: string,
  interrupted: (said: string) => SignalName | null = () => null,
): Promise<{ exitCode: number; said: string; died: SignalName[] }> {
  const daemonFile = new URL('../../lib/cli/daemon.js', import.meta.url).href;
  const source = `import { daemonReport } from ${JSON.stringify(daemonFile)};
    const report = daemonReport(process.env);
    ${script}`;
  let said = '';
  const died: SignalName[] = [];
  let handler: (signal: SignalName) => void = () => {};
  const signals = {
    attach: (given: (signal: SignalName) => void) => void (handler = given),
    dieOf: (signal: SignalName) => void died.push(signal),
  };
  const exitCode = await startDaemon(
    {
      executable: process.execPath,
      words: ['--input-type=module', '-e', source],
      directory: process.cwd(),
      environment: process.env,
    },
    signals,
    (text) => {
      said += text;
      const signal = interrupted(said);
      if (signal !== null) handler(signal);
    },
  );
  return { exitCode, said, died };
}

void t.test('the parent leaves with 0 once the child is ready, while the child lives on', async (t) => {
  const { exitCode, said } = await parentOf(`
    report.say('warning: one\\n' + process.pid + '\\n');
    report.ready();
    report.say('too late');
    setInterval(() => {}, 60_000);
  `);
  t.equal(exitCode, 0);
  t.match(said, /^warning: one\n[0-9]+\n$/);
  const pid = Number(said.split('\n')[1]);
  t.ok(process.kill(pid, 'SIGKILL'), 'the child was still there');
});

void t.test('the parent leaves as a child does that fails to start, and repeats its words', async (t) => {
  const { exitCode, said } = await parentOf(`report.say('address in use\\n'); process.exit(3);`);
  t.equal(exitCode, 3);
  t.equal(said, 'address in use\n');
});

void t.test('a child killed during its start is a failed start', async (t) => {
  const { exitCode } = await parentOf(`process.kill(process.pid, 'SIGKILL');`);
  t.equal(exitCode, 1);
});

void t.test('who interrupts the waiting parent ends the child as well', async (t) => {
  const { exitCode, died } = await parentOf(
    `report.say('starting\\n'); setInterval(() => {}, 60_000);`,
    (said) => (said === 'starting\n' ? 'SIGTERM' : null),
  );
  t.equal(exitCode, 1, 'the child is gone');
  t.same(died, ['SIGTERM'], 'and so is the parent');
});

void t.test('a process that nobody waits for has no report, and the mark is not handed on', async (t) => {
  t.equal(daemonReport({}), null);
  const environment: NodeJS.ProcessEnv = { SLUICE_DAEMON_REPORT: '4' };
  t.equal(daemonReport(environment), null);
});
