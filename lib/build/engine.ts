/**
 * The engine of samples with all that it asks besides a stream.
 *
 * Not here: samples (`../sample/`), figures of the proxy (`figures.ts`).
 */
import { hostname } from 'node:os';
import { LogDates } from '../account/log/dates.ts';
import { SampleEngine } from '../sample/engine.ts';
import type { ProxyFigures } from '../sample/sample.ts';
import { VariableScope } from '../sample/variables.ts';
import type { Surroundings } from './build.ts';

export interface BuiltEngine {
  readonly engine: SampleEngine;
  /** `proc.`: of this thread. */
  readonly processVariables: VariableScope;
}

export function createEngine(figures: ProxyFigures, around: Surroundings): BuiltEngine {
  const { clock, owner, random, readFile } = around;
  const startedMs = clock.nowMs();
  const ownHostname = hostname();
  const engine = new SampleEngine({
    figures,
    random,
    wallMs: () => clock.wallMs(),
    uptimeMs: () => clock.nowMs() - startedMs,
    stopping: () => owner.stopping,
    hostname: ownHostname,
    log: {
      pid: process.pid,
      hostname: ownHostname,
      dates: new LogDates(),
      loggedCount: 0,
      early: false,
    },
    environment: process.env,
    readFile: (path) => readFile(path).toString('latin1'),
  });
  return { engine, processVariables: new VariableScope() };
}
