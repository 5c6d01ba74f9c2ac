/**
 * The tables on a `prom-client` Registry, and registries as text a piece at a time, in Prometheus' format (0.0.4) or
 * OpenMetrics (1.0.0). Values come from the views at the moment of the scrape: nothing is kept twice.
 *
 * prom-client's own `registry.metrics()` works as well; `exposition` exists because that call writes everything in one go,
 * which at a thousand servers holds up traffic for a tenth of a second.
 *
 * Not here: what the metrics are (`metrics.ts`, `haproxy-names.ts`), HTTP (`metrics-server.ts`).
 */
import { Registry } from 'prom-client';
import type { Metric, MetricObjectWithValues, MetricValue } from 'prom-client';
import type { Clock } from '../time/clock.ts';
import { escapeLabel, Row } from './family.ts';
import type { BuildInfo, Family, SampleSink, Scrape } from './family.ts';
import { HAPROXY_FAMILIES } from './haproxy-names.ts';
import { SLUICE_FAMILIES } from './metrics.ts';
import { WHOLE_SCRAPE, scrapeOf, wants } from './scrape.ts';
import type { Naming, ScrapeRequest } from './scrape.ts';
import type { ProcessView } from './views.ts';

export type TextFormat = 'prometheus' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = {
  prometheus: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
};

/** What a registry of ours looks at. */
export interface MetricsSource {
  view(): ProcessView;
  readonly build: BuildInfo;
  readonly clock: Clock;
}

/** A family of our tables as an object a prom-client Registry can hold. */
class FamilyMetric {
  readonly family: Family;
  /** Not readonly: prom-client cuts `_total` off here when it writes OpenMetrics itself. */
  name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator = 'sum';
  readonly #scrape: () => Scrape;

  constructor(one: Family, scrape: () => Scrape) {
    this.family = one;
    this.name = one.name;
    this.help = one.help;
    this.type = one.kind;
    this.#scrape = scrape;
  }

  /** As prom-client's metrics answer: the values of this moment. */
  get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const values: MetricValue<string>[] = [];
    const sink: SampleSink = {
      sample: (suffix, row, label, word, value) => {
        const labels = label === '' ? row.labels : { ...row.labels, [label]: word };
        // A family's own name must stay unnamed, or prom-client would not rename OpenMetrics counters.
        const named = suffix === '' ? {} : { metricName: this.family.name + suffix };
        values.push({ value, labels, ...named });
      },
    };
    const scrape = this.#scrape();
    const rowCount = this.family.rowCount(scrape);
    for (let index = 0; index < rowCount; index += 1) this.family.emit(scrape, index, sink);
    return Promise.resolve(describe(this, values));
  }

  /** Nothing is kept here that could be reset. */
  reset(): void {}
}

function describe(
  metric: FamilyMetric,
  values: MetricValue<string>[],
): MetricObjectWithValues<MetricValue<string>> {
  // prom-client's types know its enum alone for `type` and `aggregator`; its code wants exactly these words.
  const { name, help, type, aggregator } = metric;
  return { name, help, type, aggregator, values } as unknown as MetricObjectWithValues<MetricValue<string>>;
}

/**
 * A new registry with every family of one naming; `registry.metrics()`, `registry.getMetricsAsJSON()` and
 * `Registry.merge` work on it as on any other. Under our own names listeners appear as with HAProxy: where
 * `option socket-stats` is set.
 */
export function createRegistry(source: MetricsSource, naming: Naming = 'sluice'): Registry {
  const registry = new Registry();
  const scrape = sharedScrape(source, naming);
  for (const one of naming === 'haproxy' ? HAPROXY_FAMILIES : SLUICE_FAMILIES) {
    // The registry calls `get` and reads name, help and type; its type asks for prom-client's four classes.
    registry.registerMetric(new FamilyMetric(one, scrape) as unknown as Metric);
  }
  return registry;
}

/** All families a registry asks in one go look at the same rows, made once. */
function sharedScrape(source: MetricsSource, naming: Naming): () => Scrape {
  let scrape: Scrape | null = null;
  return () => {
    if (scrape === null) {
      queueMicrotask(() => {
        scrape = null;
      });
      scrape = scrapeOf(source.view(), source.build, source.clock.wallMs(), { ...WHOLE_SCRAPE, naming });
    }
    return scrape;
  };
}

/** Longest a scrape works before traffic gets its turn. */
const TURN_MS = 2;
const PIECE_CHARACTERS = 64 * 1024;

/**
 * The registries' metrics as text, in pieces of about 64 KiB. After a few milliseconds of work the event loop gets a
 * turn, so a scrape never stalls traffic however many servers there are. Metrics of others (prom-client's own, an
 * embedding program's) count as scope `global`.
 */
export async function* exposition(
  registries: readonly Registry[],
  source: MetricsSource,
  request: ScrapeRequest,
  format: TextFormat,
): AsyncGenerator<string, void, void> {
  const scrape = scrapeOf(source.view(), source.build, source.clock.wallMs(), request);
  const text = new TextSink(format);
  let turnEndsMs = source.clock.nowMs() + TURN_MS;
  for (const metric of registries.flatMap(metricsOf)) {
    if (!wants(request, nameOf(metric), metric instanceof FamilyMetric ? metric.family.scope : 'global'))
      continue;
    if (!(metric instanceof FamilyMetric)) {
      await writeForeign(metric, text);
      continue;
    }
    const rowCount = metric.family.rowCount(scrape);
    if (rowCount === 0) continue;
    text.begin(metric.family.name, metric.family.kind, metric.family.help);
    for (let index = 0; index < rowCount; index += 1) {
      metric.family.emit(scrape, index, text);
      if (text.length < PIECE_CHARACTERS && index % 32 !== 0) continue;
      if (text.length >= PIECE_CHARACTERS) yield text.take();
      if (source.clock.nowMs() < turnEndsMs) continue;
      await turnOfTheLoop();
      turnEndsMs = source.clock.nowMs() + TURN_MS;
    }
  }
  if (format === 'openmetrics') text.end();
  yield text.take();
}

function nameOf(metric: FamilyMetric | ForeignMetric): string {
  return metric instanceof FamilyMetric ? metric.family.name : metric.name;
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A metric of prom-client's own classes, as far as it is documented (`get`) and needed. */
interface ForeignMetric {
  readonly name: string;
  get(): Promise<{
    readonly name: string;
    readonly help: string;
    readonly type: unknown;
    /** `metricName`: where a histogram's sample has another name than its family. */
    readonly values: readonly (MetricValue<string> & { readonly metricName?: string })[];
  }>;
}

/** prom-client's types hide `get` behind `MetricObject`. */
function metricsOf(registry: Registry): readonly (FamilyMetric | ForeignMetric)[] {
  return registry.getMetricsAsArray() as unknown as readonly (FamilyMetric | ForeignMetric)[];
}

async function writeForeign(metric: ForeignMetric, text: TextSink): Promise<void> {
  const { name, help, type, values } = await metric.get();
  text.begin(name, String(type), help);
  for (const { value, labels, metricName } of values) {
    const suffix = metricName === undefined ? '' : metricName.slice(name.length);
    text.sample(suffix, rowOf(labels), '', '', value);
  }
}

function rowOf(labels: Partial<Record<string, string | number>>): Row<null> {
  return new Row(
    Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)])),
    null,
  );
}

/** Samples as lines of text. */
class TextSink implements SampleSink {
  readonly #openMetrics: boolean;
  #text = '';
  #name = '';

  constructor(format: TextFormat) {
    this.#openMetrics = format === 'openmetrics';
  }

  get length(): number {
    return this.#text.length;
  }

  begin(name: string, kind: string, help: string): void {
    // In OpenMetrics a counter's family has the bare name and its sample `_total`.
    const bare = this.#openMetrics && kind === 'counter' ? name.replace(/_total$/, '') : name;
    this.#name = this.#openMetrics && kind === 'counter' ? `${bare}_total` : name;
    this.#text += `# HELP ${bare} ${escapeHelp(help)}\n# TYPE ${bare} ${kind}\n`;
  }

  sample(suffix: string, row: Row<unknown>, label: string, word: string, value: number): void {
    let labels = row.labelText;
    if (label !== '') {
      if (labels !== '') labels += ',';
      labels += `${label}="${escapeLabel(word)}"`;
    }
    this.#text += labels === '' ? this.#name + suffix : `${this.#name}${suffix}{${labels}}`;
    this.#text += ` ${numberText(value)}\n`;
  }

  end(): void {
    this.#text += '# EOF\n';
  }

  /** What was written since the last call. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
