import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { daemonReport, namedDescriptors, startDaemon } from '../../lib/cli/daemon.ts';
import type { Handover } from '../../lib/cli/daemon.ts';
import type { SignalName } from '../../lib/cli/signals.ts';
import { parseConfig } from '../../lib/config/parse.ts';

/** A parent that starts a child which runs `script` with a report at hand. */
async function parentOf(
  script: string,
  interrupted: (said: string) => SignalName | null = () => null,
  handover: Handover = { texts: [], descriptors: [] },
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
    handover,
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

void t.test('the child gets what the parent has read, however long', async (t) => {
  const texts = [{ file: 'pipe', text: 'line\n'.repeat(100_000) }];
  const script = `const [{ file, text }] = report.texts();
    report.say(file + ' ' + text.length + '\\n');
    report.ready();`;
  const { exitCode, said } = await parentOf(script, undefined, { texts, descriptors: [] });
  t.equal(exitCode, 0);
  t.equal(said, 'pipe 500000\n');
});

void t.test('a child that dies before it has read everything is a failed start', async (t) => {
  const texts = [{ file: 'pipe', text: 'line\n'.repeat(1_000_000) }];
  const { exitCode } = await parentOf(`process.exit(1);`, undefined, { texts, descriptors: [] });
  t.equal(exitCode, 1);
});

void t.test('descriptors keep their numbers', async (t) => {
  const descriptor = openSync(join(t.testdir({ handed: 'over' }), 'handed'), 'r');
  t.teardown(() => closeSync(descriptor));
  const closed = descriptor + 100;
  const script = `import { fstatSync, readFileSync } from 'node:fs';
    report.say(readFileSync(${descriptor}, 'utf8') + '\\n');
    report.ready();`;
  const descriptors = [3, descriptor, closed].filter((one, index, all) => all.indexOf(one) === index);
  const { exitCode, said } = await parentOf(script, undefined, { texts: [], descriptors });
  t.equal(exitCode, 0);
  t.equal(said, 'over\n');
});

void t.test('the descriptors of bind and log lines are known, the standard ones are not meant', async (t) => {
  const text = `global\n  log fd@7 local0\n  log stdout local0
listen l\n  mode tcp\n  bind fd@5\n  bind fd@6\n  log fd@5 local0\n  server a 192.0.2.1:1\n`;
  const { config } = parseConfig([{ file: 'fd.cfg', text }]);
  t.same(config === null ? null : new Set(namedDescriptors(config)), new Set([5, 6, 7]));
});

void t.test('a process that nobody waits for has no report, and the mark is not handed on', async (t) => {
  t.equal(daemonReport({}), null);
  const environment: NodeJS.ProcessEnv = { SLUICE_DAEMON_REPORT: '4000' };
  t.equal(daemonReport(environment), null);
  t.same(environment, {});
});
