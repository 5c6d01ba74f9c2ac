/** The helper of unix datagram targets and the user it runs as; a shell script stands for the helper. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { DatagramSink } from '../../../lib/account/log/datagram-sink.ts';
import { silentLogger } from '../../../lib/account/log/logger.ts';
import { ManualClock } from '../../help/clock.ts';

/** Notes process, user and line, and its own end; each note is told to the sink as a lost line, so that a test can wait. */
const HELPER = `#!/bin/sh
note() { echo "$$ $(/usr/bin/id -u) $1" >> "\${0%/*}/notes"; echo 1; }
while read line; do note "$line"; done
note end
`;

/** The helper's file and what it noted: words of each line. */
function helper(t: Test): { perl: string; notes: () => string[][] } {
  const folder = t.testdir({ helper: HELPER, notes: '' });
  const perl = join(folder, 'helper');
  chmodSync(folder, 0o755);
  chmodSync(perl, 0o755);
  chmodSync(join(folder, 'notes'), 0o666);
  const text = (): string => readFileSync(join(folder, 'notes'), 'utf8').trimEnd();
  return {
    perl,
    notes: () =>
      text()
        .split('\n')
        .map((line) => line.split(' ')),
  };
}

/** A sink whose user the test changes, and a way to wait for the helpers' notes. */
function changing(t: Test, perl: string) {
  // A helper keeps no process alive, not even this one.
  const alive = setInterval(() => {}, 60_000);
  t.teardown(() => clearInterval(alive));
  const clock = new ManualClock();
  const user = { id: 0 };
  const sink = new DatagramSink('/dev/log', clock, silentLogger, { perl, uid: () => user.id });
  let count = 0;
  let wanted = { count: 0, reached: (): void => {} };
  sink.start((lineCount) => {
    count += lineCount;
    if (count >= wanted.count) wanted.reached();
  });
  const noted = (total: number): Promise<void> =>
    new Promise((reached) => {
      wanted = { count: total, reached };
      if (count >= total) reached();
    });
  return { clock, user, sink, noted };
}

void t.test('a helper started before privileges were given up is replaced with the next line', async (t) => {
  const { perl, notes } = helper(t);
  const { user, sink, noted } = changing(t, perl);
  sink.write(['one\n'], () => {});
  await noted(1);
  user.id = 1000;
  sink.write(['two\n'], () => {});
  await noted(3);
  sink.close();
  await noted(4);
  const first = notes()[0]?.[0];
  t.same(
    notes()
      .map(([pid, , word]) => [pid === first ? 'first' : 'second', word])
      .toSorted((a, b) => String(a).localeCompare(String(b))),
    [
      ['first', 'end'],
      ['first', 'one'],
      ['second', 'end'],
      ['second', 'two'],
    ],
  );
});

void t.test('it goes even if no further line comes, and stays where nothing was given up', async (t) => {
  const { perl, notes } = helper(t);
  const { clock, user, sink, noted } = changing(t, perl);
  sink.write(['one\n'], () => {});
  await noted(1);
  user.id = 1000;
  clock.advance(10_000);
  await noted(2);
  t.same(
    notes().map(([, , word]) => word),
    ['one', 'end'],
  );
  sink.write(['two\n'], () => {});
  await noted(3);
  clock.advance(10_000);
  sink.write(['three\n'], () => {});
  await noted(4);
  sink.close();
  await noted(5);
  t.equal(new Set(notes().map(([pid]) => pid)).size, 2);
});

void t.test('a real change of user leaves no helper of root', async (t) => {
  if (process.getuid?.() !== 0) {
    t.comment('only root can give up root: this case has nothing to test here');
    return;
  }
  const { perl, notes } = helper(t);
  const room = new URL('../../../lib/account/log/', import.meta.url).href;
  const script = join(perl, '..', 'script.mjs');
  writeFileSync(
    script,
    `import { DatagramSink } from '${room}datagram-sink.js';
    const never = { nowMs: () => 0, after: () => ({ cancel() {} }) };
    const sink = new DatagramSink('/dev/log', never, null, { perl: ${JSON.stringify(perl)} });
    let count = 0;
    sink.start((lineCount) => {
      count += lineCount;
      if (count === 1) {
        process.setgroups([]);
        process.setgid(65534);
        process.setuid(65534);
        sink.write(['two\\n'], () => {});
      }
      if (count === 3) sink.close();
    });
    sink.write(['one\\n'], () => {});
    setInterval(() => count === 4 && process.exit(0), 1);`,
  );
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', timeout: 10_000 });
  t.equal(status, 0, stderr);
  t.same(
    notes()
      .map(([, uid, word]) => `${uid} ${word}`)
      .toSorted((a, b) => a.localeCompare(b)),
    ['0 end', '0 one', '65534 end', '65534 two'],
  );
});
