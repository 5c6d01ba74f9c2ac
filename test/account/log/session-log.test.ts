/** Which line a frontend's options let out, and where to; states; the JSON line. */
import * as fs from 'node:fs';
import t from 'tap';
import { LogDates } from '../../../lib/account/log/dates.ts';
import { LineWriter } from '../../../lib/account/log/line-writer.ts';
import type { LineSink } from '../../../lib/account/log/line-writer.ts';
import { createPinoLogger, silentLogger } from '../../../lib/account/log/logger.ts';
import type { Logger } from '../../../lib/account/log/logger.ts';
import type { HttpRecord, SessionRecord } from '../../../lib/account/session.ts';
import { SessionLog } from '../../../lib/account/log/session-log.ts';
import type { SessionLogConfig } from '../../../lib/account/log/session-log.ts';
import { StateLog } from '../../../lib/account/log/state-log.ts';
import { SyslogHeader } from '../../../lib/account/log/syslog.ts';
import { SyslogTarget } from '../../../lib/account/log/targets.ts';
import type { LogTarget } from '../../../lib/config/config.ts';
import { systemClock } from '../../../lib/time/clock.ts';
import { endingOf } from '../../../lib/stream/ending.ts';
import { badRequestRecord, httpRecord, sessionRecord } from '../../help/views.ts';

const TARGET: LogTarget = {
  address: { kind: 'fd', fd: 1 },
  lengthBytes: 1024,
  format: 'short',
  sample: null,
  facility: 'local0',
  maxLevel: 'debug',
  minLevel: 'emerg',
};

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

interface Heard {
  readonly log: SessionLog;
  readonly json: [string, object][];
  lines(): Promise<readonly string[]>;
}

function listening(over: Partial<SessionLogConfig> = {}, mode: 'tcp' | 'http' = 'tcp', tls = false): Heard {
  const sink = new ListSink();
  const writer = new LineWriter('x', sink, systemClock);
  const dates = new LogDates();
  const header = new SyslogHeader({
    format: 'short',
    facility: 'local0',
    tag: 'haproxy',
    pid: 1,
    hostname: null,
    dates,
  });
  const json: [string, object][] = [];
  const logger: Logger = {
    ...silentLogger,
    debug: (fields: object | string) => void json.push(['debug', Object(fields)]),
    info: (fields: object | string) => void json.push(['info', Object(fields)]),
    warn: (fields: object | string) => void json.push(['warn', Object(fields)]),
    error: (fields: object | string) => void json.push(['error', Object(fields)]),
  };
  const log = new SessionLog({
    frontendName: 'www',
    mode,
    tls,
    config: {
      logFormat: { kind: 'custom', format: '%rt %ts %Tt' },
      logFormatSd: null,
      errorLogFormat: null,
      dontLogNull: false,
      dontLogNormal: false,
      logAsap: false,
      logSeparateErrors: false,
      ...over,
    },
    targets: [new SyslogTarget(TARGET, header, writer, systemClock)],
    logger,
    pid: 1,
    hostname: 'vm',
    dates,
  });
  return {
    log,
    json,
    lines: async () => {
      await writer.close();
      return sink.lines;
    },
  };
}

const normal = sessionRecord({ id: 1 });
const empty = sessionRecord({ id: 2, bytesIn: 0 });
const retried = sessionRecord({ id: 3, retries: 1 });
const timedOut = sessionRecord({
  id: 4,
  ending: { cause: 'server-timeout', stage: 'data', reason: 'server-timeout' },
});
const unconnected = sessionRecord({
  id: 5,
  connectMs: -1,
  ending: { cause: 'server-abort', stage: 'connect', reason: 'no-server' },
});
const redispatched = sessionRecord({ id: 6, redispatched: true });

void t.test('one line and one JSON object a session', async (t) => {
  const heard = listening();
  heard.log.sessionEnded(normal);
  heard.log.sessionEnded(timedOut);
  t.same(await heard.lines(), ['<6>1 -- 5007\n', '<6>4 sD 5007\n']);
  t.match(heard.json, [
    [
      'info',
      {
        event: 'session',
        id: 1,
        client: '10.0.1.2:33313',
        frontend: 'www',
        backend: 'app',
        server: 'a',
        queueMs: 0,
        connectMs: 2.6,
        totalMs: 5007.8,
        bytesIn: 100,
        bytesOut: 212,
        reason: 'normal',
        termination: '--',
        retries: 0,
      },
    ],
    ['info', { reason: 'server-timeout', cause: 'server-timeout', stage: 'data', termination: 'sD' }],
  ]);
});

void t.test('dontlognull leaves out sessions without a byte from the client', async (t) => {
  const heard = listening({ dontLogNull: true });
  heard.log.sessionEnded(empty);
  heard.log.sessionEnded(normal);
  t.same(await heard.lines(), ['<6>1 -- 5007\n']);
  t.equal(heard.json.length, 1);
});

void t.test('dontlog-normal keeps errors, timeouts, retries and redispatches', async (t) => {
  const heard = listening({ dontLogNormal: true });
  for (const record of [normal, retried, timedOut, unconnected, redispatched]) heard.log.sessionEnded(record);
  t.same(
    (await heard.lines()).map((line) => line.slice(3, 4)),
    ['3', '4', '5', '6'],
  );
});

void t.test('log-separate-errors puts them at level err', async (t) => {
  const heard = listening({ logSeparateErrors: true });
  heard.log.sessionEnded(normal);
  heard.log.sessionEnded(timedOut);
  t.same(await heard.lines(), ['<6>1 -- 5007\n', '<3>4 sD 5007\n']);
  t.same(
    heard.json.map(([level]) => level),
    ['info', 'error'],
  );
});

void t.test('logasap writes when the server is connected, and at the end only what never was', async (t) => {
  const heard = listening({ logAsap: true });
  t.equal(heard.log.wants.connected, true);
  heard.log.sessionConnected(sessionRecord({ id: 1, totalMs: 3, bytesOut: 0 }));
  heard.log.sessionEnded(normal);
  heard.log.sessionEnded(unconnected);
  t.same(await heard.lines(), ['<6>1 -- +3\n', '<6>5 SC +5007\n']);
  t.equal(listening().log.wants.connected, false);
});

void t.test('without a format a line comes at accept and none at the end', async (t) => {
  const heard = listening({ logFormat: { kind: 'none' } });
  heard.log.sessionAccepted({ address: '10.0.1.2', port: 33312 }, { address: '10.0.3.31', port: 8012 });
  heard.log.sessionEnded(normal);
  t.same(await heard.lines(), ['<6>Connect from 10.0.1.2:33312 to 10.0.3.31:8012 (www/TCP)\n']);
  t.equal(heard.json.length, 1, 'the JSON line does not depend on it');
});

void t.test('states go to the targets and to the JSON log, one line each', async (t) => {
  const sink = new ListSink();
  const writer = new LineWriter('x', sink, systemClock);
  const header = new SyslogHeader({
    format: 'short',
    facility: 'local0',
    tag: 'haproxy',
    pid: 1,
    hostname: null,
    dates: new LogDates(),
  });
  const json: unknown[] = [];
  const log = new StateLog({
    targets: [new SyslogTarget(TARGET, header, writer, systemClock)],
    logger: { ...silentLogger, error: (fields: unknown, text?: string) => void json.push([fields, text]) },
  });
  log.write('alert', 'Server b/s is DOWN, info: "a\nb".', { backend: 'b', server: 's' });
  await writer.close();
  t.same(sink.lines, ['<1>Server b/s is DOWN, info: "a b".\n']);
  t.match(json, [[{ event: 'state', severity: 'alert', backend: 'b', server: 's' }, /is DOWN/]]);
});

void t.test('the pino logger writes JSON lines, or lines for people, at its level and above', async (t) => {
  const dir = t.testdir();
  for (const pretty of [false, true]) {
    const target = `${dir}/${pretty ? 'pretty' : 'json'}.log`;
    const open = await createPinoLogger({ level: 'warning', target, pretty, clock: systemClock });
    open.logger.info({ event: 'session' }, 'not this');
    open.logger.warn({ event: 'state', backend: 'b' }, 'this');
    await open.close();
    t.equal(open.writer.droppedCount, 0);
    const text = fs.readFileSync(target, 'utf8');
    if (pretty) {
      t.match(text, 'this');
      t.match(text, '"backend":"b"');
      t.throws(() => JSON.parse(text) as unknown);
    } else {
      t.match(JSON.parse(text), { level: 'warn', event: 'state', backend: 'b', msg: 'this' });
    }
    t.notMatch(text, 'not this');
  }
});

// --- mode http ------------------------------------------------------------------------------------------------------

const REQUEST_FORMAT = { logFormat: { kind: 'custom', format: '%rt %ST %tsc %Ta' } } as const;

function request(
  id: number,
  http: Partial<HttpRecord> = {},
  over: Partial<SessionRecord> = {},
): SessionRecord {
  return sessionRecord({ id, http: httpRecord(http), ...over });
}

const unread = request(9, {}, { ending: endingOf('bad-request'), http: badRequestRecord() });

void t.test('an answer of 500 and above counts as an error, one of 400 does not', async (t) => {
  const heard = listening({ ...REQUEST_FORMAT, dontLogNormal: true, logSeparateErrors: true }, 'http');
  heard.log.sessionEnded(request(1));
  heard.log.sessionEnded(request(2, { status: 404 }));
  heard.log.sessionEnded(request(3, { status: 500 }));
  heard.log.sessionEnded(request(4, { status: 403 }, { ending: endingOf('request-denied') }));
  heard.log.sessionEnded(request(5, { status: 200 }, { ending: endingOf('answered-here') }));
  t.same(await heard.lines(), ['<3>3 500 ---- 1\n', '<3>4 403 PR-- 1\n']);
});

void t.test('set-log-level comes before the options, and may silence', async (t) => {
  const heard = listening({ ...REQUEST_FORMAT, logSeparateErrors: true }, 'http');
  heard.log.sessionEnded(request(1, { status: 500, logLevel: 'warning' }));
  heard.log.sessionEnded(request(2, { logLevel: 'silent' }));
  heard.log.sessionEnded(request(3, { logLevel: 'alert' }));
  heard.log.sessionEnded(request(4, { logLevel: 'debug' }));
  t.same(await heard.lines(), ['<4>1 500 ---- 1\n', '<1>3 200 ---- 1\n', '<7>4 200 ---- 1\n']);
  t.same(
    heard.json.map(([level]) => level),
    ['warn', 'error', 'debug'],
  );
});

void t.test('logasap writes when the headers of the answer are there', async (t) => {
  const heard = listening({ ...REQUEST_FORMAT, logAsap: true }, 'http');
  heard.log.sessionConnected(request(1));
  heard.log.sessionConnected(request(2, { logLevel: 'silent' }));
  heard.log.sessionEnded(request(1, { activeMs: 5 }));
  heard.log.sessionEnded(
    request(3, { status: 504, responseMs: -1 }, { ending: endingOf('response-timeout') }),
  );
  t.same(await heard.lines(), ['<6>1 200 ---- +1\n', '<6>3 504 sH-- +1\n']);
});

void t.test('error-log-format is for clients who could not say what they wanted', async (t) => {
  const heard = listening({ ...REQUEST_FORMAT, errorLogFormat: 'failed %rt %ST %r %[src]' }, 'http', true);
  heard.log.sessionEnded(request(1, { status: 403 }, { ending: endingOf('request-denied') }));
  heard.log.sessionEnded({ ...unread, samples: ['10.0.0.1'] });
  heard.log.sessionEnded(
    sessionRecord({ id: 3, ending: endingOf('tls-handshake-failed'), samples: ['10.0.0.2'] }),
  );
  t.same(await heard.lines(), [
    '<6>1 403 PR-- 1\n',
    '<6>failed 9 400 <BADREQ> 10.0.0.1\n',
    '<6>failed 3 0 <BADREQ> 10.0.0.2\n',
  ]);
});

void t.test('a failed handshake has a line of its own, also where no format is set', async (t) => {
  const failed = sessionRecord({ ending: endingOf('tls-handshake-failed') });
  for (const [over, mode] of [
    [{ logFormat: { kind: 'none' } }, 'tcp'],
    [REQUEST_FORMAT, 'http'],
  ] as const) {
    const heard = listening(over, mode, true);
    t.equal(heard.log.wants.ended, true);
    heard.log.sessionEnded(failed);
    t.match(await heard.lines(), [/^<6>10\.0\.1\.2:33313 \[.*\] www\/1: SSL handshake failure\n$/]);
  }
});

void t.test('the JSON line of a request', async (t) => {
  const heard = listening(REQUEST_FORMAT, 'http');
  heard.log.sessionEnded(
    request(
      1,
      { requestHeaders: ['a.example', null], requestCookie: 'SID=1', requestMs: 0.26 },
      { tlsVersion: 'TLSv1.3', tlsCipher: 'TLS_AES_128_GCM_SHA256' },
    ),
  );
  heard.log.sessionEnded(unread);
  heard.log.sessionEnded(normal);
  const [read, bad, tcp] = heard.json.map(([, fields]) => JSON.parse(JSON.stringify(fields)) as object);
  t.match(read, {
    http: {
      method: 'GET',
      target: '/a?b=c',
      version: 'HTTP/1.1',
      status: 200,
      requestMs: 0.3,
      responseMs: 1,
      requestHeaders: ['a.example', null],
      requestCookie: 'SID=1',
      persistence: '--',
    },
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
  });
  t.match(bad, { http: { method: null, target: null, status: 400 } });
  t.notOk(tcp !== undefined && ('http' in tcp || 'tls' in tcp));
  await heard.lines();
});

void t.test('without a format each request has a line when it begins', async (t) => {
  const heard = listening({ logFormat: { kind: 'none' } }, 'http');
  heard.log.sessionAccepted({ address: '10.0.1.2', port: 1 }, { address: '10.0.1.3', port: 2 });
  t.same(await heard.lines(), ['<6>Connect from 10.0.1.2:1 to 10.0.1.3:2 (www/HTTP)\n']);
});
