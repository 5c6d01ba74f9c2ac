/**
 * Files to statements, one at a time: lines, their ends, and the directives that decide which lines are read
 * (`.if .elif .else .endif`) or speak to the operator (`.alert .warning .notice .diag`; manual 2.5).
 *
 *   a block:  waiting --condition true--> taken --.elif/.else--> done      waiting: no branch was true yet
 *             waiting --.else--> taken                                     lines are read in `taken` only
 *
 * Lazy, since a `setenv` in one statement changes how the next line is split.
 * Not here: what statements mean (`parse.ts`), getting text from disk (`files.ts`).
 */
import { evaluateCondition } from './conditions.ts';
import { closest } from './closest.ts';
import type { Diagnostics, Place, Severity } from './diagnostic.ts';
import type { Variables } from './variables.ts';
import { shown } from './units.ts';
import { placeOf, splitWords } from './words.ts';
import type { Statement } from './words.ts';

/** One configuration file; `file` is its name as messages show it. */
export interface ConfigText {
  readonly file: string;
  readonly text: string;
}

/** `file`: a file begins, and with it no section is open. */
export type StatementOrBoundary =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'statement'; readonly statement: Statement };

/** Blocks inside each other; HAProxy's bound is of this order, and text cannot exhaust memory. */
export const BLOCKS_MAX = 1024;

/** Words and directives of all files in order, faults into the diagnostics it was built with. Use once. */
export class StatementReader {
  /** Name of the section that is open, answers `.SECTION`; set by whoever reads the statements. */
  section = '';

  readonly #sources: readonly ConfigText[];
  readonly #variables: Variables;
  readonly #diagnostics: Diagnostics;
  readonly #diag: boolean;
  #blocks: Block[] = [];
  /** `.alert` ends everything, in all files. */
  #aborted = false;

  /** `diag`: `.diag` messages are wanted (`-dD`). */
  constructor(
    sources: readonly ConfigText[],
    variables: Variables,
    diagnostics: Diagnostics,
    options: { readonly diag?: boolean } = {},
  ) {
    this.#sources = sources;
    this.#variables = variables;
    this.#diagnostics = diagnostics;
    this.#diag = options.diag ?? false;
  }

  *statements(): Generator<StatementOrBoundary, void, void> {
    for (const source of this.#sources) {
      this.section = '';
      yield { kind: 'file', file: source.file };
      yield* this.#readFile(source);
      if (this.#aborted) return;
      this.#closeBlocks();
    }
  }

  *#readFile(source: ConfigText): Generator<StatementOrBoundary, void, void> {
    const { file, text } = source;
    let start = text.startsWith('\uFEFF') ? 1 : 0;
    for (let line = 1; start < text.length && !this.#aborted; line++) {
      const end = text.indexOf('\n', start);
      const raw = text.slice(start, end < 0 ? text.length : end);
      const body = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
      const statement = this.#readLine(file, line, body);
      if (statement !== null) yield { kind: 'statement', statement };
      if (end < 0) this.#missingNewline(file, line, body);
      start = end < 0 ? text.length : end + 1;
    }
  }

  /** The statement for the caller, or null when the line is none, skipped, faulty or a directive. */
  #readLine(file: string, line: number, text: string): Statement | null {
    const block = this.#blocks.at(-1);
    if (block !== undefined && block.state !== 'taken') return this.#readSkipped(file, line, text, block);
    const statement = this.#split(file, line, text);
    const first = statement?.words[0];
    if (statement === null || first === undefined) {
      this.#keepNesting(file, line, text);
      return null;
    }
    if (text.charAt(first.column - 1) === '[') {
      this.#alert(
        'scope-marker',
        `scope marker '${shown(first.text)}' is not supported`,
        placeOf(statement, 0),
        'remove it',
      );
      return null;
    }
    if (!first.text.startsWith('.')) return statement;
    this.#directive(statement);
    return null;
  }

  /** In a skipped branch only the directives that may end it are looked at; faults of other lines do not count. */
  #readSkipped(file: string, line: number, text: string, block: Block): null {
    const name = blockDirective(text);
    if (name === null || name === 'if') {
      this.#keepNesting(file, line, text);
      return null;
    }
    // HAProxy does not look at the condition either once a branch was taken.
    if (name === 'elif' && block.state === 'done' && !block.afterElse) return null;
    const statement = this.#split(file, line, text);
    if (statement === null) this.#keepNesting(file, line, text);
    else this.#directive(statement);
    return null;
  }

  /** For a directive whose words were not read: blocks open and end as if it were right, but nothing is taken. */
  #keepNesting(file: string, line: number, text: string): void {
    const name = blockDirective(text);
    const block = this.#blocks.at(-1);
    if (name === 'if') this.#open({ state: 'done', afterElse: false, place: placeOfIf(file, line, text) });
    else if (name === 'endif') this.#blocks.pop();
    else if (name !== null && block !== undefined) block.state = 'done';
  }

  #split(file: string, line: number, text: string): Statement | null {
    // An unset variable makes a condition's word empty, which is false and no fault.
    const allowEmpty = /^[ \t\v\f]*\./.test(text);
    const options = { section: this.section, allowEmpty };
    return splitWords(file, line, text, this.#variables, this.#diagnostics, options);
  }

  #directive(statement: Statement): void {
    const name = statement.words[0]?.text ?? '';
    const severity = messageSeverity.get(name);
    if (severity !== undefined) return this.#message(statement, severity);
    switch (name) {
      case '.if':
        return this.#open({ state: this.#holds(statement), afterElse: false, place: placeOf(statement, 0) });
      case '.elif':
        return this.#elseIf(statement);
      case '.else':
        return this.#else(statement);
      case '.endif':
        if (this.#blockOf(statement) === null) return;
        this.#blocks.pop();
        this.#refuseArguments(statement, 1);
        return;
      default: {
        const near = closest(name, [...messageSeverity.keys(), '.if', '.elif', '.else', '.endif']);
        const hint = near === null ? null : `did you mean '${near}'?`;
        this.#alert('unknown-directive', `unknown directive '${shown(name)}'`, placeOf(statement, 0), hint);
      }
    }
  }

  #open(block: Block): void {
    if (this.#blocks.length < BLOCKS_MAX) {
      this.#blocks.push(block);
      return;
    }
    const { place } = block;
    this.#alert('too-many-blocks', `more than ${BLOCKS_MAX} '.if' blocks inside each other`, place, null);
    // Which '.endif' belongs to which '.if' is lost from here on.
    this.#aborted = true;
  }

  #elseIf(statement: Statement): void {
    const block = this.#blockOf(statement);
    if (block === null) return;
    if (block.afterElse) return this.#misplaced(statement, "'.elif' after '.else' is not permitted");
    block.state = block.state === 'waiting' ? this.#holds(statement) : 'done';
  }

  #else(statement: Statement): void {
    const block = this.#blockOf(statement);
    if (block === null) return;
    if (block.afterElse) return this.#misplaced(statement, "'.else' after '.else' is not permitted");
    this.#refuseArguments(statement, 1);
    block.state = block.state === 'waiting' ? 'taken' : 'done';
    block.afterElse = true;
  }

  /** The innermost block; without one the directive is alone, which is a fault. */
  #blockOf(statement: Statement): Block | null {
    const block = this.#blocks.at(-1);
    if (block !== undefined) return block;
    this.#misplaced(statement, `lone '${statement.words[0]?.text ?? ''}' with no matching '.if'`);
    return null;
  }

  /** A condition that cannot be evaluated takes no branch: one fault is enough. */
  #holds(statement: Statement): BlockState {
    const words = statement.words.slice(1);
    const result = evaluateCondition(words.map((word) => word.text).join(' '), {
      variables: this.#variables,
    });
    if (result.ok) return result.value ? 'taken' : 'waiting';
    const place = placeInCondition(statement, result.offset);
    this.#diagnostics.add({
      severity: 'alert',
      code: result.code,
      message: result.problem,
      place,
      hint: result.hint,
    });
    return 'done';
  }

  #message(statement: Statement, severity: Severity): void {
    if (severity === 'diag' && !this.#diag) return;
    const hint = 'use quotes if the message should contain spaces';
    if (this.#refuseArguments(statement, 2, hint)) return;
    const message = `'${statement.words[1]?.text ?? ''}'`;
    const code = `directive-${severity}`;
    this.#diagnostics.add({ severity, code, message, place: placeOf(statement, 0), hint: null });
    if (severity === 'alert') this.#aborted = true;
  }

  #refuseArguments(statement: Statement, from: number, hint: string | null = null): boolean {
    const extra = statement.words[from];
    if (extra === undefined) return false;
    const message = `unexpected argument '${shown(extra.text)}' for '${statement.words[0]?.text ?? ''}'`;
    this.#alert('unexpected-directive-argument', message, placeOf(statement, from), hint);
    return true;
  }

  #misplaced(statement: Statement, message: string): void {
    this.#alert('misplaced-directive', message, placeOf(statement, 0), null);
  }

  /** A block cannot go on in the next file. */
  #closeBlocks(): void {
    for (const block of this.#blocks) {
      this.#alert('unterminated-if', "non-terminated '.if' block", block.place, "end it with '.endif'");
    }
    this.#blocks = [];
  }

  /** HAProxy refuses the file; text that was copied from a page often ends so and lost nothing. */
  #missingNewline(file: string, line: number, text: string): void {
    if (text.trim() === '') return;
    const place: Place = { file, line, column: text.length + 1, width: 1, text };
    this.#diagnostics.add({
      severity: 'warning',
      code: 'missing-final-newline',
      message: 'missing LF on last line, the file might have been truncated',
      place,
      hint: 'end the last line with a line feed; HAProxy refuses such a file',
    });
  }

  #alert(code: string, message: string, place: Place, hint: string | null): void {
    this.#diagnostics.add({ severity: 'alert', code, message, place, hint });
  }
}

/** `waiting`: no branch was true yet; `taken`: this branch is read; `done`: one was, or none may be. */
type BlockState = 'waiting' | 'taken' | 'done';

interface Block {
  state: BlockState;
  afterElse: boolean;
  /** Of its `.if`. */
  readonly place: Place;
}

const messageSeverity: ReadonlyMap<string, Severity> = new Map([
  ['.alert', 'alert'],
  ['.warning', 'warning'],
  ['.notice', 'notice'],
  ['.diag', 'diag'],
]);

/** From an index in the joined words back to the column of the word it falls into. */
function placeInCondition(statement: Statement, offset: number): Place {
  let left = offset;
  for (const [index, word] of statement.words.entries()) {
    if (index === 0) continue;
    if (left < word.text.length) {
      const within = word.width === word.text.length ? left : 0;
      const { file, line, text } = statement;
      return { file, line, column: word.column + within, width: Math.max(1, word.width - within), text };
    }
    left -= word.text.length + 1;
  }
  return placeOf(statement, statement.words.length);
}

function placeOfIf(file: string, line: number, text: string): Place {
  return { file, line, column: text.search(/\S/) + 1, width: '.if'.length, text };
}

/** The directive a line begins with, if it is one of those that open, split or end a block. */
function blockDirective(text: string): 'if' | 'elif' | 'else' | 'endif' | null {
  const name = /^[ \t\v\f]*\.(if|elif|else|endif)(?![A-Za-z0-9_])/.exec(text)?.[1];
  return name === 'if' || name === 'elif' || name === 'else' || name === 'endif' ? name : null;
}
