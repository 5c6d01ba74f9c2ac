/**
 * Sample expressions (manual 7.1 "Matching samples", 7.3 "Sample fetches"; reference 8): text -> a fetch with typed arguments and its
 * converters, or the first fault. Read when the configuration is checked, so that a slip is found before the first client comes,
 * and again where expressions are brought to life.
 *
 *     'req.hdr(host),field(1,:),lower'  ->  fetch req.hdr ['host', 0], converters field [1, ':'], lower; type str
 *
 * Not here: which fetches and converters there are (`fetch-table.ts`, `converter-table.ts`), taking samples (`../sample/`).
 */

/** `int` is 64 bits wide in HAProxy; here exact up to 2^53. */
export type SampleType = 'bool' | 'int' | 'ip' | 'str' | 'bin';

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
