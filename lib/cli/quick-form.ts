/**
 * A balancer without a file: `--listen 443 --server a:9443,weight=3,check` becomes configuration text, which then
 * takes the same way as any file's. So the quick form can say nothing that a file cannot.
 *
 * Not here: reading the command line (`arguments.ts`), understanding the text (`../config/parse.ts`).
 */
import { quoteWord } from '../config/words.ts';

/** What was given on the command line, word for word. */
export interface QuickForm {
  /** `443`, `127.0.0.1:443`, `:443,maxconn=100`: an address, then parameters of `bind`. */
  readonly listen: readonly string[];
  /**
   * `a:9443,weight=3,check`: an address, then parameters of `server`; `name=NAME` names it. A comma within a value is
   * written `\,`, e.g. `init-addr=last\,libc\,none`.
   */
  readonly servers: readonly string[];
  /** `127.0.0.1:9404` or `9404`. */
  readonly metrics: readonly string[];
  /** As after the keyword `balance`, e.g. `leastconn`; null: the default. */
  readonly balance: string | null;
  /** `client=30s`; for every other name the default stands. */
  readonly timeouts: readonly string[];
  /** Process-wide; null: from the descriptor limit. */
  readonly maxconn: number | null;
}

/** Shown in diagnostics where a file's name would stand. */
export const QUICK_FORM_FILE = 'command line';
/** The same for `--metrics` beside files. */
export const METRICS_FILE = '--metrics';

/** Chosen for long-lived TCP sessions; HAProxy itself has none and warns about that. */
const defaultTimeouts: readonly (readonly [string, string])[] = [
  ['connect', '10s'],
  ['client', '1h'],
  ['server', '1h'],
];

/** The configuration text a quick form stands for; always ends with a line feed. */
export function quickFormText(quick: QuickForm): string {
  const global = [
    ...(quick.maxconn === null ? [] : [`maxconn ${quick.maxconn}`]),
    ...quick.metrics.map((address) => `metrics ${metricsAddress(address)}`),
  ];
  const sections = [
    ...(global.length === 0 ? [] : [section('global', global)]),
    section('defaults', ['mode tcp', ...timeoutLines(quick.timeouts)]),
    section('listen main', [
      ...quick.listen.map((one) => `bind ${parameters(bindAddress(first(one)), rest(one))}`),
      ...(quick.balance === null ? [] : [`balance ${words(quick.balance)}`]),
      ...serverLines(quick.servers),
    ]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function timeoutLines(given: readonly string[]): string[] {
  const timeouts = new Map(defaultTimeouts);
  for (const one of given) {
    const [name = '', ...value] = one.split('=');
    timeouts.set(name, value.join('='));
  }
  return [...timeouts].map(([name, value]) => `timeout ${quoteWord(name)} ${words(value)}`);
}

function serverLines(servers: readonly string[]): string[] {
  return servers.map((one, index) => {
    const name = rest(one).find((parameter) => parameter.startsWith('name='));
    const others = rest(one).filter((parameter) => parameter !== name);
    return `server ${quoteWord(name?.slice('name='.length) ?? `s${index + 1}`)} ${parameters(first(one), others)}`;
  });
}

/** A port alone means any IPv4 address, as `bind *:443` in HAProxy's own examples. */
function bindAddress(text: string): string {
  return /^[0-9]+(?:-[0-9]+)?$/.test(text) ? `*:${text}` : text;
}

/** `--metrics` beside files: a section that is read after them. */
export function metricsText(addresses: readonly string[]): string {
  return ['global', ...addresses.map((address) => `  metrics ${metricsAddress(address)}`), ''].join('\n');
}

/** A port alone means loopback: metrics are for the machine itself unless an address says otherwise. */
function metricsAddress(text: string): string {
  return quoteWord(/^[0-9]+$/.test(text) ? `127.0.0.1:${text}` : text);
}

function parameters(address: string, given: readonly string[]): string {
  return [quoteWord(address), ...given.flatMap((one) => parameterWords(one))].join(' ');
}

/** `weight=3` becomes two words, `check` stays one. */
function parameterWords(parameter: string): string[] {
  const equals = parameter.indexOf('=');
  if (equals === -1) return [quoteWord(parameter)];
  return [quoteWord(parameter.slice(0, equals)), quoteWord(parameter.slice(equals + 1))];
}

function first(text: string): string {
  return pieces(text)[0] ?? '';
}

function rest(text: string): string[] {
  return pieces(text).slice(1);
}

/** What commas separate, but for those behind a backslash. */
function pieces(text: string): string[] {
  return text.split(/(?<!\\),/).map((piece) => piece.replaceAll('\\,', ','));
}

function words(text: string): string {
  return text.trim().split(/\s+/).map(quoteWord).join(' ');
}
