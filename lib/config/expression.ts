/**
 * Sample expressions (manual 7.1 "Matching samples", 7.3 "Sample fetches"; reference 8): text -> a fetch with typed arguments and its
 * converters, or the first fault. Read when the configuration is checked, so that a slip is found before the first client comes,
 * and again where expressions are brought to life.
 *
 *     'req.hdr(host),field(1,:),lower'  ->  fetch req.hdr ['host', 0], converters field [1, ':', 1], lower; type str
 *
 * Not here: which fetches and converters there are (`fetch-table.ts`, `converter-table.ts`), taking samples (`../sample/`).
 */
import { ABSENT_CONVERTERS, ABSENT_FETCHES } from './absent-samples.ts';
import { closest } from './closest.ts';
import { castable, CONVERTER_BY_NAME } from './converter-table.ts';
import type { ConverterRow } from './converter-table.ts';
import { ACL_VARIANTS, FETCH_BY_WORD } from './fetch-table.ts';
import type { FetchRow, SampleStage, SampleType, SuffixMethod } from './fetch-table.ts';
import { readSampleArguments } from './sample-arguments.ts';
import type { ArgumentShape, SampleArgument } from './sample-arguments.ts';
import { failed, shown } from './units.ts';
import type { Failed } from './units.ts';
import { readArguments } from './words.ts';

export type { SampleStage, SampleType } from './fetch-table.ts';
export type { SampleArgument } from './sample-arguments.ts';

export interface SampleExpression {
  /** The fetch's own name, whatever alias was written: `req.hdr` for `hdr`. */
  readonly fetch: string;
  readonly args: readonly SampleArgument[];
  readonly converters: readonly SampleConverter[];
  /** Of the value behind the last converter. */
  readonly type: SampleType;
  readonly stage: SampleStage;
}

export interface SampleConverter {
  readonly name: string;
  readonly args: readonly SampleArgument[];
}

/** `offset`: where in the text, from 0. */
export type ExpressionFailed = Failed & { readonly offset: number };

export type ParsedExpression = { readonly ok: true; readonly value: SampleExpression } | ExpressionFailed;

/** Which message a fetch without a side of its own (`hdr`, `cookie`) looks at. */
export type SampleSide = 'request' | 'response';

/**
 * Reads `fetch(args),converter(args),...`; a `Parsed<SampleExpression>` that also knows where it stopped.
 * Code: `invalid-expression`.
 */
export function parseExpression(text: string, side: SampleSide = 'request'): ParsedExpression {
  return whole(text, readExpression(text, 0, side));
}

export interface ReadExpression {
  readonly expression: SampleExpression;
  /** Index behind its last character. */
  readonly end: number;
}

/** As `parseExpression`, from `start` to where the expression ends, whatever follows there. */
export function readExpression(
  text: string,
  start: number,
  side: SampleSide,
): { readonly ok: true; readonly value: ReadExpression } | ExpressionFailed {
  return new ExpressionReader(text, start).read((word) => fetchOf(word, side));
}

function fetchOf(word: string, side: SampleSide): FetchRow | null {
  const own = side === 'response' ? RESPONSE_WORDS.get(word) : undefined;
  return FETCH_BY_WORD.get(own ?? word) ?? null;
}

/**
 * The first word of an ACL, where a fetch may have a matching method in its name (`hdr_beg`). As in HAProxy, `hdr` is always the
 * request's here; `cookie` goes by the side.
 */
export function parseAclExpression(text: string, side: SampleSide = 'request'): ParsedAclExpression {
  let suffix: SuffixMethod | null = null;
  const read = new ExpressionReader(text, 0).read((word) => {
    const variant = ACL_VARIANTS.get(word);
    suffix = variant?.match ?? null;
    if (word === 'cookie') return fetchOf(word, side);
    return FETCH_BY_WORD.get(variant?.word ?? word) ?? null;
  });
  const expression = whole(text, read);
  return expression.ok ? { ...expression, suffix } : expression;
}

export type ParsedAclExpression =
  | { readonly ok: true; readonly value: SampleExpression; readonly suffix: SuffixMethod | null }
  | ExpressionFailed;

/** In rules about the answer these mean the answer's. */
const RESPONSE_WORDS: ReadonlyMap<string, string> = new Map([
  ['hdr', 'res.hdr'],
  ['cookie', 'res.cook'],
]);

function whole(text: string, read: ReturnType<typeof readExpression>): ParsedExpression {
  if (!read.ok) return read;
  const { expression, end } = read.value;
  if (end === text.length) return { ok: true, value: expression };
  return failedAt(end, `unexpected '${shown(text.slice(end))}' in '${shown(text)}'`, COMMA_HINT);
}

const COMMA_HINT = "converters follow a comma, without blanks, e.g. 'src,ipmask(24)'";

function failedAt(offset: number, problem: string, hint: string | null = null): ExpressionFailed {
  return { ...failed('invalid-expression', problem, hint), offset };
}

class ExpressionReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#at = start;
  }

  read(
    find: (word: string) => FetchRow | null,
  ): { readonly ok: true; readonly value: ReadExpression } | ExpressionFailed {
    const start = this.#at;
    const word = this.#word();
    if (word === '') return failedAt(start, 'missing fetch method', "e.g. 'src' or 'req.hdr(host)'");
    const row = find(word);
    if (row === null) return unknownFetch(word, start);
    const args = this.#arguments(row.args, `fetch '${word}'`, start);
    if ('problem' in args) return args;
    const converters = this.#converters(row.type);
    if ('problem' in converters) return converters;
    const { list, type } = converters;
    const expression = { fetch: row.name, args: args.list, converters: list, type, stage: row.stage };
    return { ok: true, value: { expression, end: this.#at } };
  }

  /** As HAProxy, several commas count as one, and commas at the end as none. */
  #converters(
    from: SampleType,
  ): { readonly list: readonly SampleConverter[]; readonly type: SampleType } | ExpressionFailed {
    const list: SampleConverter[] = [];
    let type = from;
    while (this.#match(/,+/y) !== '') {
      const start = this.#at;
      const name = this.#word();
      if (name === '') {
        if (start === this.#text.length) break;
        return failedAt(start, 'a comma is followed by no converter', COMMA_HINT);
      }
      const row = CONVERTER_BY_NAME.get(name);
      if (row === undefined) return unknownConverter(name, start);
      if (!castable(type, row.from)) return cannotApply(row, type, start);
      const args = this.#arguments(row.args, `converter '${name}'`, start);
      if ('problem' in args) return args;
      list.push({ name, args: args.list });
      type = row.to;
    }
    return { list, type };
  }

  #arguments(
    shapes: readonly ArgumentShape[],
    owner: string,
    start: number,
  ): { readonly list: readonly SampleArgument[] } | ExpressionFailed {
    let texts: readonly string[] = [];
    if (this.#text[this.#at] === '(') {
      const read = readArguments(this.#text, this.#at + 1);
      if (!read.ok) return failedAt(this.#at, `${owner}: ${read.problem}`, read.hint);
      texts = read.value.list;
      this.#at = read.value.end;
    }
    const values = readSampleArguments(texts, shapes, owner);
    return values.ok ? { list: values.value } : failedAt(start, values.problem, values.hint);
  }

  #word(): string {
    return this.#match(/[A-Za-z0-9_.+-]+/y);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}

function unknownFetch(word: string, offset: number): ExpressionFailed {
  if (ABSENT_FETCHES.has(word)) {
    return failedAt(offset, `fetch '${word}' is not supported in this version`);
  }
  const variant = ACL_VARIANTS.get(word);
  if (variant !== undefined) {
    const hint = `write '${variant.word}(...)' and '-m ${variant.match}'`;
    return failedAt(offset, `'${word}' can only stand in an ACL`, hint);
  }
  if (CONVERTER_BY_NAME.has(word)) {
    return failedAt(
      offset,
      `'${word}' is a converter, not a fetch`,
      `write it behind a fetch: 'src,${word}'`,
    );
  }
  return failedAt(offset, `unknown fetch method '${shown(word)}'`, near(word, fetchWords()));
}

function unknownConverter(name: string, offset: number): ExpressionFailed {
  if (ABSENT_CONVERTERS.has(name)) {
    return failedAt(offset, `converter '${name}' is not supported in this version`);
  }
  return failedAt(offset, `unknown converter '${shown(name)}'`, near(name, CONVERTER_BY_NAME.keys()));
}

function cannotApply(row: ConverterRow, type: SampleType, offset: number): ExpressionFailed {
  const problem = `converter '${row.name}' cannot be applied to a value of type ${type}`;
  return failedAt(offset, problem, `it takes values of type ${row.from}`);
}

function near(word: string, words: Iterable<string>): string | null {
  const nearest = closest(word, words);
  return nearest === null ? null : `did you mean '${nearest}'?`;
}

function fetchWords(): readonly string[] {
  return [...FETCH_BY_WORD.keys(), ...ACL_VARIANTS.keys()];
}
