/** From configuration text to lines: which targets a proxy writes to and under which tag. */
import * as fs from 'node:fs';
import t from 'tap';
import { silentLogger } from '../../lib/account/log/logger.ts';
import { Logs } from '../../lib/account/logs.ts';
import { parseConfig } from '../../lib/config/parse.ts';
import { systemClock } from '../../lib/time/clock.ts';
import { sessionRecord } from '../help/views.ts';

void t.test('a proxy logs to the global targets and its own, under its tag and the name sent', async (t) => {
  const path = `${t.testdir()}/log`;
  const fd = fs.openSync(path, 'a');
  t.teardown(() => fs.closeSync(fd));
  const text = `
global
  log fd@${fd} local0
  log-send-hostname lb1
defaults
  mode tcp
  timeout client 1s
frontend www
  bind 127.0.0.1:0
  log global
  log fd@${fd} format short local1 info notice
  log-tag www-log
  log-format "%ts %H"
frontend quiet
  bind 127.0.0.1:0
`;
  const { config, diagnostics } = parseConfig([{ file: 'x', text }]);
  if (config === null) throw new Error(diagnostics.map((one) => one.message).join('\n'));
  const logs = new Logs({
    config,
    clock: systemClock,
    logger: silentLogger,
    sessionLogger: null,
    sessionDrops: { name: 'json:stdout', droppedCount: 4 },
    pid: 7,
  });
  const record = sessionRecord();
  const session = { start: () => record, record: () => record };
  for (const proxy of config.proxies) {
    if (proxy.frontend !== null) logs.sessionListener(proxy, proxy.frontend).sessionEnded(session);
  }
  logs.stateLine('www', { level: 'alert', text: 'Server www/a is DOWN.' });
  logs.stateLine('quiet', { level: 'alert', text: 'not this' });
  await logs.close();
  t.same(
    [...logs.dropped],
    [
      [`fd@${fd}`, 0],
      ['json:stdout', 4],
    ],
    'one writer for one descriptor',
  );
  const lines = fs.readFileSync(path, 'utf8').trim().split('\n');
  t.equal(lines.length, 4);
  t.match(lines[0], /^<134>\w{3} [ \d]\d \d\d:\d\d:\d\d lb1 www-log\[7\]: -- /);
  t.match(lines[1], /^<6>-- /);
  t.match(lines[2], /^<129>.* lb1 www-log\[7\]: Server www\/a is DOWN\.$/);
  t.equal(lines[3], '<5>Server www/a is DOWN.', 'capped at notice');
});
