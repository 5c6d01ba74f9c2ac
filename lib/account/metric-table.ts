/**
 * How the tables of our own metrics are written: families of one scope, added one after the other.
 *
 * Not here: which there are (`metrics.ts`, `http-metrics.ts`).
 */
import { PAUSE_REASONS, REFUSAL_REASONS } from './counters.ts';
import type { PauseReason, RefusalReason, TrafficCounters } from './counters.ts';
import { family } from './family.ts';
import type { Family, LookOf, MetricKind, Reading, Scope, Unit } from './family.ts';
import { RESPONSE_CLASSES } from './http-counters.ts';
import type { ResponseClass } from './http-counters.ts';
import { END_REASONS } from './session.ts';
import type { EndReason } from './session.ts';
import type { Tally } from './tally.ts';

const DIRECTIONS = ['in', 'out'];

/** Adds families of one scope; names get the scope's prefix. */
export class Table<S extends Scope> {
  readonly families: Family[] = [];
  readonly #scope: S;
  readonly #prefix: string;

  constructor(scope: S, prefix: string) {
    this.#scope = scope;
    this.#prefix = prefix;
  }

  add(kind: MetricKind, unit: Unit, name: string, help: string, reading: Reading<LookOf[S]>): this {
    this.families.push(family(this.#scope, kind, unit, this.#prefix + name, help, reading));
    return this;
  }

  gauge(
    unit: Unit,
    name: string,
    help: string,
    read: (look: LookOf[S], wallMs: number) => number | null,
  ): this {
    return this.add('gauge', unit, name, help, { as: 'number', read });
  }

  counter(unit: Unit, name: string, help: string, read: (look: LookOf[S]) => number | null): this {
    return this.add('counter', unit, `${name}_total`, help, { as: 'number', read });
  }

  /** Bytes both ways under one name. */
  bytes(traffic: (look: LookOf[S]) => TrafficCounters): this {
    return this.add(
      'counter',
      'bytes',
      'bytes_total',
      'Bytes relayed: in from clients, out to clients; counted while sessions run.',
      {
        as: 'words',
        label: 'direction',
        words: DIRECTIONS,
        read: (look, word) => (word === 'in' ? traffic(look).bytesIn : traffic(look).bytesOut),
      },
    );
  }

  /** One 0/1 sample a state. */
  state(help: string, states: readonly string[], read: (look: LookOf[S]) => string): this {
    return this.add('gauge', 'state', 'state', help, {
      as: 'words',
      label: 'state',
      words: states,
      read: (look, word) => (read(look) === word ? 1 : 0),
    });
  }

  /** Ends of sessions by reason. */
  closes(read: (look: LookOf[S], reason: EndReason) => number): this {
    return this.add(
      'counter',
      'sessions',
      'closes_total',
      'Sessions, in mode http requests, that ended, by the reason of their end.',
      {
        as: 'words',
        label: 'reason',
        words: END_REASONS,
        read: (look, word) => read(look, asWord(END_REASONS, word)),
      },
    );
  }

  /** Answers of mode http by class. */
  responses(help: string, read: (look: LookOf[S]) => Tally<ResponseClass> | null): this {
    return this.add('counter', 'requests', 'http_responses_total', help, {
      as: 'words',
      label: 'code',
      words: RESPONSE_CLASSES,
      read: (look, word) => read(look)?.get(asWord(RESPONSE_CLASSES, word)) ?? null,
    });
  }

  refusals(read: (look: LookOf[S], reason: RefusalReason) => number): this {
    const help = 'Clients turned away before they became a session, by reason.';
    return this.add('counter', 'connections', 'refusals_total', help, {
      as: 'words',
      label: 'reason',
      words: REFUSAL_REASONS,
      read: (look, word) => read(look, asWord(REFUSAL_REASONS, word)),
    });
  }

  pauses(read: (look: LookOf[S], reason: PauseReason) => number): this {
    const help = 'Clients that had to wait at the door, by the limit they met.';
    return this.add('counter', 'times', 'accept_pauses_total', help, {
      as: 'words',
      label: 'reason',
      words: PAUSE_REASONS,
      read: (look, word) => read(look, asWord(PAUSE_REASONS, word)),
    });
  }
}

/** `word` comes from the same list; this only says so to the compiler. */
export function asWord<Word extends string>(words: readonly Word[], word: string): Word {
  const found = words.find((one) => one === word);
  if (found === undefined) throw new RangeError(`unknown word ${word}`);
  return found;
}
