/**
 * LoadBalancer: the running whole. Starts, drains and closes; finds frontends, backends and servers by name; tells what
 * happens as events.
 *
 *     createLoadBalancer --> running --drain--> draining --close--> closed
 *                               |                                    ^
 *                               +--------------close-----------------+
 *
 * Embeddable: no signal handler, no exit, no output of its own, nothing at module level; several live in one process.
 *
 * Not here: making things from the configuration (`build.ts`), the command (`cli/`).
 */
import { EventEmitter } from 'node:events';
import type { Registry } from 'prom-client';
import type { Logs } from './account/logs.ts';
import type { Logger } from './account/log/logger.ts';
import { stateDumps } from './account/log/state-dump.ts';
import { MetricsServer } from './account/metrics-server.ts';
import { createRegistry, type MetricsSource } from './account/prometheus.ts';
import type { SessionRecord, SessionStart } from './account/session.ts';
import { statsOf, type Stats } from './account/stats.ts';
import type { ProcessView } from './account/views.ts';
import type { AdminState, Server } from './backend/server.ts';
import type { ServerStateEvent } from './backend/states.ts';
import { viewBackend } from './backend/view.ts';
import type { Built } from './build/build.ts';
import type { Config } from './config/config.ts';
import { SluiceError } from './errors.ts';
import { viewFrontend } from './frontend/view.ts';
import type { Announcement, Events } from './events.ts';
import type { House } from './house.ts';
import type { SharedMemory } from './shared/memory.ts';
import type { StatsDesk } from './stats-desk.ts';
import type { Clock, Timer } from './time/clock.ts';
import type { ListeningAddress, Traffic } from './traffic.ts';
import { ownVersion } from './version.ts';

/**
 * Every event with what it carries. Listeners run after the fact, in a microtask of their own, so they cannot get between the
 * steps of a session. One that throws is an uncaught exception, as everywhere in Node.
 */
export interface LoadBalancerEvents {
  /** A client was let in. */
  connection: [SessionStart];
  /** A session has ended, however; the record tells all about it. */
  close: [SessionRecord];
  /** A server went up, down, into or out of drain or maintenance. A changed weight is none of these. */
  serverState: [ServerStateEvent];
  /** No more clients are accepted from now on. */
  drain: [];
}

export interface CloseOptions {
  /** How long sessions may go on, in milliseconds; 0 cuts at once, Infinity waits for the last one. Default 0. */
  readonly drainMs?: number;
}

/** What came of `close`. */
export interface CloseOutcome {
  /** Sessions that had not ended by themselves. */
  readonly cutSessions: number;
}

/** What a LoadBalancer is made of. */
export interface Parts {
  readonly config: Config;
  readonly memory: SharedMemory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly logs: Logs;
  readonly house: House;
  readonly events: Events;
  readonly built: Built;
  readonly traffic: Traffic;
  readonly stats: StatsDesk;
  readonly descriptorLimit: number;
}

type State = 'running' | 'draining' | 'closed';

/** Made by `createLoadBalancer`. */
export class LoadBalancer extends EventEmitter<LoadBalancerEvents> {
  readonly config: Config;
  readonly #memory: SharedMemory;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #logs: Logs;
  readonly #metricsServer: MetricsServer;
  readonly #metricsSource: MetricsSource;
  readonly #built: Built;
  readonly #house: House;
  readonly #traffic: Traffic;
  readonly #startedWallMs: number;
  readonly #startedMs: number;
  readonly #descriptorLimit: number;
  #state: State = 'running';
  /** Every listener has been bound; a start that fails has nothing to say about stopping. */
  #listening = false;
  #drainTimer: Timer | null = null;
  #doorsClosed = false;
  #closing: Promise<CloseOutcome> | null = null;

  /** Only `createLoadBalancer` calls this; nothing listens yet. */
  constructor(parts: Parts) {
    super();
    this.config = parts.config;
    this.#memory = parts.memory;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#logs = parts.logs;
    this.#built = parts.built;
    this.#house = parts.house;
    this.#traffic = parts.traffic;
    this.#descriptorLimit = parts.descriptorLimit;
    this.#startedWallMs = parts.clock.wallMs();
    this.#startedMs = parts.clock.nowMs();
    this.#metricsSource = {
      view: () => this.view(),
      build: { version: ownVersion(), nodeVersion: process.version },
      clock: parts.clock,
    };
    this.#metricsServer = new MetricsServer({
      ...this.#metricsSource,
      ready: () => this.#listening && this.#state === 'running',
      processMetrics: true,
      logger: parts.logger,
    });
    parts.stats.view = () => this.view();
    parts.events.announce = (announcement) => this.#announce(announcement);
    parts.events.wanted = (event) => this.listenerCount(event) > 0;
    // Told before the listener is there, or gone.
    const changed = (): void => queueMicrotask(() => this.#tellWanted());
    for (const event of ['newListener', 'removeListener']) (this as EventEmitter).on(event, changed);
  }

  // --- life --------------------------------------------------------------------------------------------------

  /**
   * Binds everything, has `bound` do what must be done before anybody comes in, then opens the doors and starts checking. Called
   * once, by `createLoadBalancer`.
   */
  async listen(bound: () => void | Promise<void>): Promise<void> {
    try {
      await this.#traffic.listen();
      this.#followCertificates();
      for (const address of this.config.global.metrics) await this.#metricsServer.listen(address);
      await bound();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#listening = true;
    this.#traffic.open();
    this.#built.checks.start();
  }

  get state(): State {
    return this.#state;
  }

  /** Every address that is being listened on, in the order of the configuration. */
  get addresses(): readonly ListeningAddress[] {
    return this.#traffic.addresses;
  }

  /** Where `/metrics`, `/livez` and `/readyz` are served. */
  get metricsAddresses(): readonly { readonly address: string; readonly port: number }[] {
    return this.#metricsServer.listeners;
  }

  /**
   * Stops accepting after `graceMs` and checking at once; sessions go on. `/readyz` says 503 from now on. Does nothing the
   * second time.
   */
  drain(options: { readonly graceMs?: number } = {}): void {
    if (this.#state !== 'running') return;
    this.#state = 'draining';
    this.#announce({ event: 'drain', details: [] });
    this.#built.checks.stop();
    for (const contexts of this.#built.certificates) contexts.stop();
    const graceMs = options.graceMs ?? 0;
    if (graceMs > 0) this.#drainTimer = this.#clock.after(graceMs, () => void this.#closeListeners());
    else void this.#closeListeners();
  }

  /**
   * Drains (a grace period ends now), waits for the sessions as long as `drainMs` allows, cuts the rest (the client gets
   * FIN) and releases everything. A second call may shorten the wait of the first; both resolve at the end.
   */
  close(options: CloseOptions = {}): Promise<CloseOutcome> {
    this.drain();
    void this.#closeListeners();
    const ended = this.#traffic.end(options.drainMs ?? 0);
    this.#closing ??= this.#finish(ended);
    return this.#closing;
  }

  async #closeListeners(): Promise<void> {
    this.#drainTimer?.cancel();
    this.#drainTimer = null;
    if (!this.#doorsClosed && this.#listening) this.#logStop();
    this.#doorsClosed = true;
    await this.#traffic.closeDoors();
  }

  /** HAProxy's words when proxies stop (reference 12). */
  #logStop(): void {
    this.#memory.gather();
    const { frontends, backends } = this.#built;
    for (const name of new Set([...frontends, ...backends].map((proxy) => proxy.name))) {
      const frontend = frontends.find((one) => one.name === name)?.counters.connectionsTotal ?? 0;
      const backend = backends.find((one) => one.name === name)?.counters.sessionsTotal ?? 0;
      const text = `Proxy ${name} stopped (cumulated conns: FE: ${frontend}, BE: ${backend}).`;
      this.#logs.stateLine(name, { level: 'warning', text });
    }
  }

  async #finish(ended: Promise<number>): Promise<CloseOutcome> {
    const cutSessions = await ended;
    await this.#closeListeners();
    this.#built.checks.stop();
    await this.#traffic.release();
    await this.#metricsServer.close();
    await this.#logs.close();
    this.#state = 'closed';
    return { cutSessions };
  }

  #followCertificates(): void {
    for (const contexts of this.#built.certificates) {
      contexts.follow(this.#clock, {
        certificatesReloaded: (files) =>
          this.#logger.info({ event: 'certificates', files }, 'changed certificates have been taken up'),
        certificatesUnusable: (reason) =>
          this.#logger.warn(
            { event: 'certificates' },
            `changed certificates cannot be used, the old ones stay: ${reason}`,
          ),
      });
    }
  }

  // --- looking -----------------------------------------------------------------------------------------------

  /** The running proxy as metrics see it; read-only, up to the moment. */
  view(): ProcessView {
    this.#house.countBytes();
    this.#memory.gather();
    const { frontends, backends } = this.#built;
    const nowMs = this.#clock.nowMs();
    return {
      startedWallMs: this.#startedWallMs,
      uptimeMs: nowMs - this.#startedMs,
      maxconn: this.#house.processLimit.max,
      sessionsNow: this.#house.processLimit.now,
      sessionsTotal: this.#house.sessionsTotal,
      sessionRateNow: this.#house.sessionRate.perSecond(nowMs),
      sessionRateMax: this.#house.sessionRate.max,
      connectionRateLimit: this.config.global.maxConnRate,
      sessionRateLimit: this.config.global.maxSessRate,
      stopping: this.#state !== 'running',
      threadCount: this.#memory.threadCount,
      threadsReplacedTotal: this.#traffic.replacedCount,
      listenerCount: this.addresses.length,
      maxDescriptors: Number.isFinite(this.#descriptorLimit) ? this.#descriptorLimit : 0,
      droppedLogLines: this.#logs.dropped,
      frontends: frontends.map(viewFrontend),
      backends: backends.map((backend) => viewBackend(backend, this.#clock)),
    };
  }

  /** A plain copy of the main figures, for programs and tests. */
  stats(): Stats {
    return statsOf(this.view());
  }

  /**
   * Writes the states of all servers to the logs of their proxies, as HAProxy does on SIGHUP, and returns the lines it shows
   * on standard error.
   */
  logServerStates(): readonly string[] {
    return stateDumps(this.view(), this.config.proxies).flatMap(({ proxyName, heading, lines }) => {
      for (const text of [heading, ...lines]) this.#logs.stateLine(proxyName, { level: 'notice', text });
      return lines;
    });
  }

  /** A new prom-client registry with all `sluice_` metrics, to be merged with a program's own. */
  createRegistry(): Registry {
    return createRegistry(this.#metricsSource);
  }

  /** Every running session as it stands now; its ending is not known yet and says `normal`. */
  async sessions(): Promise<readonly SessionRecord[]> {
    return await this.#traffic.sessions();
  }

  // --- operator: each throws ERR_CLOSED after the end ----------------------------------------------------------

  /** `maint`: no new sessions, no checks; `drain`: no new sessions; `ready`: as its health says. Throws ERR_UNKNOWN_NAME. */
  setServerState(backendName: string, serverName: string, state: AdminState): void {
    const server = this.#server(backendName, serverName);
    this.#built.states.setAdmin(server, state);
    this.#traffic.follow(server, { kind: 'admin', admin: state });
  }

  /**
   * Sets a server's weight, 0 to 256. Throws ERR_UNKNOWN_NAME, ERR_OUT_OF_RANGE, or ERR_STATIC_WEIGHT where the
   * algorithm takes no other weights than 0 and the configured one.
   */
  setServerWeight(backendName: string, serverName: string, weight: number): void {
    const server = this.#server(backendName, serverName);
    if (!Number.isInteger(weight) || weight < 0 || weight > 256) {
      throw new SluiceError(
        'ERR_OUT_OF_RANGE',
        `weight ${weight} of ${backendName}/${serverName} is not 0 to 256`,
      );
    }
    const dynamic =
      this.#built.backends.find((backend) => backend.name === backendName)?.dynamicWeights ?? true;
    if (!dynamic && weight !== 0 && weight !== server.config.weight) {
      throw new SluiceError(
        'ERR_STATIC_WEIGHT',
        `backend ${backendName} uses a static algorithm: the weight may be 0 or ${server.config.weight}`,
      );
    }
    this.#built.states.setWeight(server, weight);
    this.#traffic.follow(server, { kind: 'weight', weight });
  }

  /** Sets a server's limit of concurrent sessions; 0: none. Throws ERR_UNKNOWN_NAME or ERR_OUT_OF_RANGE. */
  setServerMaxconn(backendName: string, serverName: string, maxconn: number): void {
    const server = this.#server(backendName, serverName);
    if (!Number.isInteger(maxconn) || maxconn < 0) {
      throw new SluiceError(
        'ERR_OUT_OF_RANGE',
        `maxconn ${maxconn} of ${backendName}/${serverName} is below 0`,
      );
    }
    server.maxconn = maxconn;
    this.#traffic.follow(server, { kind: 'maxconn', maxconn });
  }

  #server(backendName: string, serverName: string): Server {
    if (this.#state === 'closed') throw new SluiceError('ERR_CLOSED', 'the load balancer is closed');
    const backend = this.#built.backends.find(({ name }) => name === backendName);
    const server = backend?.servers.find(({ name }) => name === serverName);
    if (server === undefined) {
      const what = backend === undefined ? `backend ${backendName}` : `server ${backendName}/${serverName}`;
      throw new SluiceError('ERR_UNKNOWN_NAME', `there is no ${what}`);
    }
    return server;
  }

  // --- events ------------------------------------------------------------------------------------------------

  #tellWanted(): void {
    this.#traffic.eventsWanted({
      connection: this.listenerCount('connection') > 0,
      close: this.listenerCount('close') > 0,
    });
  }

  /** Listeners belong to the embedding program: whatever they do must not happen in the middle of a session's end. */
  #announce(announcement: Announcement): void {
    if (this.listenerCount(announcement.event) === 0) return;
    queueMicrotask(() => {
      this.emit(announcement.event, ...(announcement.details as never));
    });
  }
}
