/**
 * The rows of the `global` section that have an effect here (HAProxy manual 3.1 to 3.3, reference 2.1).
 *
 * Not here: rows that are only known and answered (`global-known.ts`).
 */
import { parseBindAddresses } from '../address.ts';
import type { GlobalConfig } from '../config.ts';
import type { GlobalDraft, Mutable } from '../draft.ts';
import type { Line } from '../line.ts';
import { LOG_LEVELS } from '../log-words.ts';
import { placeOf } from '../words.ts';
import type { Entry } from './entry.ts';
import { readLogTarget } from './log.ts';
import { parseMode } from './values.ts';

type Values = Mutable<GlobalConfig>;
type Row = Entry<GlobalDraft>;
type KeysOf<T> = {
  [K in keyof Values]: Values[K] extends T ? (T extends Values[K] ? K : never) : never;
}[keyof Values];

/** The rows, in the manual's order of subjects: process, limits, logs, variables, our own. */
export const GLOBAL_ROWS: readonly Row[] = [
  flag('daemon', 'daemon', '3.1'),
  flag('quiet', 'quiet', '3.3'),
  flag('zero-warning', 'zeroWarning', '3.3'),
  text('pidfile', 'PATH', 'pidfile', '3.1'),
  text('user', 'NAME', 'user', '3.1'),
  text('group', 'NAME', 'group', '3.1'),
  text('node', 'NAME', 'node', '3.1'),
  text('localpeer', 'NAME', 'localpeer', '3.1'),
  text('log-tag', 'TAG', 'logTag', '3.1', 'haproxy'),
  row('uid', 'N', '3.1', (line, { values }) => {
    values.uid = line.takeInteger('a user number', 0) ?? values.uid;
  }),
  row('gid', 'N', '3.1', (line, { values }) => {
    values.gid = line.takeInteger('a group number', 0) ?? values.gid;
  }),
  row('description', 'TEXT', '3.1', (line, { values }) => {
    values.description = line.takeRest('a text') ?? values.description;
  }),
  row('maxconn', 'N', '3.2', readMaxconn, 'from the descriptor limit'),
  number('maxconnrate', 'maxConnRate', '3.2'),
  number('maxsessrate', 'maxSessRate', '3.2'),
  number('ulimit-n', 'ulimitN', '3.1'),
  number('fd-hard-limit', 'fdHardLimit', '3.1'),
  row('nbthread', 'N|auto', '3.1', readThreads, '1'),
  { ...flag('strict-limits', 'strictLimits', '3.1'), negatable: true, default: 'on' },
  time('hard-stop-after', 'hardStopAfterMs', '3.1'),
  time('grace', 'graceMs', '3.1'),
  time('max-spread-checks', 'maxSpreadChecksMs', '3.2'),
  row('spread-checks', 'PERCENT', '3.2', (line, { values }) => {
    values.spreadChecksPercent =
      line.takeInteger('a percentage from 0 to 50', 0, 50) ?? values.spreadChecksPercent;
  }),
  {
    ...row('log', 'ADDR [len N] [format F] [sample R] FACILITY [MAX [MIN]]', '3.1', readLog),
    negatable: true,
  },
  row('log-send-hostname', '[NAME]', '3.1', (line, { values }) => {
    values.logSendHostname = line.takeOptional() ?? true;
  }),
  row('unix-bind', '[prefix P] [mode M] [user U] [group G]', '3.1', readUnixBind),
  row('setenv', 'NAME VALUE', '3.1', (line, { variables }) =>
    readVariable(line, (n, v) => variables.set(n, v)),
  ),
  row('presetenv', 'NAME VALUE', '3.1', (line, { variables }) =>
    readVariable(line, (n, v) => variables.setIfUnset(n, v)),
  ),
  row('unsetenv', 'NAME…', '3.1', (line, { variables }) => {
    for (const name of takeNames(line, true)) variables.unset(name);
  }),
  row('resetenv', '[NAME…]', '3.1', (line, { variables }) =>
    variables.unsetAllExcept(takeNames(line, false)),
  ),
  row(
    'ssl-server-verify',
    'none|required',
    '3.1',
    (line, draft) => {
      const word = line.takeOneOf("'none' or 'required'", ['none', 'required']);
      draft.sslServerVerify = word ?? draft.sslServerVerify;
    },
    'required',
  ),
  row('metrics', 'ADDR', 'own', (line, { values }) => {
    values.metrics.push(...(line.takeAddress('an address to serve metrics on', parseBindAddresses) ?? []));
  }),
  row('json-log', 'stdout|stderr|PATH [LEVEL]', 'own', readJsonLog, 'as the command line says'),
];

function row(
  keyword: string,
  args: string,
  manual: string,
  read: (l: Line, d: GlobalDraft) => void,
  def?: string,
): Row {
  const base = { keyword, args, manual, state: 'supported', read } as const;
  return def === undefined ? base : { ...base, default: def };
}

function flag(keyword: string, key: KeysOf<boolean>, manual: string): Row {
  return row(
    keyword,
    '',
    manual,
    (line, { values }) => {
      values[key] = line.prefix !== 'no';
    },
    'off',
  );
}

function text(keyword: string, args: string, key: KeysOf<string | null>, manual: string, def?: string): Row {
  const read = (line: Line, { values }: GlobalDraft): void => {
    values[key] = line.take(args === 'PATH' ? 'a path' : 'a name') ?? values[key];
  };
  return row(keyword, args, manual, read, def);
}

function number(keyword: string, key: KeysOf<number>, manual: string): Row {
  const read = (line: Line, { values }: GlobalDraft): void => {
    values[key] = line.takeInteger('a number', 0) ?? values[key];
  };
  return row(keyword, 'N', manual, read, '0 (no limit)');
}

function time(keyword: string, key: KeysOf<number>, manual: string): Row {
  const read = (line: Line, { values }: GlobalDraft): void => {
    values[key] = line.takeTimeMs('a time') ?? values[key];
  };
  return row(keyword, 'TIME', manual, read, '0');
}

/** HAProxy calls a second `maxconn` an alert, keeps the first and goes on; a warning says the same. */
function readMaxconn(line: Line, { values, said }: GlobalDraft): void {
  const value = line.takeInteger('a number of connections', 0);
  if (value === null) return;
  if (said.has('maxconn')) {
    line.warning(
      'already-specified',
      "'maxconn' is already specified; the first value holds",
      'keep one of the two',
    );
    return;
  }
  values.maxconn = value;
}

/** `auto`, which is ours, stands for as many as there are cores. */
function readThreads(line: Line, { values }: GlobalDraft): void {
  if (line.peek() === 'auto') {
    line.takeOptional();
    values.nbthread = 'auto';
    return;
  }
  values.nbthread = line.takeInteger("a number of threads, or 'auto'", 1, 64) ?? values.nbthread;
}

function readLog(line: Line, { values, said }: GlobalDraft): void {
  if (line.prefix !== null) {
    values.log = [];
    return;
  }
  if (line.peek() === 'global') {
    line.takeOptional();
    line.alert(
      'invalid-value',
      "'log global' is for proxies; 'global' itself needs an address",
      'log 127.0.0.1 local0',
    );
    return;
  }
  const target = readLogTarget(line);
  if (target === null) return;
  said.set(`log/${values.log.length}`, placeOf(line.statement, 1));
  values.log.push(target);
}

function readUnixBind(line: Line, { values }: GlobalDraft): void {
  for (let word = line.takeOptional(); word !== undefined; word = line.takeOptional()) {
    switch (word) {
      case 'prefix':
        values.unixBind.prefix = line.take('a path after prefix') ?? values.unixBind.prefix;
        break;
      case 'mode':
        values.unixBind.mode = line.takeParsed('permissions after mode', parseMode) ?? values.unixBind.mode;
        break;
      case 'user':
        values.unixBind.user = line.take('a user after user') ?? values.unixBind.user;
        break;
      case 'group':
        values.unixBind.group = line.take('a group after group') ?? values.unixBind.group;
        break;
      case 'uid':
      case 'gid': {
        const name = word === 'uid' ? 'user' : 'group';
        line.alert(
          'unsupported-keyword',
          `'unix-bind ${word}' is not supported`,
          `write '${name} NAME' instead`,
        );
        return;
      }
      default:
        line.alert(
          'unknown-keyword',
          `unknown parameter '${word}' of 'unix-bind'`,
          'prefix, mode, user, group',
        );
        return;
    }
  }
}

function readVariable(line: Line, set: (name: string, value: string) => void): void {
  const name = line.take('the name of a variable');
  const value = name === null ? null : line.take('a value');
  if (name !== null && value !== null) set(name, value);
}

function takeNames(line: Line, required: boolean): string[] {
  const names: string[] = [];
  const first = required ? line.take('the name of a variable') : line.takeOptional();
  for (let word = first ?? undefined; word !== undefined; word = line.takeOptional()) names.push(word);
  return names;
}

function readJsonLog(line: Line, { values }: GlobalDraft): void {
  const target = line.take("'stdout', 'stderr' or a path");
  if (target === null) return;
  const level = line.peek() === undefined ? 'info' : line.takeOneOf('a log level', LOG_LEVELS);
  if (level !== null) values.jsonLog = { target, level };
}
