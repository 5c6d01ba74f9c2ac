/**
 * Sample expressions (manual 7.1 "Matching samples", 7.3 "Sample fetches"; reference 8): text -> a fetch with typed arguments and its
 * converters, or the first fault. Read when the configuration is checked, so that a slip is found before the first client comes,
 * and again where expressions are brought to life.
 *
 *     'req.hdr(host),field(1,:),lower'  ->  fetch req.hdr ['host', 0], converters field [1, ':'], lower; type str
 *
 * Not here: which fetches and converters there are (`fetch-table.ts`, `converter-table.ts`), taking samples (`../sample/`).
 */
import { failed } from './units.ts';
import type { Failed } from './units.ts';

/** `int` is 64 bits wide in HAProxy; here exact up to 2^53. `any`: known only when it is taken (`var()`). */
export type SampleType = 'bool' | 'int' | 'ip' | 'str' | 'bin' | 'any';

/** Absent optional arguments stand at their default. */
export type SampleArgument = string | number;

/** What must be known for a fetch to have a value; a rule that is looked at earlier never has one. */
export type SampleStage = 'always' | 'request' | 'response';

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
export function parseExpression(text: string, _side: SampleSide = 'request'): ParsedExpression {
  return { ...failed('invalid-expression', `'${text}' is not read yet`), offset: 0 };
}

/** As `parseExpression`, from `start` to where the expression ends (`end`), whatever follows there. */
export function readExpression(
  text: string,
  start: number,
  _side: SampleSide,
):
  | {
      readonly ok: true;
      readonly value: { readonly expression: SampleExpression; readonly end: number };
    }
  | ExpressionFailed {
  return { ...failed('invalid-expression', `'${text}' is not read yet`), offset: start };
}
