/**
 * The parameters of `server` and `default-server` lines that have an effect here (HAProxy manual 5.2, reference 3.2).
 *
 * Not here: the lines themselves (`server.ts`), TLS (`server-tls.ts`), parameters only known and answered (`params-known.ts`).
 */
import { isIP } from 'node:net';
import type { InitAddr, ServerConfig } from '../config.ts';
import type { Mutable, ServerDraft } from '../draft.ts';
import type { Line } from '../line.ts';
import type { Parsed } from '../units.ts';
import { isSuspiciouslySmallTime } from '../units.ts';
import type { Entry } from './entry.ts';
import { SERVER_KNOWN_ROWS } from './params-known.ts';
import { paramTable } from './params.ts';
import { SERVER_TLS_ROWS } from './server-tls.ts';
import { readSource } from './source.ts';
import { parseHost, parseNameList } from './values.ts';

type Row = Entry<ServerDraft>;
type Values = Mutable<Omit<ServerConfig, 'check' | 'name' | 'address'>>;
type NumberKey = 'id' | 'weight' | 'maxconn' | 'minconn' | 'maxqueue' | 'errorLimit';

const PARAMS: readonly Row[] = [
  number('weight', 'weight', 0, 256, '1'),
  number('maxconn', 'maxconn', 0, undefined, '0 (no limit)'),
  number('minconn', 'minconn', 0, undefined, '0'),
  number('maxqueue', 'maxqueue', 0, undefined, '0 (no limit)'),
  number('id', 'id', 1, undefined, 'its position'),
  number('error-limit', 'errorLimit', 1, undefined, '10'),
  flag('backup', 'no-backup', ({ values }, on) => {
    values.backup = on;
  }),
  flag('disabled', 'enabled', ({ values }, on) => {
    values.disabled = on;
  }),
  flag('check', 'no-check', (server, on) => {
    server.checked = on;
  }),
  flag('check-ssl', 'no-check-ssl', ({ check }, on) => {
    check.ssl = on;
  }),
].flat();

const CHECK_PARAMS: readonly Row[] = [
  checkTime('inter', 'interMs', '2s'),
  checkTime('fastinter', 'fastinterMs', 'as inter'),
  checkTime('downinter', 'downinterMs', 'as inter'),
  checkNumber('rise', 'rise', '2'),
  checkNumber('fall', 'fall', '3'),
  row(
    'port',
    'N',
    (line, { check }) => {
      check.port = line.takeInteger('a port', 1, 65_535) ?? check.port;
    },
    "the server's",
  ),
  row(
    'addr',
    'ADDR',
    (line, { check }) => {
      check.addr = line.takeAddress('an address', parseHost) ?? check.addr;
    },
    "the server's",
  ),
  row('check-sni', 'NAME', (line, { check }) => {
    check.sni = line.take('a server name') ?? check.sni;
  }),
  row('check-alpn', 'PROTOCOLS', (line, { check }) => {
    check.alpn = line.takeParsed('protocols separated by commas', parseNameList) ?? check.alpn;
  }),
  row(
    'verify',
    'none|required',
    (line, { check }) => {
      check.sslVerify = line.takeOneOf("'none' or 'required'", ['none', 'required']) ?? check.sslVerify;
    },
    'required',
  ),
  row('ca-file', 'PATH', (line, { check }) => {
    check.caFile = line.take('a path') ?? check.caFile;
  }),
];

const REACTION_PARAMS: readonly Row[] = [
  row(
    'slowstart',
    'TIME',
    (line, { values }) => {
      values.slowstartMs = readTime(line, 0) ?? values.slowstartMs;
    },
    '0',
  ),
  row('cookie', 'VALUE', (line, { values }) => {
    values.cookie = line.take('a value') ?? values.cookie;
  }),
  row('track', '[BACKEND/]SERVER', (line, { values }) => {
    values.track = line.take('[<backend>/]<server>') ?? values.track;
  }),
  row('observe', 'layer4', readObserve, 'off'),
  row(
    'on-error',
    'fastinter|fail-check|sudden-death|mark-down',
    (line, { values }) => {
      const choices = ['fastinter', 'fail-check', 'sudden-death', 'mark-down'] as const;
      values.onError = line.takeOneOf('a reaction', choices) ?? values.onError;
    },
    'fail-check',
  ),
  row(
    'on-marked-down',
    'shutdown-sessions',
    (line, { values }) => {
      const word = line.takeOneOf("'shutdown-sessions'", ['shutdown-sessions']);
      values.onMarkedDown = word ?? values.onMarkedDown;
    },
    'nothing',
  ),
  row(
    'on-marked-up',
    'shutdown-backup-sessions',
    (line, { values }) => {
      const word = line.takeOneOf("'shutdown-backup-sessions'", ['shutdown-backup-sessions']);
      values.onMarkedUp = word ?? values.onMarkedUp;
    },
    'nothing',
  ),
  {
    ...row(
      'init-state',
      'fully-up|up|down|fully-down|none',
      (line, { values }) => {
        const choices = ['fully-up', 'up', 'down', 'fully-down', 'none'] as const;
        values.initState = line.takeOneOf('a state', choices) ?? values.initState;
      },
      'none',
    ),
    manual: 'HAProxy 3.1',
  },
  row(
    'init-addr',
    'last|libc|none|IP,…',
    (line, { values }) => {
      values.initAddr = line.takeParsed('methods separated by commas', parseInitAddr) ?? values.initAddr;
    },
    'last,libc',
  ),
  row('source', 'ADDR[:PORT[-PORT]]', (line, { values }) => {
    values.source = readSource(line) ?? values.source;
  }),
  {
    ...row(
      'hash-key',
      'id|id32|addr|addr-port',
      (line, { values }) => {
        values.hashKey =
          line.takeOneOf('a key', ['id', 'id32', 'addr', 'addr-port'] as const) ?? values.hashKey;
      },
      'id',
    ),
    manual: 'HAProxy 2.9',
  },
];

/** The off forms of options that are off here in any case: accepted, so that they may undo nothing. */
const OFF_FORMS: readonly Row[] = [
  'no-agent-check',
  'no-check-send-proxy',
  'no-send-proxy',
  'no-send-proxy-v2',
  'no-send-proxy-v2-ssl',
  'no-send-proxy-v2-ssl-cn',
  'no-tfo',
  'stick',
].map((keyword) => row(keyword, '', () => {}));

/** Every parameter of a `server` line. */
export const SERVER_ROWS: readonly Row[] = [
  ...PARAMS,
  ...CHECK_PARAMS,
  ...REACTION_PARAMS,
  ...OFF_FORMS,
  ...SERVER_TLS_ROWS,
  ...SERVER_KNOWN_ROWS,
];

export const SERVER_TABLE = paramTable(SERVER_ROWS);

function row(
  keyword: string,
  args: string,
  read: (line: Line, server: ServerDraft) => void,
  def?: string,
): Row {
  const base = { keyword, args, manual: '5.2', state: 'supported', read } as const;
  return def === undefined ? base : { ...base, default: def };
}

function number(keyword: string, key: NumberKey, min: number, max: number | undefined, def: string): Row {
  return row(
    keyword,
    'N',
    (line, { values }) => {
      values[key] =
        line.takeInteger(`a number${max === undefined ? '' : ` from ${min} to ${max}`}`, min, max) ??
        values[key];
    },
    def,
  );
}

function flag(on: string, off: string, set: (server: ServerDraft, on: boolean) => void): Row[] {
  return [
    row(on, '', (_line, server) => set(server, true), 'off'),
    row(off, '', (_line, server) => set(server, false)),
  ];
}

function checkTime(keyword: string, key: 'interMs' | 'fastinterMs' | 'downinterMs', def: string): Row {
  return row(
    keyword,
    'TIME',
    (line, { check }) => {
      check[key] = readTime(line, 1) ?? check[key];
    },
    def,
  );
}

function checkNumber(keyword: string, key: 'rise' | 'fall', def: string): Row {
  return row(
    keyword,
    'N',
    (line, { check }) => {
      check[key] = line.takeInteger('a number above 0', 1) ?? check[key];
    },
    def,
  );
}

function readTime(line: Line, minMs: number): number | null {
  const text = line.peek() ?? '';
  const value = line.takeTimeMs('a time');
  if (value === null) return null;
  if (value < minMs) {
    line.alert('invalid-value', `'${line.keyword}' must be above 0`, "e.g. '2s'");
    return null;
  }
  if (isSuspiciouslySmallTime(text)) {
    const message = `'${line.keyword} ${text}' is ${text} milliseconds, which is suspiciously small`;
    line.warning('small-time', message, `write '${text}s' for seconds, or '${text}ms' if it is meant`);
  }
  return value;
}

function readObserve(line: Line, { values }: ServerDraft): void {
  if (line.peek() === 'layer7') {
    line.takeOptional();
    line.alert('unsupported-value', "'observe layer7' is not supported", "use 'observe layer4'");
    return;
  }
  values.observe = line.takeOneOf("'layer4'", ['layer4']) ?? values.observe;
}

/** `last,libc,none` or addresses, in the order in which they are tried. */
function parseInitAddr(text: string): Parsed<Values['initAddr']> {
  const methods: Mutable<InitAddr>[] = [];
  for (const word of text.split(',')) {
    if (word === 'last' || word === 'libc' || word === 'none') methods.push({ kind: word });
    else if (isIP(word) !== 0) methods.push({ kind: 'ip', host: word });
    else
      return {
        ok: false,
        problem: `unknown method '${word}'`,
        code: 'invalid-value',
        hint: 'last, libc, none or an IP address',
      };
  }
  return { ok: true, value: methods };
}
