/**
 * What prom-client knows about any Node process (`process_...`, `nodejs_...`): CPU, memory, descriptors, event loop lag,
 * garbage collection.
 *
 * Not here: the balancer's own metrics (`metrics.ts`).
 */
import { Registry, collectDefaultMetrics } from 'prom-client';

/** Gauges that prom-client calls `..._total`, which is a counter's suffix; their parts stay, by type. */
const MISNAMED: readonly string[] = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/**
 * Where the process keeps its one registry. The only state of this library outside its objects, for good reason: prom-client
 * starts observers (event loop, garbage collector) that it cannot stop again, so a second registry would leak them.
 */
const PLACE = Symbol.for('sluice.processRegistry');

/** The registry with the metrics of this process: the same for every balancer in it, made at the first call. */
export function processRegistry(): Registry {
  const known: unknown = Reflect.get(process, PLACE);
  if (known instanceof Registry) return known;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  Reflect.set(process, PLACE, registry);
  return registry;
}
