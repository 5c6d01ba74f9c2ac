/**
 * Conditions of `.if`, `.elif` and `-cc` (manual 2.5 "Conditional blocks"): integers, predicates, `!`, `&&`
 * (binds tighter), `||`, parentheses.
 *
 * Not here: the nesting of blocks (`statements.ts`), how words are split and joined before (`words.ts`).
 */
import type { Failed, Parsed } from './units.ts';
import { failed, shown } from './units.ts';
import { readArguments } from './words.ts';
import type { VariableLookup } from './words.ts';

/** The version of HAProxy whose language is spoken: what `version_atleast(...)` answers for. */
export const LANGUAGE_LEVEL = '2.6';

export interface ConditionContext {
  readonly variables: VariableLookup;
}

/** A condition that cannot be evaluated; `offset` is the 0-based index in its text where reading stopped. */
export type ConditionFailed = Failed & { readonly offset: number };

/** Parentheses inside each other; deeper is a fault, so that hostile text cannot exhaust the stack. */
const depthMax = 200;

/**
 * The value of a condition whose words were split and joined by single blanks, as for `.if` and `-cc`.
 * Empty is false. Example: `version_atleast(2.4) && !defined(STAGING)`.
 * Code: `invalid-condition`.
 */
export function evaluateCondition(
  text: string,
  context: ConditionContext,
): Extract<Parsed<boolean>, { readonly ok: true }> | ConditionFailed {
  return new ConditionReader(text, context).read();
}

/** Reads and evaluates in one pass, left to right; both sides of `&&` and `||` are always read, for their faults. */
class ConditionReader {
  readonly #text: string;
  readonly #context: ConditionContext;
  #at = 0;
  #depth = 0;
  #fault: ConditionFailed | null = null;

  constructor(text: string, context: ConditionContext) {
    this.#text = text;
    this.#context = context;
  }

  read(): Extract<Parsed<boolean>, { readonly ok: true }> | ConditionFailed {
    this.#match(/\s+/y);
    if (this.#at === this.#text.length) return { ok: true, value: false };
    const value = this.#either();
    if (this.#fault === null && this.#at < this.#text.length) {
      this.#fail(`unexpected character '${this.#rest().charAt(0)}' in condition '${shown(this.#text)}'`);
    }
    return this.#fault ?? { ok: true, value };
  }

  /** both { || both } */
  #either(): boolean {
    let value = this.#both();
    while (this.#fault === null && this.#match(/\|\|\s*/y) !== null) {
      const right = this.#both();
      value = value || right;
    }
    return value;
  }

  /** term { && term } */
  #both(): boolean {
    let value = this.#term();
    while (this.#fault === null && this.#match(/&&\s*/y) !== null) {
      const right = this.#term();
      value = value && right;
    }
    return value;
  }

  /** { ! } ( integer | predicate(...) | ( either ) ) */
  #term(): boolean {
    const marks = this.#match(/[!\s]+/y)?.[0] ?? '';
    const negated = marks.replaceAll(/\s/g, '').length % 2 === 1;
    return this.#operand() !== negated;
  }

  #operand(): boolean {
    if (this.#match(/\(\s*/y) !== null) return this.#group();
    const integer = this.#match(/([-+]?[0-9]+)\s*/y);
    if (integer !== null) return /[1-9]/.test(integer[0]);
    const at = this.#at;
    const name = this.#match(/([a-z_]+)\(/y)?.[1];
    const predicate = predicates.get(name ?? '');
    if (predicate === undefined) {
      this.#at = at;
      const problem = this.#rest() === '' ? 'the condition ends too early' : this.#unparsable();
      return this.#fail(problem, `known are ${[...predicates.keys()].join(', ')}`);
    }
    return this.#predicate(name ?? '', predicate, at);
  }

  #group(): boolean {
    if (++this.#depth > depthMax) return this.#fail(`more than ${depthMax} parentheses inside each other`);
    const value = this.#either();
    this.#depth--;
    if (this.#fault === null && this.#match(/\)\s*/y) === null) {
      return this.#fail(`expected ')' in condition '${shown(this.#text)}'`);
    }
    return value;
  }

  #predicate(name: string, predicate: Predicate, at: number): boolean {
    const read = readArguments(this.#text, this.#at);
    if (!read.ok) return this.#fail(read.problem);
    const { list, end } = read.value;
    if (list.length !== predicate.arity) {
      this.#at = at;
      return this.#fail(`'${name}' takes ${predicate.arity} argument(s), not ${list.length}`);
    }
    const [first = '', second = ''] = list;
    const value = predicate.holds(first, second, this.#context);
    if (value === null)
      return this.#fail(`'${shown(first)}' is not a version`, "write a version such as '2.6' or '2.6-dev3'");
    this.#at = end;
    this.#match(/\s+/y);
    return value;
  }

  #unparsable(): string {
    return `unparsable conditional expression '${shown(this.#rest())}'`;
  }

  #rest(): string {
    return this.#text.slice(this.#at);
  }

  #match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  /** Notes the first fault and answers false, which nobody will look at. */
  #fail(problem: string, hint: string | null = null): false {
    this.#fault ??= { ...failed('invalid-condition', problem, hint), offset: this.#at };
    return false;
  }
}

interface Predicate {
  readonly arity: number;
  /** Null: an argument that must be a version is none. */
  readonly holds: (first: string, second: string, context: ConditionContext) => boolean | null;
}

/** What HAProxy was built with, as far as it says something about this program. */
const features: ReadonlySet<string> = new Set(['OPENSSL', 'PCRE', 'THREAD']);

/** Run-time options of HAProxy that hold here. */
const enabledOptions: ReadonlySet<string> = new Set(['GETADDRINFO']);

const predicates: ReadonlyMap<string, Predicate> = new Map<string, Predicate>([
  ['defined', { arity: 1, holds: (name, _, { variables }) => variables.get(name) !== undefined }],
  ['feature', { arity: 1, holds: (name) => features.has(name) }],
  ['enabled', { arity: 1, holds: (name) => enabledOptions.has(name) }],
  ['streq', { arity: 2, holds: (left, right) => left === right }],
  ['strneq', { arity: 2, holds: (left, right) => left !== right }],
  ['strstr', { arity: 2, holds: (text, part) => text.includes(part) }],
  ['version_atleast', { arity: 1, holds: (version) => atLeast(LANGUAGE_LEVEL, version) }],
  ['version_before', { arity: 1, holds: (version) => not(atLeast(LANGUAGE_LEVEL, version)) }],
  ['openssl_version_atleast', { arity: 1, holds: (version) => atLeast(process.versions.openssl, version) }],
  [
    'openssl_version_before',
    { arity: 1, holds: (version) => not(atLeast(process.versions.openssl, version)) },
  ],
  ['ssllib_name_startswith', { arity: 1, holds: (name) => 'OpenSSL'.startsWith(name) }],
]);

function not(value: boolean | null): boolean | null {
  return value === null ? null : !value;
}

/** Null when `wanted` is no version. */
function atLeast(current: string, wanted: string): boolean | null {
  const have = versionParts(current);
  const want = versionParts(wanted);
  if (have === null || want === null) return null;
  for (const [index, part] of want.entries()) {
    const difference = (have[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Comparable one by one: major, minor, patch, stage (a development version comes before the release), its number, fix. */
function versionParts(version: string): readonly number[] | null {
  const match =
    /^([0-9]{1,6})(?:\.([0-9]{1,6}))?(?:\.([0-9]{1,6}))?([a-z]?)(?:-(dev|pre|alpha|beta|rc)([0-9]{0,6}))?(?:[-+].*)?$/.exec(
      version,
    );
  if (match === null) return null;
  const [, major, minor, patch, letter = '', stage = '', number] = match;
  const stages = ['dev', 'alpha', 'beta', 'pre', 'rc', ''];
  // OpenSSL before 3 counted its fixes by letters: 1.1.1w.
  const fix = letter === '' ? 0 : letter.charCodeAt(0) - 0x60;
  return [
    Number(major),
    Number(minor ?? 0),
    Number(patch ?? 0),
    stages.indexOf(stage),
    Number(number ?? 0),
    fix,
  ];
}
