/**
 * What a sample fetch is: a function from a stream to its value, made once from its arguments. Some have several values
 * (the elements of a header, cookies of one name): a rule takes one of them, an ACL tests each.
 *
 * Not here: which there are (`fetches.ts`).
 */
import type { SampleArgument } from '../config/expression.ts';
import type { RequestHead } from '../message/message.ts';
import type { Sample, SampleSource, SampleWorld } from './sample.ts';

export type SampleTest = (sample: Sample, source: SampleSource) => boolean;

export interface Fetch {
  /** The value; null: there is none. Of several the one HAProxy takes outside of ACLs. */
  readonly take: (source: SampleSource) => Sample | null;
  /** From a test to the question whether one of the values passes it. */
  readonly any: (test: SampleTest) => (source: SampleSource) => boolean;
}

/** What fetches are made with. */
export interface FetchContext {
  readonly world: SampleWorld;
  /** The request of mode http, or the one that the bytes of mode tcp begin with. */
  readonly request: (source: SampleSource) => RequestHead | null;
}

export type FetchMaker = (args: readonly SampleArgument[], context: FetchContext) => Fetch;

/** A fetch with at most one value. */
export function single(take: (source: SampleSource) => Sample | null): Fetch {
  return {
    take,
    any: (test) => (source) => {
      const sample = take(source);
      return sample !== null && test(sample, source);
    },
  };
}

export function textArgument(args: readonly SampleArgument[], at: number): string {
  const argument = args[at];
  return argument === undefined ? '' : String(argument);
}

export function numberArgument(args: readonly SampleArgument[], at: number): number {
  return Number(args[at] ?? 0);
}
