/**
 * What a metric family is: a row of the tables in `metrics.ts` and `haproxy-names.ts`, told how its values are read from
 * the views at the moment of a scrape. Nothing is counted here and nothing is kept between scrapes.
 *
 * Not here: which families there are (`metrics.ts`, `haproxy-names.ts`), how samples become text (`prometheus.ts`).
 */
import type { Histogram } from './histogram.ts';
import type { BackendView, FrontendView, ListenerView, ProcessView, ServerView } from './views.ts';

/** In the order of a page. `global` is the process. */
export const SCOPES = ['global', 'frontend', 'listener', 'backend', 'server'] as const;
export type Scope = (typeof SCOPES)[number];

export type MetricKind = 'counter' | 'gauge' | 'histogram';

/** What the numbers count; `ratio` is 0 to 1. */
export type Unit =
  | 'seconds'
  | 'bytes'
  | 'sessions'
  | 'connections'
  | 'servers'
  | 'requests'
  | 'checks'
  | 'lines'
  | 'ratio'
  | 'times'
  | 'state';

/** The version of this program and of Node, for the `..._build_info` families. */
export interface BuildInfo {
  readonly version: string;
  readonly nodeVersion: string;
}

export interface ProcessLook {
  readonly process: ProcessView;
  readonly build: BuildInfo;
}

export interface ListenerLook {
  readonly frontend: FrontendView;
  readonly listener: ListenerView;
}

/** What a family of each scope looks at. */
export interface LookOf {
  readonly global: ProcessLook;
  readonly frontend: FrontendView;
  readonly listener: ListenerLook;
  readonly backend: BackendView;
  readonly server: ServerView;
}

/** One thing with its labels, e.g. `{ backend: 'app', server: 'a' }`. */
export class Row<Look> {
  readonly labels: Readonly<Record<string, string>>;
  readonly look: Look;
  #labelText: string | null = null;

  constructor(labels: Readonly<Record<string, string>>, look: Look) {
    this.labels = labels;
    this.look = look;
  }

  /** The labels ready to be written. */
  get labelText(): string {
    this.#labelText ??= Object.entries(this.labels)
      .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
      .join(',');
    return this.#labelText;
  }
}

/** The rows of one scope, each made when it is first asked for and the same from then on. */
export class Rows<Look> {
  readonly #looks: readonly Look[];
  readonly #labelsOf: (look: Look) => Readonly<Record<string, string>>;
  readonly #rows: (Row<Look> | undefined)[] = [];

  constructor(looks: readonly Look[], labelsOf: (look: Look) => Readonly<Record<string, string>>) {
    this.#looks = looks;
    this.#labelsOf = labelsOf;
  }

  get length(): number {
    return this.#looks.length;
  }

  /** Undefined beyond the last one. */
  at(index: number): Row<Look> | undefined {
    const known = this.#rows[index];
    const look = this.#looks[index];
    if (known !== undefined || look === undefined) return known;
    const row = new Row(this.#labelsOf(look), look);
    this.#rows[index] = row;
    return row;
  }
}

/** Everything one scrape looks at. `wallMs` is the moment: ages are measured from it. */
export interface Scrape {
  readonly wallMs: number;
  readonly rows: { readonly [S in Scope]: Rows<LookOf[S]> };
}

/** Takes samples. `label` is empty where the row's own labels are all; `word` is not escaped yet. */
export interface SampleSink {
  sample(suffix: string, row: Row<unknown>, label: string, word: string, value: number): void;
}

/**
 * How values are read.
 * - `number`: one sample a row; null: this row has none.
 * - `words`: one sample a word, for a closed set, so that a word that never occurred stands at 0.
 * - `counts`: the same, where all words are read in one go, because that looks at thousands of things.
 * - `pairs`: one sample a pair, for sets known at run time only.
 * - `info`: always 1, the facts stand in the labels.
 * - `histogram`: null: this row has none.
 */
export type Reading<Look> =
  | { readonly as: 'number'; readonly read: (look: Look, wallMs: number) => number | null }
  | {
      readonly as: 'words';
      readonly label: string;
      readonly words: readonly string[];
      readonly read: (look: Look, word: string) => number | null;
    }
  | {
      readonly as: 'counts';
      readonly label: string;
      readonly words: readonly string[];
      readonly read: (look: Look) => ReadonlyMap<string, number>;
    }
  | {
      readonly as: 'pairs';
      readonly label: string;
      readonly read: (look: Look) => Iterable<readonly [string, number]>;
    }
  | {
      readonly as: 'info';
      readonly labels: readonly string[];
      readonly read: (look: Look) => Readonly<Record<string, string>>;
    }
  | { readonly as: 'histogram'; readonly read: (look: Look) => Histogram | null };

/** One metric family, whatever it looks at. */
export interface Family {
  readonly name: string;
  readonly kind: MetricKind;
  readonly unit: Unit;
  readonly scope: Scope;
  readonly help: string;
  /** Labels beyond those of the scope. */
  readonly extraLabels: readonly string[];
  rowCount(scrape: Scrape): number;
  /** Gives the samples of the row at `index`. */
  emit(scrape: Scrape, index: number, sink: SampleSink): void;
}

/** Makes a family of its definition; the scope decides what `reading` is given to look at. */
export function family<S extends Scope>(
  scope: S,
  kind: MetricKind,
  unit: Unit,
  name: string,
  help: string,
  reading: Reading<LookOf[S]>,
): Family {
  return {
    name,
    kind,
    unit,
    scope,
    help,
    extraLabels: extraLabels(reading),
    rowCount: (scrape) => scrape.rows[scope].length,
    emit: (scrape, index, sink) => {
      const rows: Rows<LookOf[S]> = scrape.rows[scope];
      const row = rows.at(index);
      if (row !== undefined) emitRow(reading, row, scrape.wallMs, sink);
    },
  };
}

function extraLabels<Look>(reading: Reading<Look>): readonly string[] {
  switch (reading.as) {
    case 'words':
    case 'counts':
    case 'pairs':
      return [reading.label];
    case 'info':
      return reading.labels;
    case 'histogram':
      return ['le'];
    case 'number':
      return [];
  }
}

function emitRow<Look>(reading: Reading<Look>, row: Row<Look>, wallMs: number, sink: SampleSink): void {
  switch (reading.as) {
    case 'number': {
      const value = reading.read(row.look, wallMs);
      if (value !== null) sink.sample('', row, '', '', value);
      return;
    }
    case 'words':
      for (const word of reading.words) {
        const value = reading.read(row.look, word);
        if (value !== null) sink.sample('', row, reading.label, word, value);
      }
      return;
    case 'counts': {
      const counts = reading.read(row.look);
      for (const word of reading.words) sink.sample('', row, reading.label, word, counts.get(word) ?? 0);
      return;
    }
    case 'pairs':
      for (const [word, value] of reading.read(row.look)) sink.sample('', row, reading.label, word, value);
      return;
    case 'info':
      sink.sample('', new Row({ ...row.labels, ...reading.read(row.look) }, row.look), '', '', 1);
      return;
    case 'histogram': {
      const histogram = reading.read(row.look);
      if (histogram !== null) emitHistogram(histogram, row, sink);
    }
  }
}

/** Prometheus wants buckets cumulative, the hot path does not. */
function emitHistogram(histogram: Histogram, row: Row<unknown>, sink: SampleSink): void {
  let cumulative = 0;
  for (let index = 0; index < histogram.boundsSeconds.length; index += 1) {
    cumulative += histogram.countIn(index);
    sink.sample('_bucket', row, 'le', String(histogram.boundsSeconds[index]), cumulative);
  }
  sink.sample('_bucket', row, 'le', '+Inf', histogram.count);
  sink.sample('_sum', row, '', '', histogram.sumSeconds);
  sink.sample('_count', row, '', '', histogram.count);
}

/** A label's value as the text formats want it: backslash, quote and line feed escaped. */
export function escapeLabel(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** How often each word comes up among many things; null is no word. */
export function countWords<One>(
  all: Iterable<One>,
  wordOf: (one: One) => string | null,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of all) {
    const word = wordOf(one);
    if (word !== null) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
