/**
 * One row of the keyword table: what a keyword is called, where it may stand, and how this program answers it.
 *
 * States:
 * - `supported`   it has its HAProxy meaning; `read` puts it into the draft.
 * - `no-effect`   accepted, but there is nothing for it to do here; a notice (or warning) says why.
 * - `http-only`   means something in mode http only, where it is refused; in a tcp proxy it is ignored aloud, as in HAProxy.
 * - `unsupported` an alert: ignoring it would change what the operator asked for.
 * - `removed`     HAProxy itself dropped it; an alert names the replacement.
 *
 * Not here: the rows (beside this file), how they are looked up (`../keywords.ts`).
 */
import type { Line } from '../line.ts';

/** Sections a proxy keyword may stand in: Defaults, Frontend, Listen, Backend. */
export type ProxySections = 'DFLB' | 'DFL' | 'DLB' | 'FLB' | 'FL' | 'LB' | 'D';

interface Row {
  /** One or more words, e.g. `timeout client`. */
  readonly keyword: string;
  /** Arguments as the manual shows them, e.g. `TIME`; empty: none. Where nothing reads them, they are checked by this. */
  readonly args: string;
  /** Section of the HAProxy 2.6 manual; `HAProxy 3.1`: the version that brought or removed it; `own`: sluice's. */
  readonly manual: string;
  /** Value that holds when the keyword is absent, as text; absent: none. */
  readonly default?: string;
  /** For proxy keywords; absent elsewhere. */
  readonly sections?: ProxySections;
  /** The `no` and `default` prefixes are accepted (manual 4.1, marked `(*)`). */
  readonly negatable?: boolean;
  /** In the wrong kind of section HAProxy stops (`server` in a frontend) instead of ignoring with a warning. */
  readonly strictSection?: boolean;
  /** Means something in mode http only: what is said where a section in mode tcp has it. */
  readonly needsHttp?: HttpNeed;
}

/** HAProxy warns of some such words and passes over others in silence, of which we give notice. */
export type HttpNeed = 'warning' | 'notice';

/** `Target`: the draft that the keyword changes. */
export type Entry<Target> = Row &
  (
    | { readonly state: 'supported'; readonly read: (line: Line, target: Target) => void }
    | {
        readonly state: 'no-effect';
        readonly why: string;
        readonly severity?: 'warning';
        /** Reads arguments that `args` cannot describe; absent: they are as `args` says (`arguments.ts`). */
        readonly check?: (line: Line) => void;
      }
    | { readonly state: 'http-only'; readonly needsHttp: HttpNeed; readonly instead: string }
    | { readonly state: 'unsupported'; readonly instead: string }
    | { readonly state: 'removed'; readonly instead: string }
  );

export type KeywordState = Entry<never>['state'];

/** A row as lists and documents see it: which draft it writes to does not matter there. */
export type AnyEntry = Entry<never>;

/** The keyword with its arguments, e.g. `timeout client TIME`. */
export function usageOf(row: Pick<Row, 'keyword' | 'args'>): string {
  return row.args === '' ? row.keyword : `${row.keyword} ${row.args}`;
}

type Shared = Pick<Row, 'manual' | 'sections' | 'negatable'>;

/** Rows for words that there is nothing to do for here, `why` being the sentence the operator reads. */
export function noEffect<T>(why: string, shared: Shared, keywords: readonly string[]): Entry<T>[] {
  return keywords.map((keyword) => ({ ...row(keyword, shared), state: 'no-effect', why }));
}

/** As `noEffect`, told as a warning: what the operator asked for could matter (an interface, a permission). */
export function noEffectWarning<T>(why: string, shared: Shared, keywords: readonly string[]): Entry<T>[] {
  return keywords.map((keyword) => ({
    ...row(keyword, shared),
    state: 'no-effect',
    why,
    severity: 'warning',
  }));
}

/** Rows for words that need mode http and are refused there, `instead` saying what to do; in mode tcp a warning. */
export function httpOnly<T>(instead: string, shared: Shared, keywords: readonly string[]): Entry<T>[] {
  return keywords.map((keyword) => ({
    ...row(keyword, shared),
    state: 'http-only',
    needsHttp: 'warning',
    instead,
  }));
}

/** Rows for words that are refused, `instead` saying what to do. */
export function unsupported<T>(instead: string, shared: Shared, keywords: readonly string[]): Entry<T>[] {
  return keywords.map((keyword) => ({ ...row(keyword, shared), state: 'unsupported', instead }));
}

/** A row for a word that HAProxy itself has removed. */
export function removed<T>(keyword: string, instead: string, shared: Shared): Entry<T> {
  return { ...row(keyword, shared), state: 'removed', instead };
}

/** `keyword ARGS`: the first lower-case words are the keyword, a word in capitals, in brackets or with `|` begins the arguments. */
function row(text: string, shared: Shared): Row {
  const words = text.split(' ');
  const found = words.findIndex((word, index) => index > 0 && /^[[A-Z<…]|\|/.test(word));
  const cut = found === -1 ? words.length : found;
  return { ...shared, keyword: words.slice(0, cut).join(' '), args: words.slice(cut).join(' ') };
}
