/**
 * One statement as the keyword's reader sees it: the arguments one after the other, and every complaint put
 * at the word it is about.
 *
 * Readers take arguments in order; a `take…` answers null after it has added an alert, so a reader stops
 * there and the rest of the file is still read. Not here: splitting into words (`words.ts`), meanings (`keywords/`).
 */
import type { DiagnosticCode } from './codes.ts';
import type { Diagnostic, Diagnostics, Place, Severity } from './diagnostic.ts';
import { closest } from './closest.ts';
import { parseInteger, parseTimeMs, shown, SPAN_MAX_MS } from './units.ts';
import type { Parsed } from './units.ts';
import type { Variables } from './variables.ts';
import { expandVariables, placeOf } from './words.ts';
import type { Statement } from './words.ts';

/** Faults of this program rather than of the text. */
const EXCUSABLE: ReadonlySet<DiagnosticCode> = new Set([
  'needs-mode-http',
  'unsupported-address',
  'unsupported-keyword',
  'unsupported-value',
]);

/** `no option X`, `default option X` (manual 4.1); null: neither. */
export type Prefix = 'no' | 'default' | null;

export class Line {
  readonly statement: Statement;
  readonly variables: Variables;
  readonly prefix: Prefix;
  /** The keyword as written, for messages: `timeout client`. */
  keyword = '';
  /** The keyword with its arguments as the manual shows them, for hints; null: not known yet. */
  usage: string | null = null;
  readonly #diagnostics: Diagnostics;
  #excused: Diagnostic[] | null = null;
  #next: number;
  #alerted = false;

  constructor(statement: Statement, variables: Variables, diagnostics: Diagnostics) {
    this.statement = statement;
    this.variables = variables;
    this.#diagnostics = diagnostics;
    const first = statement.words[0]?.text;
    this.prefix = (first === 'no' || first === 'default') && statement.words.length > 1 ? first : null;
    this.#next = this.prefix === null ? 0 : 1;
  }

  /** From now on what is not supported is a notice, since the section is disabled; the alerts go to `list`. */
  excuse(list: Diagnostic[]): void {
    this.#excused = list;
  }

  /** Takes the keyword itself, of so many words. */
  takeKeyword(words: number): string {
    const taken: string[] = [];
    for (let count = words; count > 0; count--) taken.push(this.takeOptional() ?? '');
    this.keyword = taken.join(' ');
    return this.keyword;
  }

  /** The next argument without taking it; `ahead` 1 is the one after. */
  peek(ahead = 0): string | undefined {
    return this.statement.words[this.#next + ahead]?.text;
  }

  /** Takes the next argument if there is one. */
  takeOptional(): string | undefined {
    const word = this.peek();
    if (word !== undefined) this.#next++;
    return word;
  }

  /** Takes the next argument; alert `missing-argument` naming `what` is expected if there is none. */
  take(what: string): string | null {
    const word = this.takeOptional();
    if (word !== undefined) return word;
    this.#report(
      'alert',
      'missing-argument',
      `'${this.keyword}' expects ${what}`,
      this.lastPlace(),
      this.#usageHint(),
    );
    return null;
  }

  /** Takes the next argument through `parse`, turning its problem into an alert at the word. */
  takeParsed<T>(what: string, parse: (text: string) => Parsed<T>): T | null {
    const word = this.take(what);
    if (word === null) return null;
    const parsed = parse(word);
    if (parsed.ok) return parsed.value;
    const message = `'${this.keyword}': ${parsed.problem}`;
    this.#report('alert', parsed.code as DiagnosticCode, message, this.lastPlace(), parsed.hint);
    return null;
  }

  takeInteger(what: string, min: number, max: number = 2_147_483_647): number | null {
    return this.takeParsed(what, (text) => parseInteger(text, { min, max }));
  }

  /** A time in milliseconds if no unit is given (manual 2.5). */
  takeTimeMs(what: string): number | null {
    return this.takeParsed(what, (text) => parseTimeMs(text, 'ms'));
  }

  /** A time in milliseconds that no timer keeps, so that it may be long; in seconds if no unit is given. */
  takeSpanMs(what: string): number | null {
    return this.takeParsed(what, (text) => parseTimeMs(text, 's', SPAN_MAX_MS));
  }

  /** An address: variables are expanded a second time, also outside quotes (reference 1.3). */
  takeAddress<T>(what: string, parse: (text: string) => Parsed<T>): T | null {
    return this.takeParsed(what, (text) => {
      const expanded = expandVariables(text, this.variables);
      return expanded.ok ? parse(expanded.value) : expanded;
    });
  }

  /** One word of a fixed list; an alert `invalid-value` names the list and the closest of it. */
  takeOneOf<T extends string>(what: string, choices: readonly T[]): T | null {
    const word = this.take(what);
    if (word === null) return null;
    const found = choices.find((one) => one === word);
    if (found !== undefined) return found;
    this.alert(
      'invalid-value',
      `'${this.keyword}' expects ${what}, not '${shown(word)}'`,
      oneOf(word, choices),
    );
    return null;
  }

  /** Takes all that is left, joined by single blanks (`description`). */
  takeRest(what: string): string | null {
    const first = this.take(what);
    if (first === null) return null;
    const rest = [first];
    for (let word = this.takeOptional(); word !== undefined; word = this.takeOptional()) rest.push(word);
    return rest.join(' ');
  }

  /** Skips what is left without reading it: the keyword has been answered already. */
  skipRest(): void {
    this.#next = this.statement.words.length;
  }

  /** To be called last: words that nobody took are an alert, unless the line has one already. */
  end(): void {
    const extra = this.peek();
    if (extra === undefined || this.#alerted) return;
    this.#next++;
    this.alert(
      'unexpected-argument',
      `'${this.keyword}' cannot handle unexpected argument '${shown(extra)}'`,
      this.#usageHint(),
    );
  }

  /** Place of the word taken last. */
  lastPlace(): Place {
    return placeOf(this.statement, Math.max(0, Math.min(this.#next, this.statement.words.length) - 1));
  }

  /** Place of the statement's first word, prefix left out. */
  place(): Place {
    return placeOf(this.statement, this.prefix === null ? 0 : 1);
  }

  /** An alert at the word taken last, or at `place`. */
  alert(code: DiagnosticCode, message: string, hint: string | null, place = this.lastPlace()): void {
    this.#report('alert', code, message, place, hint);
  }

  /** A warning at the word taken last, or at `place`. */
  warning(code: DiagnosticCode, message: string, hint: string | null, place = this.lastPlace()): void {
    this.#report('warning', code, message, place, hint);
  }

  /** A notice at the word taken last, or at `place`. */
  notice(code: DiagnosticCode, message: string, hint: string | null, place = this.lastPlace()): void {
    this.#report('notice', code, message, place, hint);
  }

  /** True once the line has an alert. */
  get faulty(): boolean {
    return this.#alerted;
  }

  #usageHint(): string | null {
    return this.usage === null ? null : `usage: ${this.usage}`;
  }

  #report(
    severity: Severity,
    code: DiagnosticCode,
    message: string,
    place: Place,
    hint: string | null,
  ): void {
    const diagnostic = { severity, code, message, place, hint };
    if (severity !== 'alert') return this.#diagnostics.add(diagnostic);
    this.#alerted = true;
    if (this.#excused === null || !EXCUSABLE.has(code)) return this.#diagnostics.add(diagnostic);
    this.#excused.push(diagnostic);
    this.#diagnostics.add({ ...diagnostic, severity: 'notice' });
  }
}

/** `did you mean 'x'?` if a candidate is near, else null. */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  const near = closest(word, candidates);
  return near === null ? null : `did you mean '${near}'?`;
}

function oneOf(word: string, choices: readonly string[]): string {
  return didYouMean(word, choices) ?? `use one of: ${choices.join(', ')}`;
}
