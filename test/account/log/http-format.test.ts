/**
 * Lines about requests, beside those that HAProxy 2.6.12 wrote for the same formats and the same facts. Where it logged a queue time
 * of 1 ms for a request that never waited, 0 stands here.
 */
import t from 'tap';
import type { LogContext } from '../../../lib/account/log/aliases.ts';
import { LogDates } from '../../../lib/account/log/dates.ts';
import { compileLogFormat } from '../../../lib/account/log/format.ts';
import {
  connectLine,
  handshakeLine,
  lineFormats,
  logExpressions,
  type FormatConfig,
} from '../../../lib/account/log/line-formats.ts';
import { HTTPLOG_CLF_FORMAT, HTTPLOG_FORMAT, HTTPSLOG_FORMAT } from '../../../lib/config/log-format.ts';
import type { HttpRecord, SessionRecord } from '../../../lib/account/session.ts';
import { endingOf } from '../../../lib/stream/ending.ts';
import { badRequestRecord, httpRecord, sessionRecord } from '../../help/views.ts';

// HAProxy's lines were taken at UTC.
process.env.TZ = 'UTC';

const context: LogContext = {
  pid: 10866,
  hostname: 'vm',
  dates: new LogDates(),
  loggedCount: 0,
  early: false,
};

function line(format: string, record: SessionRecord, over: Partial<LogContext> = {}): string {
  return compileLogFormat(format, { mode: 'http', firstSample: 0 })(record, { ...context, ...over });
}

/** A request to `httplog`, answered by `b/s1`. */
function request(http: Partial<HttpRecord>, over: Partial<SessionRecord> = {}): SessionRecord {
  return sessionRecord({
    acceptedWallMs: Date.UTC(2026, 10, 22, 19, 49, 16, 347),
    clientAddress: '127.0.0.1',
    clientPort: 42000,
    frontendName: 'httplog',
    backendName: 'b',
    serverName: 's1',
    queueMs: 0,
    connectMs: 0,
    bytesIn: 84,
    bytesOut: 156,
    processSessions: 1,
    frontendSessions: 1,
    backendSessions: 0,
    serverSessions: 0,
    http: httpRecord(http),
    ...over,
  });
}

const nowhere: Partial<SessionRecord> = {
  backendName: 'httplog',
  serverName: null,
  serverAddress: null,
  sourceAddress: null,
  queueMs: -1,
  connectMs: -1,
};

void t.test('httplog, with captures', async (t) => {
  const record = request({
    requestHeaders: ['h.example', 'v|{}"\\ x'],
    responseHeaders: ['srv\t"x"|{}', 'o'],
    requestCookie: 'SID=abc',
    responseCookie: 'SID=out123',
  });
  t.equal(
    line(HTTPLOG_FORMAT, record),
    '127.0.0.1:42000 [22/Nov/2026:19:49:16.347] httplog b/s1 0/0/0/1/1 200 156 SID=abc SID=out123 ---- 1/1/0/0/0 0/0 ' +
      '{h.example|v#7C#7B#7D#22\\ x} {srv#09#22x#22#7C#7B#7D|o} "GET /a?b=c HTTP/1.1"',
  );
});

void t.test('httplog, nothing captured', async (t) => {
  t.equal(
    line(HTTPLOG_FORMAT, request({}, { tlsVersion: 'TLSv1.3' })),
    '127.0.0.1:42000 [22/Nov/2026:19:49:16.347] httplog~ b/s1 0/0/0/1/1 200 156 - - ---- 1/1/0/0/0 0/0 "GET /a?b=c HTTP/1.1"',
  );
});

void t.test('httplog of what a rule answered, what was refused and what no server answered', async (t) => {
  const captures = { requestHeaders: ['h.example', null], responseHeaders: [null, null] };
  const denied = request(
    { ...captures, target: '/deny', status: 403, responseMs: -1, activeMs: 0 },
    { ...nowhere, bytesOut: 192, ending: endingOf('request-denied') },
  );
  t.equal(
    line(HTTPLOG_FORMAT, denied),
    '127.0.0.1:42000 [22/Nov/2026:19:49:16.347] httplog httplog/<NOSRV> 0/-1/-1/-1/0 403 192 - - PR-- 1/1/0/0/0 0/0 ' +
      '{h.example|} {|} "GET /deny HTTP/1.1"',
  );
  const late = request(
    { ...captures, target: '/hang', status: 504, responseMs: -1, activeMs: 1000 },
    { bytesOut: 198, ending: endingOf('response-timeout') },
  );
  t.equal(
    line(HTTPLOG_FORMAT, late),
    '127.0.0.1:42000 [22/Nov/2026:19:49:16.347] httplog b/s1 0/0/0/-1/1000 504 198 - - sH-- 1/1/0/0/0 0/0 ' +
      '{h.example|} {|} "GET /hang HTTP/1.1"',
  );
});

void t.test('a request that could not be read has no captures', async (t) => {
  const record = request(
    {},
    {
      ...nowhere,
      bytesOut: 0,
      ending: endingOf('client-left-request'),
      http: badRequestRecord({ activeMs: 79, requestHeaders: [null], responseHeaders: [null] }),
    },
  );
  t.equal(
    line(HTTPLOG_FORMAT, record),
    '127.0.0.1:42000 [22/Nov/2026:19:49:16.347] httplog httplog/<NOSRV> -1/-1/-1/-1/79 400 0 - - CR-- 1/1/0/0/0 0/0 "<BADREQ>"',
  );
});

void t.test('httplog clf', async (t) => {
  const over = { clientPort: 36378, frontendName: 'clf' };
  const accepted = Date.UTC(2026, 10, 22, 19, 49, 24, 603);
  const captures = { requestHeaders: ['h.example'], responseHeaders: ['srv\t"x"|{}'] };
  t.equal(
    line(
      HTTPLOG_CLF_FORMAT,
      request(
        { ...captures, target: '/clf', responseMs: 0, activeMs: 0 },
        { ...over, acceptedWallMs: accepted },
      ),
    ),
    '127.0.0.1 - - [22/Nov/2026:19:49:24 +0000] "GET /clf HTTP/1.1" 200 156 "" "" 36378 603 "clf" "b" "s1" 0 0 0 0 0 ' +
      '---- 1 1 0 0 0 0 0 "" "" "h.example" "srv#09#22x#22#7C#7B#7D"',
  );
  const bad = request(
    {},
    {
      ...nowhere,
      ...over,
      backendName: 'clf',
      bytesOut: 0,
      ending: endingOf('bad-request'),
      http: badRequestRecord(),
    },
  );
  t.equal(
    line(HTTPLOG_CLF_FORMAT, bad),
    '127.0.0.1 - - [22/Nov/2026:19:49:16 +0000] "<BADREQ>" 400 0 "" "" 36378 347 "clf" "clf" "<NOSRV>" -1 -1 -1 -1 0 ' +
      'PR-- 1 1 0 0 0 0 0 "" "" ',
  );
});

void t.test('httpslog takes the values of its expressions from the record', async (t) => {
  const format: FormatConfig = { logFormat: { kind: 'httpslog' }, logFormatSd: null, errorLogFormat: null };
  const count = logExpressions(format, 'http').length;
  t.equal(count, 6);
  const record = request(
    { target: '/tls' },
    {
      frontendName: 'tls',
      connectMs: 1,
      tlsVersion: 'TLSv1.3',
      tlsCipher: 'TLS_AES_256_GCM_SHA384',
      samples: ['0', '0000000000000000', '0', '0', '0', ''],
    },
  );
  const expected =
    '127.0.0.1:42000 [22/Nov/2026:19:49:16.347] tls~ b/s1 0/0/1/1/1 200 156 - - ---- 1/1/0/0/0 0/0 "GET /tls HTTP/1.1" ' +
    '0/0000000000000000/0/0/0 -/TLSv1.3/TLS_AES_256_GCM_SHA384';
  t.equal(line(HTTPSLOG_FORMAT, record), expected);
  t.equal(lineFormats(format, 'http').session?.(record, context), expected);
});

const EVERYTHING =
  '%HM|%HP|%HPO|%HQ|%HU|%HV|%r|%tr|%trg|%trl|%Ta|%Ti|%Tq|%Tr|%TR|%Tw|%Tc|%Td|%Tt|%Tu|%Th|' +
  '%CC|%CS|%ST|%tsc|%hr|%hrl|%hs|%hsl|%sslv|%sslc|%[path]|%[req.hdr(x)]';

const SLOW = request(
  {
    target: '/slow',
    idleMs: 299.4,
    requestMs: 0,
    responseMs: 202,
    activeMs: 202,
    requestHeaders: [null, null],
    responseHeaders: [null],
  },
  { acceptedWallMs: Date.UTC(2026, 10, 22, 19, 49, 25, 305), samples: ['/slow', ''] },
);

void t.test('every alias of a later request on a connection', async (t) => {
  t.equal(
    line(EVERYTHING, SLOW),
    'GET|/slow|/slow||/slow|HTTP/1.1|GET /slow HTTP/1.1|22/Nov/2026:19:49:25.604|22/Nov/2026:19:49:25 +0000|' +
      '22/Nov/2026:19:49:25 +0000|202|299|299|202|0|0|0|0|501|202|0|-|-|200|----|{|}|- -|{}|-|-|-|/slow|-',
  );
  t.equal(line('%Ta %Tt %Tu %B', SLOW, { early: true }), '+202 +501 +202 +156', 'logasap: what still grows');
});

void t.test('every alias in quotes', async (t) => {
  const record = request(
    {
      target: '/a/b?x=1&y=2',
      requestCookie: 'SID=abc',
      responseCookie: 'SID=out123',
      requestHeaders: ['vé|{}"\\]z', null],
      responseHeaders: ['srv\t"x"|{}'],
    },
    { samples: ['/a/b?x=1&y=2', ''] },
  );
  t.equal(
    line(`ALLQ|%{+Q}o ${EVERYTHING}`, record),
    'ALLQ| "GET"|"/a/b"|"/a/b"|"?x=1&y=2"|"/a/b?x=1&y=2"|"HTTP/1.1"|"GET /a/b?x=1&y=2 HTTP/1.1"|22/Nov/2026:19:49:16.347|' +
      '22/Nov/2026:19:49:16 +0000|22/Nov/2026:19:49:16 +0000|1|0|0|1|0|0|0|0|1|1|0|"SID=abc"|"SID=out123"|200|----|' +
      '"{v#E9#7C#7B#7D#22\\]z|}"|"v#E9#7C#7B#7D#22\\]z" ""|"{srv#09#22x#22#7C#7B#7D}"|"srv#09#22x#22#7C#7B#7D"|""|""|' +
      '"/a/b?x=1&y=2"|""',
  );
});

void t.test('what is escaped', async (t) => {
  const record = request(
    { target: '/a"b|c{d}e]f\\', requestCookie: 'SID=a"b|{#}x\\]', requestHeaders: ['a\tb#', null] },
    { samples: ['/a"b|c{d}e]f\\', 'a\r\nb'] },
  );
  t.equal(line('%r|%CC|%hr', record), 'GET /a#22b|c{d}e]f\\ HTTP/1.1|SID=a"b|{#}x\\]|{a#09b#23|}');
  t.equal(
    line('%{+E}o %HU|%CC|%hrl|%[path]|%[req.hdr(y)]', record),
    '/a#22b|c{d}e\\]f\\\\|SID=a\\"b|{#}x\\\\\\]|a#09b#23 -|/a\\"b|c{d}e\\]f\\\\|a#0D#0Ab',
  );
});

void t.test('targets that are no path', async (t) => {
  const parts = '%HM|%HP|%HPO|%HQ|%HU';
  t.equal(
    line(parts, request({ target: 'http://h.example/abs?q' })),
    'GET|http://h.example/abs|/abs|?q|http://h.example/abs?q',
  );
  t.equal(line(parts, request({ method: 'OPTIONS', target: '*' })), 'OPTIONS|*|||*');
  t.equal(line(`%{+Q}o ${parts}`, request({ target: '*' })), '"GET"|"*"|""|""|"*"');
  t.equal(line(parts, request({ target: '/?' })), 'GET|/|/|?|/?');
});

void t.test('every alias of a request that could not be read', async (t) => {
  const record = request(
    {},
    {
      ...nowhere,
      acceptedWallMs: Date.UTC(2026, 10, 22, 19, 49, 26, 395),
      ending: endingOf('bad-request'),
      http: badRequestRecord(),
      samples: ['', ''],
    },
  );
  t.equal(
    line(EVERYTHING, record),
    `${'<BADREQ>|'.repeat(7)}22/Nov/2026:19:49:26.395|22/Nov/2026:19:49:26 +0000|22/Nov/2026:19:49:26 +0000|` +
      '0|0|-1|-1|-1|-1|-1|-1|0|0|0|-|-|400|PR--|||||-|-|-|-',
  );
});

void t.test('a record of mode tcp under a format of requests', async (t) => {
  t.equal(
    line('%ST %r %HQ %Ta %TR %CC %hr|', { ...request({}), http: null }),
    '0 <BADREQ> <BADREQ> 0 -1 - |',
  );
});

void t.test('expressions of all formats, in the order of their values', async (t) => {
  const config: FormatConfig = {
    logFormat: { kind: 'custom', format: '%ci %[src] %[dst,ipmask(24)]' },
    logFormatSd: '[a b="%[src]"]',
    errorLogFormat: 'E %[dst_port]',
  };
  t.same(logExpressions(config, 'http'), ['src', 'dst,ipmask(24)', 'src', 'dst_port']);
  const formats = lineFormats(config, 'http');
  const record = request({}, { samples: ['one', 'two', 'three', 'four'] });
  t.equal(formats.session?.(record, context), '127.0.0.1 one two');
  t.equal(formats.structured?.(record, context), '[a b="three"]');
  t.equal(formats.error?.(record, context), 'E four');
});

void t.test('formats of requests are those of TCP in mode tcp', async (t) => {
  for (const kind of ['httplog', 'httplog-clf', 'httpslog'] as const) {
    const config: FormatConfig = { logFormat: { kind }, logFormatSd: null, errorLogFormat: null };
    t.match(lineFormats(config, 'tcp').session?.(sessionRecord(), context), /^10\.0\.1\.2:33313 .* 0\/0$/);
    t.same(logExpressions(config, 'tcp'), []);
  }
});

void t.test('lines without a format', async (t) => {
  const client = { address: '127.0.0.1', port: 60292 };
  t.equal(
    connectLine('plain', 'http', client, { address: '127.0.0.1', port: 27001 }),
    'Connect from 127.0.0.1:60292 to 127.0.0.1:27001 (plain/HTTP)',
  );
  const failed = request(
    {},
    {
      ...nowhere,
      clientPort: 48772,
      acceptedWallMs: Date.UTC(2026, 10, 22, 19, 49, 24, 955),
      frontendName: 'tls',
      ending: endingOf('tls-handshake-failed'),
      http: null,
    },
  );
  const head = '127.0.0.1:48772 [22/Nov/2026:19:49:24.955] tls/1:';
  t.equal(handshakeLine(failed, context), `${head} SSL handshake failure`);
  t.equal(
    handshakeLine({ ...failed, bytesIn: 0 }, context),
    `${head} Connection closed during SSL handshake`,
  );
  const late = { ...failed, ending: endingOf('tls-handshake-timeout'), listenerName: 'public' };
  t.equal(
    handshakeLine(late, context),
    '127.0.0.1:48772 [22/Nov/2026:19:49:24.955] tls/public: Timeout during SSL handshake',
  );
});
