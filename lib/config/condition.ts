/**
 * ACLs and the conditions of rules (manual 7.1, 7.2; reference 8.1, 8.2): words -> tests joined by and, or, not; or the first fault.
 *
 *     ['if', 'is_ws', '!local', 'or', '{', 'path_beg', '/api', '}']
 *
 * Not here: conditions of `.if` (`conditions.ts`), sample expressions (`expression.ts`), patterns (`acl-patterns.ts`), names that
 * need no `acl` line (`known-acls.ts`), testing (`../sample/`).
 */
import { patternProblem, readNumberPatterns } from './acl-patterns.ts';
import type { PatternOperator } from './acl-patterns.ts';
import { closest } from './closest.ts';
import { castable } from './converter-table.ts';
import { parseAclExpression } from './expression.ts';
import type { SampleExpression, SampleSide, SampleType } from './expression.ts';
import { ABSENT_ACLS, PREDEFINED_ACLS } from './known-acls.ts';
import { failed, parsed, shown } from './units.ts';
import type { Failed, Parsed } from './units.ts';

export type MatchMethod =
  | 'found'
  | 'bool'
  | 'int'
  | 'ip'
  | 'bin'
  | 'len'
  | 'str'
  | 'beg'
  | 'end'
  | 'sub'
  | 'dir'
  | 'dom'
  | 'reg';

/** One `acl` line, or what stands between braces: true if the sample matches any of the patterns. */
export interface AclTest {
  readonly expression: SampleExpression;
  readonly match: MatchMethod;
  readonly ignoreCase: boolean;
  /** As written. Of `int` and `len`: `a`, `a:b`, `a:`, `:b`, each behind `operator`. */
  readonly patterns: readonly string[];
  /** Files with one pattern a line (`-f`). */
  readonly files: readonly string[];
  /** As many of the files, from the first, stand before `-i`: in these, case counts. */
  readonly exactFileCount: number;
  /** The files are maps, their first column is the pattern (`-M`). */
  readonly filesAreMaps: boolean;
  /** Of `int` and `len`; `eq` where none is written. */
  readonly operator: PatternOperator;
}

export interface ConditionTerm {
  readonly negated: boolean;
  /** The lines of one name: any of them is enough. */
  readonly tests: readonly AclTest[];
}

/** Holds if all terms of any of the alternatives hold; `unless` turns that round. */
export interface Condition {
  readonly unless: boolean;
  readonly alternatives: readonly (readonly ConditionTerm[])[];
}

/** `word`: index of the word at fault; one behind the last where something is missing. */
export type WordsFailed = Failed & { readonly word: number };

export type ParsedWords<T> = { readonly ok: true; readonly value: T } | WordsFailed;

/** The name of an `acl` line. Code: `invalid-acl`. */
export function parseAclName(name: string): Parsed<string> {
  if (isOr(name)) {
    return failed(
      'invalid-acl',
      `acl name '${name}' will never match: it stands for a disjunction`,
      'name it otherwise',
    );
  }
  const stray = /[^A-Za-z0-9_.:-]/u.exec(name)?.[0];
  if (stray === undefined && name !== '') return parsed(name);
  return failed('invalid-acl', `character '${stray ?? ''}' is not permitted in acl name '${shown(name)}'`);
}

/**
 * What follows the name of an `acl` line: expression, flags, values. `side`: the message that the rule asking is about, not the
 * line: one ACL may be asked on both sides. Code: `invalid-acl`.
 */
export function parseAcl(words: readonly string[], side: SampleSide = 'request'): ParsedWords<AclTest> {
  return new AclReader(words, side).read();
}

/**
 * True for a test without any pattern where one is needed: HAProxy warns that it never matches. `words` are what `parseAcl` read;
 * a `--` in them says that it is meant.
 */
export function neverMatches(test: AclTest, words: readonly string[]): boolean {
  const compares = test.match !== 'found' && test.match !== 'bool';
  return compares && test.patterns.length === 0 && test.files.length === 0 && !words.includes('--');
}

/**
 * A condition with the word before it, e.g. `['if', 'is_ws', '!', 'local']`. `acls`: the tests of each name there is; predefined
 * names are known besides. `side`: the message that the rule is about; `acls` were read with the same one.
 * Codes: `invalid-condition`, `unknown-acl`, `invalid-acl`.
 */
export function parseCondition(
  words: readonly string[],
  acls: ReadonlyMap<string, readonly AclTest[]>,
  side: SampleSide = 'request',
): ParsedWords<Condition> {
  return new ConditionReader(words, acls, side).read();
}

const METHODS: ReadonlyMap<string, { readonly match: MatchMethod; readonly type: SampleType }> = new Map([
  ['found', { match: 'found', type: 'any' }],
  ['bool', { match: 'bool', type: 'int' }],
  ['int', { match: 'int', type: 'int' }],
  ['ip', { match: 'ip', type: 'ip' }],
  ['bin', { match: 'bin', type: 'bin' }],
  ['len', { match: 'len', type: 'str' }],
  ['str', { match: 'str', type: 'str' }],
  ['beg', { match: 'beg', type: 'str' }],
  ['end', { match: 'end', type: 'str' }],
  ['sub', { match: 'sub', type: 'str' }],
  ['dir', { match: 'dir', type: 'str' }],
  ['dom', { match: 'dom', type: 'str' }],
  ['reg', { match: 'reg', type: 'str' }],
]);

/** How values are matched where nobody says how (manual 7.1). */
const DEFAULT_MATCH: Readonly<Record<SampleType, MatchMethod | null>> = {
  bool: 'bool',
  int: 'int',
  ip: 'ip',
  str: 'str',
  bin: null,
  any: null,
};

/** Expression, flags, patterns; flags are read up to the first word that is none. */
class AclReader {
  readonly #words: readonly string[];
  readonly #side: SampleSide;
  readonly #files: string[] = [];
  #match: MatchMethod | null = null;
  #ignoreCase = false;
  #exactFileCount = 0;
  #filesAreMaps = false;
  #at = 1;

  constructor(words: readonly string[], side: SampleSide) {
    this.#words = words;
    this.#side = side;
  }

  read(): ParsedWords<AclTest> {
    const first = parseAclExpression(this.#words[0] ?? '', this.#side);
    if (!first.ok) return aclFault(0, first.problem, first.hint);
    const { value: expression, suffix } = first;
    this.#match = expression.converters.length === 0 ? suffix : null;
    this.#match ??= DEFAULT_MATCH[expression.type];
    const fault = this.#readFlags(expression);
    if (fault !== null) return fault;
    if (this.#match === null) return this.#noMethod(expression, 1);
    return this.#readPatterns(expression, this.#match);
  }

  #readFlags(expression: SampleExpression): WordsFailed | null {
    for (;;) {
      const flag = this.#words[this.#at];
      if (flag === undefined || !flag.startsWith('-')) return null;
      const fault = this.#readFlag(flag, this.#words[this.#at + 1], expression);
      if (fault !== null) return fault;
      this.#at += flag === '-m' || flag === '-f' || flag === '-u' ? 2 : 1;
      if (flag === '--') return null;
    }
  }

  #readFlag(flag: string, value: string | undefined, expression: SampleExpression): WordsFailed | null {
    switch (flag) {
      case '-i':
        if (!this.#ignoreCase) this.#exactFileCount = this.#files.length;
        this.#ignoreCase = true;
        return null;
      case '-M':
        this.#filesAreMaps = true;
        return null;
      case '-n':
      case '--':
        return null;
      case '-u':
        return /^[0-9]+$/.test(value ?? '') ? null : this.#after('the argument of -u must be an integer');
      case '-f':
        if (value === undefined || value === '') return this.#after("'-f' needs the name of a file");
        if (this.#match === null) return this.#noMethod(expression, this.#at);
        this.#files.push(value);
        return null;
      case '-m':
        return this.#readMethod(value, expression);
      default:
        return aclFault(
          this.#at,
          `'${shown(flag)}' is not a valid ACL option`,
          "write '--' before a pattern that begins with '-'",
        );
    }
  }

  #readMethod(word: string | undefined, { fetch, type }: SampleExpression): WordsFailed | null {
    if (this.#files.length > 0) return aclFault(this.#at, "'-m' must stand before patterns and files");
    const method = METHODS.get(word ?? '');
    if (method === undefined) {
      const known = `methods are ${[...METHODS.keys()].join(' ')}`;
      return this.#after(`unknown matching method '${shown(word ?? '')}'`, known);
    }
    if (!castable(type, method.type)) {
      return this.#after(
        `matching method '${method.match}' cannot be used with fetch '${fetch}' (type ${type})`,
      );
    }
    this.#match = method.match;
    return null;
  }

  #readPatterns(expression: SampleExpression, match: MatchMethod): ParsedWords<AclTest> {
    const words = this.#words.slice(this.#at);
    const numbers = match === 'int' || match === 'len' ? readNumberPatterns(words) : null;
    if (numbers !== null && 'problem' in numbers) {
      return aclFault(this.#at + numbers.index, numbers.problem, numbers.hint);
    }
    if (numbers === null) {
      for (const [index, word] of words.entries()) {
        const fault = patternProblem(match, word);
        if (fault !== null) return aclFault(this.#at + index, fault.problem, fault.hint);
      }
    }
    const value: AclTest = {
      expression,
      match,
      ignoreCase: this.#ignoreCase,
      patterns: numbers?.patterns ?? words,
      files: this.#files,
      exactFileCount: this.#exactFileCount,
      filesAreMaps: this.#filesAreMaps,
      operator: numbers?.operator ?? 'eq',
    };
    return { ok: true, value };
  }

  #noMethod({ fetch, type }: SampleExpression, word: number): WordsFailed {
    const problem = `a matching method must be specified first (with '-m') for fetch '${fetch}' (type ${type})`;
    return aclFault(word, problem, "e.g. '-m str' or '-m found'");
  }

  /** A fault of the word behind a flag. */
  #after(problem: string, hint: string | null = null): WordsFailed {
    return aclFault(this.#at + 1, problem, hint);
  }
}

/** Alternatives of terms; `!` may stand before a term or by itself, and turns round as often as it is written. */
class ConditionReader {
  readonly #words: readonly string[];
  readonly #acls: ReadonlyMap<string, readonly AclTest[]>;
  readonly #side: SampleSide;
  readonly #alternatives: ConditionTerm[][] = [];
  /** Null: the next term begins a new one. As in HAProxy, an `or` with nothing on one side says nothing. */
  #current: ConditionTerm[] | null = null;
  #negated = false;
  #at = 1;

  constructor(words: readonly string[], acls: ReadonlyMap<string, readonly AclTest[]>, side: SampleSide) {
    this.#words = words;
    this.#acls = acls;
    this.#side = side;
  }

  read(): ParsedWords<Condition> {
    const [first = ''] = this.#words;
    if (first !== 'if' && first !== 'unless') {
      return conditionFault(0, `expected 'if' or 'unless', but got '${shown(first)}'`);
    }
    for (; this.#at < this.#words.length; this.#at++) {
      const fault = this.#readWord(this.#words[this.#at] ?? '');
      if (fault !== null) return fault;
    }
    if (this.#alternatives.length === 0 || this.#negated) {
      return conditionFault(this.#words.length, `'${this.#words.at(-1) ?? ''}' is followed by no ACL`);
    }
    return { ok: true, value: { unless: first === 'unless', alternatives: this.#alternatives } };
  }

  #readWord(marked: string): WordsFailed | null {
    const word = marked.replace(/^!+/, '');
    if ((marked.length - word.length) % 2 === 1) this.#negated = !this.#negated;
    if (word === '') return null;
    if (isOr(word)) {
      if (this.#negated) return conditionFault(this.#at, "'!' is followed by no ACL");
      this.#current = null;
      return null;
    }
    const tests = word === '{' ? this.#readBraces() : this.#named(word);
    if ('problem' in tests) return tests;
    if (this.#current === null) this.#alternatives.push((this.#current = []));
    this.#current.push({ negated: this.#negated, tests });
    this.#negated = false;
    return null;
  }

  /** From the opening brace to the closing one, where reading goes on. */
  #readBraces(): readonly AclTest[] | WordsFailed {
    const start = this.#at + 1;
    const end = this.#words.indexOf('}', start);
    if (end < 0) {
      return conditionFault(this.#words.length, "missing closing '}' in condition", 'with a blank before it');
    }
    const test = parseAcl(this.#words.slice(start, end), this.#side);
    if (!test.ok) return { ...test, word: start + test.word };
    this.#at = end;
    return [test.value];
  }

  #named(name: string): readonly AclTest[] | WordsFailed {
    const tests = this.#acls.get(name);
    if (tests !== undefined) return tests;
    const words = PREDEFINED_ACLS.get(name);
    if (words === undefined) return this.#unknown(name);
    const test = parseAcl(words);
    return test.ok ? [test.value] : test;
  }

  #unknown(name: string): WordsFailed {
    if (ABSENT_ACLS.has(name)) {
      const problem = `ACL '${name}' is not supported in this version`;
      return { ...failed('unknown-acl', problem), word: this.#at };
    }
    const hint = unknownHint(name, [...this.#acls.keys(), ...PREDEFINED_ACLS.keys()]);
    return { ...failed('unknown-acl', `no such ACL : '${shown(name)}'`, hint), word: this.#at };
  }
}

function isOr(word: string): boolean {
  return word === '||' || word.toLowerCase() === 'or';
}

function unknownHint(name: string, known: Iterable<string>): string | null {
  if (name === 'and' || name === '&&') return "a blank stands for 'and'";
  if (/^[{}]|[{}]$/.test(name)) return "braces are words of their own: '{ path /a }'";
  if (/^[()]|[()]$/.test(name)) return "there are no parentheses; ACLs of one name are joined by 'or'";
  const nearest = closest(name, known);
  return nearest === null ? null : `did you mean '${nearest}'?`;
}

function aclFault(word: number, problem: string, hint: string | null = null): WordsFailed {
  return { ...failed('invalid-acl', problem, hint), word };
}

function conditionFault(word: number, problem: string, hint: string | null = null): WordsFailed {
  return { ...failed('invalid-condition', problem, hint), word };
}
