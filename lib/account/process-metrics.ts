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
 * A registry with the process metrics. Once per process, by whoever owns the process: prom-client starts observers for
 * the event loop and the garbage collector that cannot be stopped again.
 */
export function createProcessRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
}
