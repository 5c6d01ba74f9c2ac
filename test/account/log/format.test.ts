/**
 * `log-format`, beside lines that HAProxy 2.6.12 wrote for the same formats and the same facts. One thing is changed in
 * them: it logs a queue time of 1 ms for sessions that never waited (a rounding fault, gone in 3.x); here stands 0.
 */
import fc from 'fast-check';
import t from 'tap';
import type { LogContext } from '../../../lib/account/log/aliases.ts';
import { LogDates } from '../../../lib/account/log/dates.ts';
import { compileLogFormat, type FormatPlace } from '../../../lib/account/log/format.ts';
import { TCPLOG_CLF_FORMAT, connectLine } from '../../../lib/account/log/line-formats.ts';
import { parseLogFormat, TCP_ALIASES, TCPLOG_FORMAT } from '../../../lib/config/log-format.ts';
import type { SessionRecord } from '../../../lib/account/session.ts';
import { sessionRecord } from '../../help/views.ts';

// HAProxy's lines were taken at UTC.
process.env.TZ = 'UTC';

const context: LogContext = {
  pid: 10866,
  hostname: 'vm',
  dates: new LogDates(),
  loggedCount: 0,
  early: false,
};

const TCP: FormatPlace = { mode: 'tcp', firstSample: 0 };

function line(format: string, record: SessionRecord, over: Partial<LogContext> = {}): string {
  return compileLogFormat(format, TCP)(record, { ...context, ...over });
}

/** The facts of the sessions HAProxy logged. */
function observed(over: Partial<SessionRecord>): SessionRecord {
  return sessionRecord({
    clientAddress: '127.0.0.1',
    frontendAddress: '127.0.0.1',
    sourceAddress: '127.0.0.1',
    serverAddress: '127.0.0.1',
    serverPort: 18080,
    backendName: 'b',
    serverName: 's1',
    queueMs: 0,
    connectMs: 0,
    bytesIn: 6,
    bytesOut: 5,
    processSessions: 1,
    frontendSessions: 1,
    backendSessions: 0,
    serverSessions: 0,
    ...over,
  });
}

const EVERYTHING =
  '%B %U %H %ID|%T|%Tl|%Ts|%t|%ms|%Tc %Td %Th %Tt %Tu %Tw|%ac %b %bc %bi %bp %bq|%ci %cp|' +
  '%f %fc %fi %fp %ft|%lc %pid %rc %rt %s %sc %si %sp %sq %ts|%ST|%sslc %sslv|%hr %hs  %hrl %hsl   %tsc';

void t.test('every alias, as HAProxy writes it', (t) => {
  const record = observed({
    id: 0,
    totalMs: 2,
    clientPort: 51956,
    sourcePort: 56920,
    frontendPort: 18001,
  });
  t.equal(
    line(`A|${EVERYTHING}|  %%  `, record),
    'A|5 6 vm -|22/Nov/2026:13:50:52 +0000|22/Nov/2026:13:50:52 +0000|1795355452|22/Nov/2026:13:50:52.403|403|' +
      '0 2 0 2 2 0|1 b 0 127.0.0.1 56920 0|127.0.0.1 51956|www 1 127.0.0.1 18001 www|' +
      '0 10866 0 0 s1 0 127.0.0.1 18080 0 --|0|- -| ----| % ',
  );
  t.end();
});

void t.test('+Q quotes texts and addresses, not numbers, dates or letters', (t) => {
  const record = observed({
    id: 1,
    acceptedWallMs: Date.UTC(2026, 10, 22, 13, 50, 52, 414),
    totalMs: 1,
    clientPort: 37674,
    sourcePort: 56934,
    frontendName: 'www2',
    frontendPort: 18002,
  });
  t.equal(
    line(`Q|%{+Q}o ${EVERYTHING}| %{-Q}s %s`, record),
    'Q| 5 6 "vm" ""|22/Nov/2026:13:50:52 +0000|22/Nov/2026:13:50:52 +0000|1795355452|22/Nov/2026:13:50:52.414|414|' +
      '0 1 0 1 1 0|1 "b" 0 "127.0.0.1" 56934 0|"127.0.0.1" 37674|"www2" 1 "127.0.0.1" 18002 "www2"|' +
      '0 10866 0 1 "s1" 0 "127.0.0.1" 18080 0 --|0|"" ""| ----| s1 "s1"',
  );
  t.end();
});

void t.test('+X writes addresses, ports and some counts in hexadecimal', (t) => {
  const record = observed({
    id: 2,
    acceptedWallMs: Date.UTC(2026, 10, 22, 13, 50, 52, 421),
    totalMs: 0,
    clientPort: 0x895a,
    sourcePort: 0xde6a,
    frontendName: 'www3',
    frontendPort: 18003,
  });
  t.equal(
    line(`  X|%{+X}o ${EVERYTHING}`, record),
    'X| 5 6 vm -|22/Nov/2026:13:50:52 +0000|22/Nov/2026:13:50:52 +0000|6B02F33C|22/Nov/2026:13:50:52.421|1A5|' +
      '0 0 0 0 0 0|1 b 0 7F000001 DE6A 0|7F000001 895A|www3 1 7F000001 4653 www3|' +
      '0000 2A72 0 0002 s1 0 7F000001 46A0 0 --|0|- -| ----',
  );
  t.equal(line('%{+X}ci', observed({ clientAddress: '::1' })), '00000000000000000000000000000001');
  t.equal(line('%{+X}ci', observed({ clientAddress: '2001:db8::5:6' })), '20010DB8000000000000000000050006');
  t.equal(line('%{+X}ci', observed({ clientAddress: '::ffff:1.2.3.4' })), '00000000000000000000FFFF01020304');
  t.equal(line('%{+Q,+X}ci', observed({})), '7F000001');
  t.end();
});

void t.test('a session that never had a server', (t) => {
  const record = observed({
    acceptedWallMs: Date.UTC(2026, 10, 22, 13, 52, 15, 372),
    clientPort: 54230,
    backendName: 'www',
    serverName: null,
    serverAddress: null,
    sourceAddress: null,
    queueMs: -1,
    connectMs: -1,
    totalMs: 0,
    ending: { cause: 'server-abort', stage: 'connect', reason: 'no-server' },
  });
  const format =
    '%ci %cp %fi %{+X}ci %{+X}cp|%b %s %si %sp %bi %bp %{+Q}si %{+Q}sp %{+X}si %{+X}sp %{+Q}bi %{+Q}bp|' +
    '%Tw %Tc %Td %Tt %bc %{+Q}ts %{+Q}t';
  t.equal(
    line(format, record),
    '127.0.0.1 54230 127.0.0.1 7F000001 D3D6|www <NOSRV> - - - - "" "" - - "" ""|' +
      '-1 -1 -1 0 0 SC 22/Nov/2026:13:52:15.372',
  );
  t.equal(
    line(TCPLOG_CLF_FORMAT, {
      ...record,
      frontendName: 'clf',
      backendName: 'clf',
      clientPort: 37830,
      bytesIn: 0,
      bytesOut: 0,
      queueMs: -1,
    }),
    '127.0.0.1 - - [22/Nov/2026:13:52:15 +0000] "TCP " 000 0 "" "" 37830 372 "clf" "clf" "<NOSRV>" 0 -1 -1 0 0 ' +
      'SC-- 1 1 0 0 0 0 0 "" "" ',
  );
  t.end();
});

void t.test('a session whose server refused', (t) => {
  const record = observed({
    sourcePort: 48910,
    serverPort: 18081,
    queueMs: 0,
    connectMs: -1,
    totalMs: 3005,
    bytesOut: 0,
    ending: { cause: 'server-abort', stage: 'connect', reason: 'connect-failed' },
  });
  const format =
    'N|%B %U %H %ID %Th %Tu %Td %Tt %Tw/%Tc %bi %bp %s %si %sp %{+Q}s %{+X}si %{+X}sp %{+Q}si %{+Q}sp|%{+Q,+X}ci|%ts';
  t.equal(
    line(format, record),
    'N|0 6 vm - 0 3005 -1 3005 0/-1 127.0.0.1 48910 s1 127.0.0.1 18081 "s1" 7F000001 46A1 "127.0.0.1" 18081|7F000001|SC',
  );
  t.end();
});

void t.test('logasap marks what still grows', (t) => {
  const record = observed({ totalMs: 1, bytesOut: 0, bytesIn: 0 });
  t.equal(line('L|%{+Q,+E}s %{+E}b %Tt %B %U %Tu|%bq%sq', record, { early: true }), 'L|"s1" b +1 +0 0 +1|00');
  t.end();
});

void t.test("tcplog, as in the manual's example", (t) => {
  const record = sessionRecord({
    acceptedWallMs: Date.UTC(2009, 1, 6, 12, 12, 51, 443),
    frontendName: 'fnt',
    backendName: 'bck',
    serverName: 'srv1',
    connectMs: 0,
    totalMs: 5007,
    processSessions: 0,
    frontendSessions: 0,
    backendSessions: 0,
    serverSessions: 0,
    retries: 3,
  });
  const expected = '10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0';
  t.equal(line(TCPLOG_FORMAT, record), expected);
  t.match(line(TCPLOG_FORMAT, { ...record, redispatched: true }), '0/0/0/0/+3 0/0');
  t.match(line(TCPLOG_FORMAT, { ...record, clientAddress: '', clientPort: 2 }), /^unix:2 \[/);
  t.end();
});

void t.test('+E escapes what structured data may not hold', (t) => {
  t.equal(line('%{+E}s', sessionRecord({ serverName: 'a"b]c\\d' })), 'a\\"b\\]c\\\\d');
  t.end();
});

void t.test('blanks collapse, also around what prints nothing', (t) => {
  t.equal(line('   a \t  %hr   b  ', sessionRecord()), 'a b ');
  t.end();
});

void t.test('a format that was never checked is refused', (t) => {
  t.throws(() => compileLogFormat('%ci %foo', TCP), {
    name: 'RangeError',
    message: /unknown alias '%foo' \(at 4\)/,
  });
  t.end();
});

void t.test('whatever the language lets pass makes a line', (t) => {
  const words = fc.constantFrom('%', '{', '}', '+Q', ',', 'o', 'ci', 'ST', '(0)', '[', ' ', '%%', 'x', '"');
  const text = fc.array(fc.oneof(words, fc.string({ maxLength: 4 })), { maxLength: 12 });
  fc.assert(
    fc.property(text, (parts) => {
      const format = parts.join('');
      return !parseLogFormat(format, { mode: 'tcp' }).ok || typeof line(format, sessionRecord()) === 'string';
    }),
    { numRuns: 500, interruptAfterTimeLimit: 2000 },
  );
  for (const alias of TCP_ALIASES) t.type(line(`%${alias}`, sessionRecord()), 'string', alias);
  t.end();
});

void t.test('the line at accept', (t) => {
  const client = { address: '10.0.1.2', port: 33312 };
  t.equal(
    connectLine('www', 'tcp', client, { address: '10.0.3.31', port: 8012 }),
    'Connect from 10.0.1.2:33312 to 10.0.3.31:8012 (www/TCP)',
  );
  t.equal(
    connectLine('www', 'tcp', { address: '', port: 2 }, { address: '', port: 0 }),
    'Connect to unix:2 (www/TCP)',
  );
  t.end();
});
