/**
 * What a compiled rule is: its surroundings, what it is given, what comes of it.
 *
 * Not here: rules in their order (`rules.ts`), single actions (`actions.ts`).
 */
import type { SessionRecord } from '../account/session.ts';
import type { AclConfig, ConditionWords } from '../config/rules.ts';
import type { Sample, SampleSource } from '../sample/sample.ts';
import type { ReadFile } from './error-pages.ts';
import type { LocalReply } from './local-reply.ts';

/** What is asked of the engine of samples. All text is Latin-1. */
export interface RuleEngine {
  condition(
    words: ConditionWords,
    acls: readonly AclConfig[],
    side?: Direction,
  ): (source: SampleSource) => boolean;
  format(text: string, side: Direction): (source: SampleSource, record: () => SessionRecord) => string;
  expression(text: string, side: Direction): (source: SampleSource) => Sample | null;
}

/** The stream whose message is looked at. */
export interface RuleContext {
  /** Its request (and response) is changed in place. */
  readonly source: SampleSource;
  /** For aliases (`%ci`) in formats. */
  readonly record: () => SessionRecord;
  /** The page of a status, as the backend or the frontend has it. */
  readonly page: (status: number) => LocalReply;
  /** What `set-log-level` says; `silent`: no line. Null: nothing was said. */
  logLevel: string | null;
}

export type RuleOutcome =
  | { readonly kind: 'continue' }
  | {
      readonly kind: 'reply';
      readonly reply: LocalReply;
      readonly reason: ReplyReason;
      /** A rule gave what cannot stand in a message, and 500 is answered (HAProxy's `failed rewrites`). */
      readonly rewriteFailed: boolean;
    };

/** Of these, `tarpitted` is answered when `timeout tarpit` has passed. */
export type ReplyReason = 'request-denied' | 'answered-here' | 'tarpitted' | 'response-denied';

/** Null: on to the next rule. */
export type Step = (context: RuleContext) => RuleOutcome | null;

export type Direction = 'request' | 'response';

/** What actions are compiled with. */
export interface RuleTools {
  readonly engine: RuleEngine;
  readonly readFile: ReadFile;
  readonly direction: Direction;
  /** For messages: `frontend web, http-request rule 2 (deny)`. */
  readonly place: string;
}

export const CONTINUE: RuleOutcome = { kind: 'continue' };
