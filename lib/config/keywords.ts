/**
 * The keyword table: every HAProxy keyword with its sections, arguments, default, manual section, and its state
 * here (supported, no effect, http only, unsupported, removed). A word in no table is a fault.
 *
 * Not here: the rows themselves (`keywords/`), how a statement finds its row (`parse.ts`).
 */
import type { GlobalDraft, ProxyDraft } from './draft.ts';
import { BIND_ROWS } from './keywords/bind.ts';
import type { AnyEntry, Entry } from './keywords/entry.ts';
import { GLOBAL_KNOWN_ROWS } from './keywords/global-known.ts';
import { GLOBAL_TLS_ROWS } from './keywords/global-tls.ts';
import { GLOBAL_ROWS } from './keywords/global.ts';
import { PROXY_KNOWN_ROWS } from './keywords/proxy-known.ts';
import { PROXY_ROWS } from './keywords/proxy.ts';
import { SERVER_ROWS } from './keywords/server-params.ts';

export { OTHER_SECTIONS, SECTION_NAMES } from './keywords/sections.ts';
export type { OtherSection } from './keywords/sections.ts';

/** Longest keyword in words: `capture request header`. */
const WORDS_MAX = 3;

/** Rows of one kind of section, found by the first words of a statement. */
export class KeywordTable<Target> {
  readonly rows: readonly Entry<Target>[];
  readonly #byName: ReadonlyMap<string, Entry<Target>>;
  readonly #families = new Map<string, string[]>();

  constructor(rows: readonly Entry<Target>[]) {
    this.rows = rows;
    this.#byName = new Map(rows.map((row) => [row.keyword, row]));
    for (const { keyword } of rows) {
      const [first = '', second] = keyword.split(' ');
      if (second === undefined) continue;
      const family = this.#families.get(first) ?? [];
      family.push(keyword);
      this.#families.set(first, family);
    }
  }

  /** The row whose keyword the words begin with, the longest first; `length` is the keyword's in words. */
  find(words: readonly string[]): { readonly entry: Entry<Target>; readonly length: number } | null {
    // `persist rdp-cookie(name)`: what stands in parentheses is an argument.
    const bare = words.slice(0, WORDS_MAX).map((word) => word.replace(/\(.*$/s, ''));
    for (let length = bare.length; length > 0; length--) {
      const entry = this.#byName.get(bare.slice(0, length).join(' '));
      if (entry !== undefined) return { entry, length };
    }
    return null;
  }

  /** Keywords of several words that begin with `first` (`timeout` -> `timeout client`, …); empty: none. */
  family(first: string): readonly string[] {
    return this.#families.get(first) ?? [];
  }

  /** All keywords, for "did you mean". */
  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }
}

/** Keywords of `global`. */
export const GLOBAL_KEYWORDS = new KeywordTable<GlobalDraft>([
  ...GLOBAL_ROWS,
  ...GLOBAL_TLS_ROWS,
  ...GLOBAL_KNOWN_ROWS,
]);

/** Keywords of `defaults`, `frontend`, `listen` and `backend`. */
export const PROXY_KEYWORDS = new KeywordTable<ProxyDraft>([...PROXY_ROWS, ...PROXY_KNOWN_ROWS]);

/** The whole table, by the heading under which documents list it. */
export const ALL_KEYWORDS: readonly { readonly heading: string; readonly rows: readonly AnyEntry[] }[] = [
  { heading: 'global', rows: GLOBAL_KEYWORDS.rows },
  { heading: 'defaults, frontend, listen, backend', rows: PROXY_KEYWORDS.rows },
  { heading: 'bind parameters', rows: BIND_ROWS },
  { heading: 'server and default-server parameters', rows: SERVER_ROWS },
];
