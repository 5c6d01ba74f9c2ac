/**
 * The command line as data: which options exist, what they are called, and `--help`.
 *
 * HAProxy's one-dash flags have become long options before (`flags.ts`), so yargs reads long options only.
 *
 * Not here: what is done with them (`run.ts`).
 */
import yargs from 'yargs';
import type { Argv, Options } from 'yargs';
import { closest } from '../config/closest.ts';
import type { LogLevel } from '../config/config.ts';
import { parseInteger } from '../config/units.ts';
import { exitCodeLines } from './exit-codes.ts';
import { translateFlags } from './flags.ts';
import type { QuickForm } from './quick-form.ts';

/** What the command is asked to do. */
export type Action =
  | 'run'
  | 'check'
  | 'print'
  | 'demo'
  | 'help'
  | 'version'
  | 'versions'
  | 'build'
  | 'condition';

/** A command line that was understood. */
export interface CommandLine {
  readonly action: Action;
  /** Files and folders in the order in which they are read. */
  readonly files: readonly string[];
  /** Null: no quick form was given. */
  readonly quick: QuickForm | null;
  /** For the action `condition`. */
  readonly condition: string;
  /** Where to go before anything is read; null: stay. */
  readonly directory: string | null;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly debug: boolean;
  readonly foreground: boolean;
  readonly daemon: boolean;
  readonly systemd: boolean;
  readonly pidfile: string | null;
  /** Process-wide; null: as configured. */
  readonly maxconn: number | null;
  /** For frontends without one of their own; null: none. */
  readonly proxyMaxconn: number | null;
  readonly localPeer: string | null;
  readonly zeroWarning: boolean;
  readonly diagnostics: boolean;
  readonly ignoreResolution: boolean;
  readonly noServerVerify: boolean;
  /** Level of the JSON log on standard output; null: as configured. */
  readonly logJson: LogLevel | null;
  /** Flags without effect, one sentence each. */
  readonly notices: readonly string[];
}

/** What became of the words; `problems` are sentences without a final stop. */
export type ParsedCommandLine =
  | { readonly ok: true; readonly command: CommandLine }
  | { readonly ok: false; readonly problems: readonly string[] };

const logLevels: readonly LogLevel[] = [
  'emerg',
  'alert',
  'crit',
  'err',
  'warning',
  'notice',
  'info',
  'debug',
];

/** Largest `maxconn`: no machine has more descriptors. */
const maxconnMax = 2 ** 31 - 1;

const fileGroup = 'Configuration:';
const quickGroup = 'Without a file:';
const startGroup = 'Start:';
const outputGroup = 'Output:';
const otherGroup = 'Other:';

function flag(group: string, describe: string, alias?: string): Options {
  return { group, describe, type: 'boolean', ...(alias === undefined ? {} : { alias }) };
}

function value(group: string, describe: string, placeholder: string, alias?: string): Options {
  const shown = `${describe} [${placeholder}]`;
  return {
    group,
    describe: shown,
    type: 'string',
    requiresArg: true,
    ...(alias === undefined ? {} : { alias }),
  };
}

/** Every long option; an alias of one letter is shown as HAProxy's flag. */
const options: Readonly<Record<string, Options>> = {
  file: value(fileGroup, 'read a file, or all *.cfg of a folder; may be repeated', 'PATH', 'f'),
  check: flag(fileGroup, 'check the configuration and exit', 'c'),
  'print-config': flag(fileGroup, 'print the configuration as it was understood and exit'),
  condition: value(fileGroup, '(-cc) evaluate a condition of .if; exit 0 if true, 1 if false', 'CONDITION'),
  directory: value(fileGroup, 'change to a folder before reading anything', 'DIR', 'C'),
  'zero-warning': flag(fileGroup, '(-dW) refuse to start if there is any warning'),
  diagnostics: flag(fileGroup, '(-dD) show advice on suspicious but valid settings'),
  listen: value(quickGroup, 'where to listen; may be repeated', 'PORT|ADDRESS[,PARAMETER...]'),
  server: value(quickGroup, 'a server; may be repeated', 'ADDRESS:PORT[,PARAMETER...]'),
  metrics: value(quickGroup, 'serve /metrics, /livez and /readyz', 'PORT|ADDRESS:PORT'),
  balance: value(quickGroup, 'how to choose a server, roundrobin if not given', 'ALGORITHM'),
  timeout: value(quickGroup, 'e.g. client=30s; may be repeated', 'NAME=TIME'),
  demo: flag(quickGroup, 'start a balancer in front of two demonstration servers'),
  daemon: flag(startGroup, 'go to the background once everything is bound', 'D'),
  foreground: flag(startGroup, '(-db) stay in the foreground even if the configuration says daemon'),
  systemd: flag(startGroup, '(-Ws) stay in the foreground and tell systemd when ready'),
  pidfile: value(startGroup, 'write the process number to a file', 'FILE', 'p'),
  maxconn: value(startGroup, 'most client connections at once', 'NUMBER', 'n'),
  'proxy-maxconn': value(startGroup, 'the same for each frontend without one of its own', 'NUMBER', 'N'),
  'local-peer': value(startGroup, "this process's name among peers", 'NAME', 'L'),
  'ignore-resolution': flag(startGroup, '(-dr) start although names of servers have no address'),
  'no-server-verify': flag(startGroup, "(-dV) never verify servers' certificates"),
  'log-json': {
    group: outputGroup,
    describe: 'a line of JSON per session on standard output, readable on a terminal [LEVEL]',
    type: 'string',
  },
  verbose: flag(outputGroup, 'say what is done', 'V'),
  quiet: flag(outputGroup, 'say nothing', 'q'),
  debug: flag(outputGroup, 'stay in the foreground and show every event', 'd'),
  help: flag(otherGroup, 'show this', 'h'),
  version: flag(otherGroup, "print sluice's version alone"),
  versions: flag(otherGroup, "(-v) print sluice's version and the language level"),
  build: flag(otherGroup, '(-vv) the same with what it runs on'),
};

const opening = `sluice: a TCP load balancer in HAProxy's language

Examples:
  sluice --listen 443 --server a:9443,check --server b:9443,check
  sluice --listen 443 --server a:9443,weight=3,maxconn=1024 --server b:9443 --metrics 127.0.0.1:9404
  sluice -f /etc/haproxy/haproxy.cfg           run a configuration file
  sluice -c -f /etc/haproxy/haproxy.cfg        only check it
  sluice --print-config --listen 443 --server a:9443
  sluice --demo                                see it work

Usage: sluice -f FILE... [options] [-- FILE...]
       sluice --listen ADDRESS --server ADDRESS... [options]`;

function reader(words: readonly string[]): Argv {
  return yargs([...words])
    .scriptName('sluice')
    .help(false)
    .version(false)
    .options(options)
    .exitProcess(false)
    .strict()
    .detectLocale(false)
    .wrap(110)
    .epilogue(['Exit status:', ...exitCodeLines()].join('\n'))
    .parserConfiguration({
      'camel-case-expansion': false,
      'boolean-negation': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    });
}

/** The text of `--help`: examples, options in groups, exit codes. */
export async function helpText(): Promise<string> {
  return `${opening}\n\n${await reader([]).getHelp()}\n`;
}

/** Reads the words after the program's name. Opens and checks nothing. */
export function parseCommandLine(argv: readonly string[]): ParsedCommandLine {
  const translation = translateFlags(argv);
  const problems = [...translation.problems];
  const answers = new Answers(readWords(translation.words, problems), problems);
  if (problems.length > 0) return { ok: false, problems };
  const command = commandFrom(answers, translation.notices);
  const fault = contradiction(command, answers);
  if (fault !== null) problems.push(fault);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, command };
}

function readWords(words: readonly string[], problems: string[]): Readonly<Record<string, unknown>> {
  try {
    return reader(words)
      .fail((message, error) => {
        throw error ?? new Error(message);
      })
      .parseSync();
  } catch (error) {
    problems.push(inOurWords(error instanceof Error ? error.message : String(error)));
    return {};
  }
}

/** yargs says `Unknown argument: liste`, for options and for stray words alike. */
function inOurWords(message: string): string {
  const unknown = /^Unknown arguments?: (.*)$/s.exec(message)?.[1];
  if (unknown === undefined) return message.charAt(0).toLowerCase() + message.slice(1);
  const near = closest(unknown, Object.keys(options));
  return `unknown option or stray word '${unknown}'${near === null ? '' : `; did you mean '--${near}'?`}`;
}

/** Typed looks at what yargs found; an option given twice counts its last value. */
class Answers {
  readonly #found: Readonly<Record<string, unknown>>;
  readonly #problems: string[];

  constructor(found: Readonly<Record<string, unknown>>, problems: string[]) {
    this.#found = found;
    this.#problems = problems;
  }

  all(name: string): string[] {
    const found = this.#found[name];
    if (found === undefined) return [];
    return (Array.isArray(found) ? found : [found]).map(String);
  }

  last(name: string): string | null {
    return this.all(name).at(-1) ?? null;
  }

  has(name: string): boolean {
    return this.last(name) === 'true';
  }

  number(name: string): number | null {
    const text = this.last(name);
    if (text === null) return null;
    const number = parseInteger(text, { min: 1, max: maxconnMax });
    if (number.ok) return number.value;
    this.#problems.push(`--${name}: ${number.problem}`);
    return null;
  }

  level(name: string): LogLevel | null {
    const text = this.last(name);
    if (text === null) return null;
    // Without a level the option alone asks for what the log usually holds.
    const level = logLevels.find((one) => one === (text === '' ? 'info' : text));
    if (level === undefined)
      this.#problems.push(`--${name}: '${text}' is no level; they are ${logLevels.join(', ')}`);
    return level ?? null;
  }
}

function commandFrom(answers: Answers, notices: readonly string[]): CommandLine {
  return {
    action: actionFrom(answers),
    files: answers.all('file'),
    quick: quickFrom(answers),
    condition: answers.last('condition') ?? '',
    directory: answers.last('directory'),
    quiet: answers.has('quiet'),
    verbose: answers.has('verbose'),
    debug: answers.has('debug'),
    foreground: answers.has('foreground'),
    daemon: answers.has('daemon'),
    systemd: answers.has('systemd'),
    pidfile: answers.last('pidfile'),
    maxconn: answers.number('maxconn'),
    proxyMaxconn: answers.number('proxy-maxconn'),
    localPeer: answers.last('local-peer'),
    zeroWarning: answers.has('zero-warning'),
    diagnostics: answers.has('diagnostics'),
    ignoreResolution: answers.has('ignore-resolution'),
    noServerVerify: answers.has('no-server-verify'),
    logJson: answers.level('log-json'),
    notices,
  };
}

/** Questions about the program come before work, so that `-v -f x` answers without reading `x`, as HAProxy does. */
const actionsByOption: readonly (readonly [string, Action])[] = [
  ['help', 'help'],
  ['version', 'version'],
  ['build', 'build'],
  ['versions', 'versions'],
  ['condition', 'condition'],
  ['print-config', 'print'],
  ['check', 'check'],
  ['demo', 'demo'],
];

function actionFrom(answers: Answers): Action {
  const asked = actionsByOption.find(([name]) =>
    name === 'condition' ? answers.last(name) !== null : answers.has(name),
  );
  return asked?.[1] ?? 'run';
}

function quickFrom(answers: Answers): QuickForm | null {
  const listen = answers.all('listen');
  const servers = answers.all('server');
  if (listen.length === 0 && servers.length === 0) return null;
  return {
    listen,
    servers,
    metrics: answers.all('metrics'),
    balance: answers.last('balance'),
    timeouts: answers.all('timeout'),
    maxconn: answers.number('maxconn'),
  };
}

/** Null if the options go together. */
function contradiction(command: CommandLine, answers: Answers): string | null {
  const { action, files, quick } = command;
  if (action !== 'run' && action !== 'check' && action !== 'print') return null;
  if (files.length > 0 && quick !== null) return 'give either -f or --listen and --server, not both';
  if (files.length === 0 && quick === null) return 'nothing to run: give -f FILE, or --listen and --server';
  if (quick !== null && quick.listen.length === 0) return '--server needs --listen as well';
  if (quick !== null && quick.servers.length === 0) return '--listen needs at least one --server';
  const stray = ['metrics', 'balance', 'timeout'].find(
    (name) => quick === null && answers.all(name).length > 0,
  );
  if (stray !== undefined)
    return `--${stray} goes with --listen and --server; with -f, write it into the file`;
  const timeout = quick?.timeouts.find((one) => !/^[^=]+=.+$/.test(one));
  return timeout === undefined ? null : `--timeout: '${timeout}' is not NAME=TIME, e.g. client=30s`;
}
