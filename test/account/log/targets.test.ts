/** `log` targets: heads, levels, sampling, length, and datagrams on the wire. */
import * as dgram from 'node:dgram';
import t from 'tap';
import { DatagramSink } from '../../../lib/account/log/datagram-sink.ts';
import { LogDates } from '../../../lib/account/log/dates.ts';
import { LineWriter } from '../../../lib/account/log/line-writer.ts';
import type { LineSink } from '../../../lib/account/log/line-writer.ts';
import { silentLogger } from '../../../lib/account/log/logger.ts';
import { SyslogHeader } from '../../../lib/account/log/syslog.ts';
import { LogTargets, SyslogTarget, targetName } from '../../../lib/account/log/targets.ts';
import type { LogHeaderFormat, LogTarget } from '../../../lib/config/config.ts';
import { systemClock } from '../../../lib/time/clock.ts';
import { ManualClock } from '../../help/clock.ts';

process.env.TZ = 'UTC';

const WALL_MS = Date.UTC(2026, 10, 2, 13, 51, 26, 649);
const IDENTITY = { tag: 'haproxy', pid: 11025, hostname: null };

function logTarget(over: Partial<LogTarget> = {}): LogTarget {
  return {
    address: { kind: 'fd', fd: 1 },
    lengthBytes: 1024,
    format: null,
    sample: null,
    facility: 'local0',
    maxLevel: 'debug',
    minLevel: 'emerg',
    ...over,
  };
}

class ListSink implements LineSink {
  readonly batchMs = 0;
  readonly lines: string[] = [];
  start(): void {}
  write(lines: readonly string[], done: () => void): void {
    this.lines.push(...lines);
    done();
  }
  close(): void {}
}

/** Sends through a target and gives what arrived. */
async function sent(target: LogTarget, send: (to: SyslogTarget) => void): Promise<readonly string[]> {
  const sink = new ListSink();
  const writer = new LineWriter('x', sink, systemClock);
  const header = new SyslogHeader({
    format: target.format ?? 'local',
    facility: target.facility,
    dates: new LogDates(),
    ...IDENTITY,
  });
  send(new SyslogTarget(target, header, writer, new ManualClock({ wallMs: WALL_MS })));
  await writer.close();
  return sink.lines;
}

void t.test('heads of lines', (t) => {
  const expected: Readonly<Record<LogHeaderFormat, string>> = {
    local: '<134>Nov  2 13:51:26 taggy[7]: hi\n',
    rfc3164: '<134>Nov  2 13:51:26 myhost taggy[7]: hi\n',
    rfc5424: '<134>1 2026-11-02T13:51:26.649000+00:00 myhost taggy 7 - - hi\n',
    priority: '<134>hi\n',
    short: '<6>hi\n',
    timed: '<6>2026-11-02T13:51:26.649000+00:00 hi\n',
    iso: '2026-11-02T13:51:26.649000+00:00 hi\n',
    raw: 'hi\n',
  };
  for (const [format, line] of Object.entries(expected)) {
    const header = new SyslogHeader({
      format: format as LogHeaderFormat,
      facility: 'local0',
      tag: 'taggy',
      pid: 7,
      hostname: 'myhost',
      dates: new LogDates(),
    });
    t.equal(header.line(6, WALL_MS, '', 'hi', 1024), line, format);
  }
  t.end();
});

void t.test('structured data stands before the message, or nothing does where it does not fit', (t) => {
  const header = new SyslogHeader({
    format: 'rfc5424',
    facility: 'local1',
    dates: new LogDates(),
    ...IDENTITY,
  });
  t.equal(
    header.line(6, WALL_MS, '[x@1 a="s1"]', 'hi', 300),
    '<142>1 2026-11-02T13:51:26.649000+00:00 - haproxy 11025 - [x@1 a="s1"] hi\n',
  );
  t.equal(
    header.line(6, WALL_MS, `[x@1 a="${'s'.repeat(40)}"]`, 'hi', 80),
    '<142>1 2026-11-02T13:51:26.649000+00:00 - haproxy 11025 - \n',
  );
  t.end();
});

void t.test('len cuts the whole line, its line feed included', async (t) => {
  const target = logTarget({ format: 'raw', lengthBytes: 80 });
  const [ascii = '', umlauts = ''] = await sent(target, (to) => {
    to.send('info', 'x'.repeat(200));
    to.send('info', 'ü'.repeat(200));
  });
  t.equal(ascii, `${'x'.repeat(79)}\n`);
  t.equal(umlauts, `${'ü'.repeat(39)}\n`, 'no half character');
});

void t.test('levels: too chatty ones stay away, too severe ones are capped', async (t) => {
  const target = logTarget({ format: 'priority', maxLevel: 'info', minLevel: 'notice' });
  const lines = await sent(target, (to) => {
    t.equal(to.accepts('debug'), false);
    to.send('debug', 'd');
    to.send('info', 'i');
    to.send('alert', 'a');
  });
  t.same(lines, ['<134>i\n', '<133>a\n']);
});

void t.test('a sample takes its turns of every round', async (t) => {
  const sample = {
    ranges: [
      [1, 1],
      [3, 4],
    ] as const,
    size: 5,
  };
  const lines = await sent(logTarget({ format: 'raw', sample }), (to) => {
    for (let count = 1; count <= 12; count += 1) to.send('info', String(count));
  });
  t.same(
    lines.map((line) => line.trim()),
    ['1', '3', '4', '6', '8', '9', '11'],
  );
});

async function syslogServer(): Promise<{ socket: dgram.Socket; port: number; next(): Promise<string> }> {
  const socket = dgram.createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const next = (): Promise<string> =>
    new Promise((resolve) => socket.once('message', (bytes) => resolve(bytes.toString())));
  return { socket, port: socket.address().port, next };
}

void t.test('one datagram a line, addresses and names alike', async (t) => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const server = await syslogServer();
    const targets = new LogTargets({ clock: systemClock, dates: new LogDates(), logger: silentLogger });
    const target = targets.open(
      logTarget({ address: { kind: 'udp', host, port: server.port }, format: 'priority' }),
      IDENTITY,
    );
    const first = server.next();
    target.send('info', 'one');
    t.equal(await first, '<134>one\n', host);
    const second = server.next();
    target.send('info', 'two');
    t.equal(await second, '<134>two\n');
    await targets.close();
    t.same([...targets.dropped], [[`udp@${host}:${server.port}`, 0]]);
    server.socket.close();
  }
});

void t.test('a server nobody can find, or that is not there, costs lines and nothing else', async (t) => {
  const targets = new LogTargets({ clock: systemClock, dates: new LogDates(), logger: silentLogger });
  const server = await syslogServer();
  server.socket.close();
  const gone = targets.open(
    logTarget({ address: { kind: 'udp', host: '127.0.0.1', port: server.port } }),
    IDENTITY,
  );
  const unknown = targets.open(
    logTarget({ address: { kind: 'udp', host: 'nobody.invalid', port: 514 } }),
    IDENTITY,
  );
  gone.send('info', 'one');
  unknown.send('info', 'one');
  await targets.close();
  t.equal(targets.dropped.get('udp@nobody.invalid:514'), 1);
});

void t.test('proxies that log to one place share its writer', (t) => {
  const targets = new LogTargets({ clock: systemClock, dates: new LogDates(), logger: silentLogger });
  const address = { kind: 'udp', host: '127.0.0.1', port: 514 } as const;
  targets.open(logTarget({ address }), IDENTITY);
  targets.open(logTarget({ address, facility: 'local5' }), IDENTITY);
  t.equal(targets.dropped.size, 1);
  t.equal(targetName(logTarget({ address: { kind: 'unix', path: '/dev/log' } })), 'unix@/dev/log');
  t.equal(targetName(logTarget({ address: { kind: 'fd', fd: 1 } })), 'stdout');
  t.equal(targetName(logTarget({ address: { kind: 'fd', fd: 5 } })), 'fd@5');
  t.end();
});

void t.test('without the helper, unix datagram lines are dropped and one notice says so', async (t) => {
  const notices: string[] = [];
  const logger = {
    ...silentLogger,
    warn: (_fields: unknown, text?: string) => void notices.push(String(text)),
  };
  const sink = new DatagramSink('/dev/log', systemClock, logger, { perl: '/nonexistent/perl' });
  let lostCount = 0;
  sink.start((lineCount) => (lostCount += lineCount));
  await new Promise<void>((resolve) => sink.write(['one\n', 'two\n'], resolve));
  await new Promise<void>((resolve) => sink.write(['three\n'], resolve));
  t.equal(lostCount, 3);
  t.equal(notices.length, 1);
  t.match(notices[0], /log \/dev\/log: unix datagram sockets need the program perl/);
  sink.close();
});
