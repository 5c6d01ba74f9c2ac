/**
 * The command line as data: words -> `CommandLine`, and the text of `--help`.
 *
 * HAProxy's one-dash flags have become long options before (`flags.ts`), so yargs reads long options only.
 *
 * Not here: which options exist (`options.ts`), what is done with them (`run.ts`).
 */
import yargs from 'yargs';
import type { Argv } from 'yargs';
import { closest } from '../config/closest.ts';
import type { LogLevel } from '../config/config.ts';
import { LOG_LEVELS } from '../config/log-words.ts';
import { parseInteger } from '../config/units.ts';
import { exitCodeLines } from './exit-codes.ts';
import { translateFlags } from './flags.ts';
import { HELP_OPENING, LONG_OPTIONS } from './options.ts';
import type { QuickForm } from './quick-form.ts';

const RELAYS = ['auto', 'public'] as const;
type RelayWish = (typeof RELAYS)[number];

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
  /** Addresses of `/metrics` to be served beside what the files say; empty with a quick form, which has its own. */
  readonly metrics: readonly string[];
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
  readonly relay: RelayWish;
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

/** Largest `maxconn`: no machine has more descriptors. */
const maxconnMax = 2 ** 31 - 1;

function reader(words: readonly string[]): Argv {
  return yargs([...words])
    .scriptName('sluice')
    .help(false)
    .version(false)
    .options(LONG_OPTIONS)
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
  return `${HELP_OPENING}\n\n${await reader([]).getHelp()}\n`;
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
  const near = closest(unknown, Object.keys(LONG_OPTIONS));
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

  relay(name: string): RelayWish {
    const text = this.last(name);
    const wish = RELAYS.find((one) => one === (text ?? 'auto'));
    if (wish === undefined) this.#problems.push(`--${name}: '${text}' is not one of ${RELAYS.join(', ')}`);
    return wish ?? 'auto';
  }

  level(name: string): LogLevel | null {
    const text = this.last(name);
    if (text === null) return null;
    // Without a level the option alone asks for what the log usually holds.
    const level = LOG_LEVELS.find((one) => one === (text === '' ? 'info' : text));
    if (level === undefined)
      this.#problems.push(`--${name}: '${text}' is no level; they are ${LOG_LEVELS.join(', ')}`);
    return level ?? null;
  }
}

function commandFrom(answers: Answers, notices: readonly string[]): CommandLine {
  const quick = quickFrom(answers);
  return {
    action: actionFrom(answers),
    files: answers.all('file'),
    quick,
    metrics: quick === null ? answers.all('metrics') : [],
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
    relay: answers.relay('relay'),
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

/** What the demonstration can be told; the rest is about a configuration, and it brings its own. */
const demoTakes = ['demo', 'directory', 'foreground', 'log-json', 'quiet', 'verbose'];

/** Null if the options go together. */
function contradiction(command: CommandLine, answers: Answers): string | null {
  const { action, files, quick } = command;
  if (action === 'demo') {
    const stray = Object.keys(LONG_OPTIONS).find(
      (name) => !demoTakes.includes(name) && answers.all(name).length > 0,
    );
    return stray === undefined ? null : `--demo brings its own configuration: leave --${stray} out`;
  }
  if (action !== 'run' && action !== 'check' && action !== 'print') return null;
  if (files.length > 0 && quick !== null) return 'give either -f or --listen and --server, not both';
  if (files.length === 0 && quick === null) return 'nothing to run: give -f FILE, or --listen and --server';
  if (quick !== null && quick.listen.length === 0) return '--server needs --listen as well';
  if (quick !== null && quick.servers.length === 0) return '--listen needs at least one --server';
  const stray = ['balance', 'timeout'].find((name) => quick === null && answers.all(name).length > 0);
  if (stray !== undefined)
    return `--${stray} goes with --listen and --server; with -f, write it into the file`;
  const timeout = quick?.timeouts.find((one) => !/^[^=]+=.+$/.test(one));
  return timeout === undefined ? null : `--timeout: '${timeout}' is not NAME=TIME, e.g. client=30s`;
}
