/**
 * A server as its check sees it: the link between the check room and this one.
 *
 * Not here: the check (`../check/check.ts`), what a result does (`states.ts`).
 */
import type { CheckTarget } from '../check/check.ts';
import type { Flip, Health } from '../check/health.ts';
import type { ProbeAddress } from '../check/probe.ts';
import type { CheckResult } from '../check/result.ts';
import type { ServerCheckConfig } from '../config/config.ts';
import type { Server } from './server.ts';
import type { ServerStates } from './states.ts';

export class HealthTarget implements CheckTarget {
  readonly #server: Server;
  readonly #config: ServerCheckConfig;
  readonly #states: ServerStates;

  constructor(server: Server, config: ServerCheckConfig, states: ServerStates) {
    this.#server = server;
    this.#config = config;
    this.#states = states;
  }

  get backendName(): string {
    return this.#server.backendName;
  }
  get serverName(): string {
    return this.#server.name;
  }
  get backup(): boolean {
    return this.#server.backup;
  }
  get health(): Health {
    return this.#server.health;
  }
  get checkable(): boolean {
    return !this.#server.inMaintenance;
  }

  /** `addr` and `port` of the check first, then the server's own; `addr` alone keeps the server's port. */
  probeAddress(): ProbeAddress | null {
    const { target } = this.#server;
    const { addr, port } = this.#config;
    if (target === null) return null;
    if (target.kind === 'unix') return addr === null ? { path: target.path } : { host: addr, port };
    const host = addr ?? (target.kind === 'tcp' ? target.address : null);
    const probePort = port > 0 ? port : target.port;
    return host === null || probePort === null ? null : { host, port: probePort };
  }

  checkEnded(result: CheckResult, flip: Flip | null): void {
    this.#states.checkEnded(this.#server, result, flip);
  }
}
