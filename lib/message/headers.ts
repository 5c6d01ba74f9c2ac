/**
 * The header lines of one message, in their order, with names in lower case as HAProxy forwards them (reference 14.2).
 *
 * Not here: what a header means, reading them from bytes (`../http/`); `req.hdr`, for which an empty element is one (`../sample/`).
 */
import { bare } from './byte-text.ts';

/** What stands between two commas outside of quotes, if anything does. */
const ELEMENT = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;

export class Headers {
  /** Name, value, name, value, ...; names in lower case, values as Latin-1. */
  readonly #lines: string[];

  /** Takes the array over. Names of any case. */
  constructor(lines: string[] = []) {
    for (let at = 0; at < lines.length; at += 2) lines[at] = lines[at]?.toLowerCase() ?? '';
    this.#lines = lines;
  }

  /** Number of lines. */
  get count(): number {
    return this.#lines.length / 2;
  }

  /** The flat list; not to be changed. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  has(name: string): boolean {
    return this.#indexOf(name) >= 0;
  }

  /** Value of the first line of that name (lower case); null: there is none. */
  get(name: string): string | null {
    const at = this.#indexOf(name);
    return at < 0 ? null : (this.#lines[at + 1] ?? null);
  }

  /** Values of all lines of that name, in order. */
  all(name: string): string[] {
    const values: string[] = [];
    for (let at = 0; at < this.#lines.length; at += 2) {
      if (this.#lines[at] === name) values.push(this.#lines[at + 1] ?? '');
    }
    return values;
  }

  /** The elements of all lines of that name, as `elementsOf` gives them. */
  elements(name: string): string[] {
    return this.all(name).flatMap(elementsOf);
  }

  /** True if one of the elements is `token` (lower case), whatever its case. */
  hasToken(name: string, token: string): boolean {
    for (let at = 0; at < this.#lines.length; at += 2) {
      if (this.#lines[at] !== name) continue;
      const value = this.#lines[at + 1] ?? '';
      if (value.length === token.length && value.toLowerCase() === token) return true;
      if (!value.includes(',') || !value.toLowerCase().includes(token)) continue;
      if (elementsOf(value).some((one) => one.toLowerCase() === token)) return true;
    }
    return false;
  }

  /** Adds a line at the end. */
  add(name: string, value: string): void {
    this.#lines.push(name.toLowerCase(), value);
  }

  /** Removes all lines of that name and adds one at the end. */
  set(name: string, value: string): void {
    this.delete(name);
    this.add(name, value);
  }

  delete(name: string): void {
    this.deleteWhere((one) => one === name);
  }

  deleteWhere(matches: (name: string, value: string) => boolean): void {
    const lines = this.#lines;
    let kept = 0;
    for (let at = 0; at < lines.length; at += 2) {
      const name = lines[at] ?? '';
      const value = lines[at + 1] ?? '';
      if (matches(name, value)) continue;
      lines[kept] = name;
      lines[kept + 1] = value;
      kept += 2;
    }
    lines.length = kept;
  }

  /** Gives each line of that name the value that `change` makes of it. */
  replace(name: string, change: (value: string) => string): void {
    for (let at = 0; at < this.#lines.length; at += 2) {
      if (this.#lines[at] === name) this.#lines[at + 1] = change(this.#lines[at + 1] ?? '');
    }
  }

  #indexOf(name: string): number {
    for (let at = 0; at < this.#lines.length; at += 2) if (this.#lines[at] === name) return at;
    return -1;
  }
}

/** Splits one value at its commas outside of quotes (RFC 9110, 5.6.1); blanks around elements and empty ones are left out. */
export function elementsOf(value: string): string[] {
  if (!value.includes(',')) {
    const only = bare(value);
    return only === '' ? [] : [only];
  }
  return (value.match(ELEMENT) ?? []).map(bare).filter((one) => one !== '');
}
