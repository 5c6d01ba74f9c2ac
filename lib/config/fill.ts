/**
 * An object somebody wrote, laid over its defaults: times in words become milliseconds, unknown and mistyped
 * fields become diagnostics.
 *
 * Not here: which fields there are (`define.ts`, `defaults.ts`), their ranges (`check-shape.ts`).
 */
import type { DiagnosticCode } from './codes.ts';
import type { Diagnostics } from './diagnostic.ts';
import { didYouMean } from './line.ts';
import type { Parsed } from './units.ts';
import { parseTimeMs } from './units.ts';

export class Filler {
  readonly #diagnostics: Diagnostics;

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics;
  }

  /**
   * `defaults` with the fields of `input` in their place; a field `timeoutMs` is called `timeout` in the input and
   * takes a number or a text. `where` begins every complaint: `backend 'b'`.
   */
  from<T extends object>(defaults: T, input: object, where: string): T {
    this.known(input, Object.keys(defaults), where);
    return this.pick(defaults, input, [], where) as T;
  }

  /** As `from`, for an input that has other fields too, and without the fields in `except`. */
  pick<T extends object, K extends keyof T = never>(
    defaults: T,
    input: object,
    except: readonly K[],
    where: string,
  ): Omit<T, K> {
    const given = input as Readonly<Record<string, unknown>>;
    const filled: Record<string, unknown> = {};
    for (const [key, absent] of Object.entries(defaults) as [keyof T & string, unknown][]) {
      if (except.some((one) => one === key)) continue;
      const value = given[inputKey(key)];
      filled[key] = value === undefined ? structuredClone(absent) : this.#value(key, value, absent, where);
    }
    return filled as Omit<T, K>;
  }

  /** An alert for every field that is not among `keys` (as `defaults` calls them). */
  known(input: object, keys: readonly string[], where: string): void {
    const names = keys.map(inputKey);
    for (const [key, value] of Object.entries(input)) {
      if (value === undefined || names.includes(key)) continue;
      this.#alert('unknown-keyword', `${where}: unknown field '${key}'`, didYouMean(key, names));
    }
  }

  /** A text through `parse`, anything else as it is; null after an alert. */
  text<T>(input: string | T, parse: (text: string) => Parsed<T>, where: string): T | null {
    if (typeof input !== 'string') return input;
    const parsed = parse(input);
    if (parsed.ok) return parsed.value;
    this.#alert(parsed.code as DiagnosticCode, `${where}: ${parsed.problem}`, parsed.hint);
    return null;
  }

  /** The name of a list's member. */
  name(name: unknown, where: string): string {
    if (typeof name === 'string') return name;
    this.#alert('invalid-name', `${where}: a member has no name`, 'give each member a name');
    return '';
  }

  /** Something that works otherwise than it was written. */
  warn(code: DiagnosticCode, message: string, hint: string | null): void {
    this.#diagnostics.add({ severity: 'warning', code, message, place: null, hint });
  }

  #value(key: string, value: unknown, absent: unknown, where: string): unknown {
    if (key.endsWith('Ms') && typeof value === 'string') {
      return (
        this.text<number>(value, (text) => parseTimeMs(text, 'ms'), `${where}: ${inputKey(key)}`) ?? absent
      );
    }
    // A default of null says nothing about the type; the type of the field in TypeScript has to do.
    if (absent === null || typeof value === typeof absent || key === 'logSendHostname')
      return structuredClone(value);
    const message = `${where}: '${inputKey(key)}' is a ${typeof value}, not a ${typeof absent}`;
    this.#alert('invalid-value', message, null);
    return absent;
  }

  #alert(code: DiagnosticCode, message: string, hint: string | null): void {
    this.#diagnostics.add({ severity: 'alert', code, message, place: null, hint });
  }
}

function inputKey(key: string): string {
  return key.endsWith('Ms') ? key.slice(0, -2) : key;
}
