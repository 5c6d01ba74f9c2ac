/**
 * HAProxy's command-line flags as a table, and their translation into our long options.
 *
 * HAProxy writes one dash before several letters (`-db`, `-sf`), which every ordinary reader of command lines takes for
 * `-d -b`. So all words with one dash are translated here, before yargs sees them.
 *
 * Not here: what the long options mean (`arguments.ts`).
 */

/** What follows a flag: nothing, one word, or all words up to the next option. */
export type FlagTakes = 'nothing' | 'one' | 'words';

/** One flag of HAProxy (management guide 3) and its state here, as design decision 2 wants it for keywords. */
export type HaproxyFlag = {
  readonly flag: string;
  readonly takes: FlagTakes;
  /** True where text may be glued to the flag, e.g. `-dM170`. */
  readonly glued?: boolean;
} & (
  | { readonly state: 'supported'; readonly option: string }
  /** `reason` completes "-x has no effect here: ...". */
  | { readonly state: 'no effect'; readonly reason: string }
  /** `wayOut` completes "-x is not supported: ..."; with `emptyIsFine` the flag alone is harmless. */
  | { readonly state: 'not supported'; readonly wayOut: string; readonly emptyIsFine?: boolean }
);

const noMemoryTricks = 'memory belongs to Node.js';
const noPollers = 'libuv chooses how to poll';
const noSplicing = 'data is never spliced';
const oneProcess = 'sluice is one process without a master';
const takeOver = 'stop the old process first (its sessions go on until they end: kill -USR1)';

/** Every flag of HAProxy 2.6's management guide, and those of later versions that scripts use. */
export const HAPROXY_FLAGS: readonly HaproxyFlag[] = [
  { flag: '-f', takes: 'one', state: 'supported', option: 'file' },
  { flag: '-c', takes: 'nothing', state: 'supported', option: 'check' },
  { flag: '-cc', takes: 'one', state: 'supported', option: 'condition' },
  { flag: '-C', takes: 'one', state: 'supported', option: 'directory' },
  { flag: '-d', takes: 'nothing', state: 'supported', option: 'debug' },
  { flag: '-db', takes: 'nothing', state: 'supported', option: 'foreground' },
  { flag: '-D', takes: 'nothing', state: 'supported', option: 'daemon' },
  { flag: '-dD', takes: 'nothing', state: 'supported', option: 'diagnostics' },
  { flag: '-dr', takes: 'nothing', state: 'supported', option: 'ignore-resolution' },
  { flag: '-dV', takes: 'nothing', state: 'supported', option: 'no-server-verify' },
  { flag: '-dW', takes: 'nothing', state: 'supported', option: 'zero-warning' },
  { flag: '-h', takes: 'nothing', state: 'supported', option: 'help' },
  { flag: '-L', takes: 'one', state: 'supported', option: 'local-peer' },
  { flag: '-n', takes: 'one', state: 'supported', option: 'maxconn' },
  { flag: '-N', takes: 'one', state: 'supported', option: 'proxy-maxconn' },
  { flag: '-p', takes: 'one', state: 'supported', option: 'pidfile' },
  { flag: '-q', takes: 'nothing', state: 'supported', option: 'quiet' },
  { flag: '-v', takes: 'nothing', state: 'supported', option: 'versions' },
  { flag: '-vv', takes: 'nothing', state: 'supported', option: 'build' },
  { flag: '-V', takes: 'nothing', state: 'supported', option: 'verbose' },
  { flag: '-Ws', takes: 'nothing', state: 'supported', option: 'systemd' },
  {
    flag: '-4',
    takes: 'nothing',
    state: 'no effect',
    reason: 'names are resolved by the system, in its order',
  },
  { flag: '-dF', takes: 'nothing', state: 'no effect', reason: noSplicing },
  { flag: '-dG', takes: 'nothing', state: 'no effect', reason: 'names are resolved by the system' },
  { flag: '-dI', takes: 'nothing', state: 'no effect', reason: 'no program is started by checks' },
  {
    flag: '-dL',
    takes: 'nothing',
    state: 'no effect',
    reason: 'there are no libraries but those named by -vv',
  },
  { flag: '-dM', takes: 'nothing', glued: true, state: 'no effect', reason: noMemoryTricks },
  { flag: '-dR', takes: 'nothing', state: 'no effect', reason: 'SO_REUSEPORT is not used' },
  { flag: '-dS', takes: 'nothing', state: 'no effect', reason: noSplicing },
  { flag: '-dZ', takes: 'nothing', state: 'no effect', reason: noSplicing },
  { flag: '-de', takes: 'nothing', state: 'no effect', reason: noPollers },
  { flag: '-dk', takes: 'nothing', state: 'no effect', reason: noPollers },
  { flag: '-dp', takes: 'nothing', state: 'no effect', reason: noPollers },
  { flag: '-ds', takes: 'nothing', state: 'no effect', reason: noPollers },
  { flag: '-dv', takes: 'nothing', state: 'no effect', reason: noPollers },
  {
    flag: '-m',
    takes: 'one',
    state: 'no effect',
    reason: `${noMemoryTricks}; limit it with NODE_OPTIONS=--max-old-space-size=MEGABYTES`,
  },
  { flag: '-S', takes: 'one', state: 'no effect', reason: `${oneProcess}, so there is no master's socket` },
  { flag: '-W', takes: 'nothing', state: 'no effect', reason: oneProcess },
  { flag: '-dC', takes: 'nothing', glued: true, state: 'not supported', wayOut: 'use --print-config' },
  {
    flag: '-dK',
    takes: 'nothing',
    glued: true,
    state: 'not supported',
    wayOut: 'the manual lists all keywords',
  },
  {
    flag: '-dt',
    takes: 'nothing',
    glued: true,
    state: 'not supported',
    wayOut: 'use -d or --log-json=debug',
  },
  { flag: '-sf', takes: 'words', state: 'not supported', wayOut: takeOver, emptyIsFine: true },
  { flag: '-st', takes: 'words', state: 'not supported', wayOut: takeOver, emptyIsFine: true },
  { flag: '-x', takes: 'one', state: 'not supported', wayOut: takeOver },
];

/** Words for yargs, notices about flags without effect, and problems that forbid the start. */
export interface Translation {
  readonly words: readonly string[];
  readonly notices: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Translates HAProxy's flags: `['-db', '-f', 'a.cfg', '--', 'b.cfg']` becomes
 * `['--foreground', '--file=a.cfg', '--file=b.cfg']`. Words with two dashes pass unchanged.
 */
export function translateFlags(argv: readonly string[]): Translation {
  const words: string[] = [];
  const notices: string[] = [];
  const problems: string[] = [];
  let at = 0;
  while (at < argv.length) {
    const word = argv[at++] ?? '';
    if (word === '--') {
      words.push(...argv.slice(at).map((file) => `--file=${file}`));
      break;
    }
    const flag = findFlag(word);
    if (flag === null) {
      if (/^-[^-]/.test(word)) problems.push(unknownFlag(word));
      else words.push(word);
      continue;
    }
    const values = valuesOf(flag, argv, at);
    at += values.length;
    if (flag.takes === 'one' && values.length === 0) problems.push(`${word} needs a value`);
    else if (flag.state === 'supported') words.push(...longForm(flag.option, flag.takes, values));
    else if (flag.state === 'no effect') notices.push(`${word} has no effect here: ${flag.reason}`);
    else if (flag.emptyIsFine !== true || values.length > 0)
      problems.push(`${word} is not supported: ${flag.wayOut}`);
  }
  return { words, notices, problems };
}

function findFlag(word: string): HaproxyFlag | null {
  const exact = HAPROXY_FLAGS.find((one) => one.flag === word);
  return exact ?? HAPROXY_FLAGS.find((one) => one.glued === true && word.startsWith(one.flag)) ?? null;
}

function valuesOf(flag: HaproxyFlag, argv: readonly string[], at: number): readonly string[] {
  if (flag.takes === 'nothing') return [];
  if (flag.takes === 'one') return argv.slice(at, at + 1);
  const next = argv.findIndex((word, index) => index >= at && word.startsWith('-'));
  return argv.slice(at, next === -1 ? argv.length : next);
}

/** Value and option stay one word, so that a value which begins with a dash is not taken for an option. */
function longForm(option: string, takes: FlagTakes, values: readonly string[]): string[] {
  return takes === 'nothing' ? [`--${option}`] : values.map((value) => `--${option}=${value}`);
}

function unknownFlag(word: string): string {
  const letters = word
    .slice(1)
    .split('')
    .map((letter) => `-${letter}`);
  const separable =
    letters.length > 1 && letters.every((one) => HAPROXY_FLAGS.some(({ flag }) => flag === one));
  const hint = separable ? letters.join(' ') : word.slice(0, 2);
  const known = separable || HAPROXY_FLAGS.some(({ flag }) => flag === hint);
  return `unknown option '${word}'${known ? `; did you mean '${hint}'?` : ''}`;
}
