import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { notifyReady } from '../../lib/cli/systemd.ts';

void t.test('tells systemd through its own program, if it waits', async (t) => {
  const folder = t.testdir({ 'systemd-notify': '#!/bin/sh\necho "$* $NOTIFY_SOCKET" > "${0%/*}/told"\n' });
  chmodSync(join(folder, 'systemd-notify'), 0o755);
  t.equal(notifyReady({ PATH: folder, NOTIFY_SOCKET: '/run/notify' }), null);
  t.equal(readFileSync(join(folder, 'told'), 'utf8'), '--ready /run/notify\n');
});

void t.test('does nothing where nobody waits', async (t) => {
  t.equal(notifyReady({ PATH: t.testdir() }), null);
});

void t.test('says so where the program is missing', async (t) => {
  const said = notifyReady({ PATH: t.testdir(), NOTIFY_SOCKET: '/run/notify' });
  t.match(said, /^systemd could not be told that the start is complete: /);
});
