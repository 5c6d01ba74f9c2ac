/**
 * createLoadBalancer: from text or Config to a LoadBalancer that listens.
 *
 * Not here: the running whole (`load-balancer.ts`), what its parts are made of (`build.ts`).
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Account } from './account/account.ts';
import { Logs, type LoggedSessions, type LogsOptions } from './account/logs.ts';
import type { DropCounter } from './account/log/line-writer.ts';
import { guarded, silentLogger, type Logger } from './account/log/logger.ts';
import type { BalanceFunction } from './backend/balance/balancer.ts';
import { lookupBySystem, resolveServer, type Lookup } from './backend/resolve.ts';
import type { ServerTarget } from './backend/server.ts';
import { build, passiveWatcher } from './build/build.ts';
import type { Config, ProxyConfig } from './config/config.ts';
import { parseConfig } from './config/parse.ts';
import { doorRoom, planDescriptors } from './descriptors.ts';
import { ConfigError, SluiceError } from './errors.ts';
import { Events } from './events.ts';
import { House } from './house.ts';
import { LoadBalancer, type Parts } from './load-balancer.ts';
import { SharedMemory } from './shared/memory.ts';
import { NO_NEIGHBOURS } from './shared/neighbours.ts';
import { Crew } from './threads/crew.ts';
import { systemClock, systemClockOriginNs, type Clock } from './time/clock.ts';
import { StatsDesk } from './stats-desk.ts';
import { DeadlineWheel } from './time/coarse.ts';
import { OwnTraffic, type Traffic } from './traffic.ts';
import { chooseTransport } from './transport/choose.ts';
import { createPublicTransport } from './transport/public.ts';

export interface LoadBalancerOptions {
  /**
   * Where notices go, warnings about configuration text among them, and with `sessionLog` one line per session; pino fits.
   * Default: nowhere.
   */
  readonly logger?: Logger;
  /** One JSON line per finished session and per change of state to `logger`. Default: false. */
  readonly sessionLog?: boolean;
  /** Where `logger` counts lines it could not write, for the metric `sluice_log_lines_dropped_total`. Default: it does not. */
  readonly logDrops?: DropCounter;
  /** Policies for `balance fn:NAME`, by name. */
  readonly balanceFunctions?: Readonly<Record<string, BalanceFunction>>;
  /** Environment for `"$NAME"` in configuration text. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /**
   * How many descriptors the process may open: without `global maxconn` the limit of sessions is derived from it, and clients
   * waiting at the door never take those that sessions need. Default: not limited by this.
   */
  readonly openDescriptorLimit?: number;
  /**
   * Called when every address is bound and before the first client is let in: the moment to give up privileges. What it throws
   * closes everything and rejects the call.
   */
  readonly bound?: () => void | Promise<void>;
  /**
   * How bytes are moved. `auto`: by what is faster than Node's documented API, if a short trial on loopback shows that it works
   * here; otherwise `logger` is told why not. `public`: by the documented API. Default: `auto`.
   */
  readonly relay?: 'auto' | 'public';
  /** The source of time; tests bring their own. */
  readonly clock?: Clock;
  /** Numbers in [0, 1), for `random` and spread checks. */
  readonly random?: () => number;
  /** How names of servers are looked up at start. */
  readonly lookup?: Lookup;
}

/**
 * Builds, binds and starts. Resolves once every listener is bound.
 *
 * Rejects with `ConfigError` (code ERR_CONFIG) for text with faults, otherwise with `SluiceError`: ERR_CONFIG (a file of
 * certificates that cannot be read), ERR_NO_LISTENER, ERR_NAME_NOT_RESOLVED, ERR_UNKNOWN_ACCOUNT, ERR_UNKNOWN_BALANCE_FUNCTION,
 * ERR_NOT_FOR_THREADS, ERR_THREAD, ERR_DESCRIPTOR_LIMIT, ERR_LOG_TARGET, ERR_ADDRESS_IN_USE, ERR_NO_RIGHT_TO_BIND, ERR_BIND. Nothing stays bound or running then.
 *
 * @param config text in HAProxy's language, or a Config from `defineConfig` or `parseConfig`.
 * @example
 * const lb = await createLoadBalancer(`
 *   listen web
 *     bind 127.0.0.1:0
 *     server a 10.0.0.1:9443 check
 * `);
 * console.log(lb.addresses[0]?.port);
 * await lb.close({ drainMs: 5000 });
 */
export async function createLoadBalancer(
  config: Config | string,
  options: LoadBalancerOptions = {},
): Promise<LoadBalancer> {
  const parts = await assemble(typeof config === 'string' ? parseText(config, options) : config, options);
  const loadBalancer = new LoadBalancer(parts);
  await loadBalancer.listen(options.bound ?? (() => {}));
  return loadBalancer;
}

async function assemble(given: Config, options: LoadBalancerOptions): Promise<Parts> {
  if (!given.proxies.some(({ disabled, frontend }) => !disabled && (frontend?.binds.length ?? 0) > 0)) {
    throw new SluiceError(
      'ERR_NO_LISTENER',
      'no frontend has an enabled bind line: there is nothing to listen on',
    );
  }
  const threadCount = threadsOf(given, options);
  const clock = options.clock ?? systemClock;
  const logger = guarded(options.logger ?? silentLogger);
  const descriptorLimit = options.openDescriptorLimit ?? Infinity;
  const config = withSessionLimit(given, threadCount, descriptorLimit, logger);
  const logs = openLogs({
    config,
    clock,
    logger,
    sessionLogger: options.sessionLog === true ? logger : null,
    sessionDrops: options.logDrops ?? null,
    pid: process.pid,
  });
  const memory = threadCount === 1 ? SharedMemory.alone() : SharedMemory.forThreads(threadCount);
  const parkedMax = doorRoom(config, threadCount, descriptorLimit);
  const house = new House({
    memory,
    neighbours: NO_NEIGHBOURS,
    clock,
    logger,
    maxconn: config.global.maxconn,
    parkedMax,
  });
  try {
    const control = { config, memory, clock, logger, logs, house, events: new Events(), descriptorLimit };
    return await bringToLife(control, options);
  } catch (error) {
    await logs.close();
    throw error;
  }
}

/** As configured; throws ERR_NOT_FOR_THREADS for options that would be left behind. */
function threadsOf({ global, proxies }: Config, options: LoadBalancerOptions): number {
  const threadCount = global.nbthread === 'auto' ? availableParallelism() : global.nbthread;
  if (threadCount === 1) return 1;
  const given = [
    options.clock === undefined ? [] : 'clock',
    options.random === undefined ? [] : 'random',
    proxies.some(({ backend }) => backend?.balance.algorithm === 'fn') ? 'balanceFunctions' : [],
  ].flat();
  if (given.length === 0) return threadCount;
  throw new SluiceError(
    'ERR_NOT_FOR_THREADS',
    `nbthread ${global.nbthread}: ${given.join(', ')} cannot be handed to worker threads; set nbthread 1, or leave it out`,
  );
}

type Control = Omit<Parts, 'built' | 'traffic' | 'stats'>;

async function bringToLife(control: Control, options: LoadBalancerOptions): Promise<Parts> {
  const { config, memory, clock, logger, logs, house, events } = control;
  const { lookup = lookupBySystem } = options;
  const { transport, notice } = await chooseTransport(options.relay ?? 'auto', {
    nowMs: () => clock.nowMs(),
    after: (delayMs, callback) => clock.after(delayMs, callback),
  });
  if (notice !== null) logger.warn(AT_START, notice);
  if (!transport.tunesKeepAlive && config.proxies.some(tunesKeepAlive))
    logger.warn(AT_START, KEEP_ALIVE_NOTICE);
  const stats = new StatsDesk(config, clock);
  const ticketKeys = randomBytes(48);
  const targets: (ServerTarget | null)[] = [];
  const files = new Map<string, Buffer>();
  const sessionLogs: LoggedSessions[] = [];
  let traffic: Traffic | null = null;
  const wheel = new DeadlineWheel(clock);
  const built = await build(config, {
    memory,
    neighbours: NO_NEIGHBOURS,
    clock,
    wheel,
    transport,
    secure: createPublicTransport({ nowMs: () => clock.nowMs() }),
    readFile: (path) => {
      const bytes = readFileSync(path);
      if (memory.threadCount > 1) files.set(path, bytes);
      return bytes;
    },
    ticketKeys,
    stats: (...asked) => stats.page(...asked),
    random: options.random ?? Math.random,
    resolve: async (server, backendName) => {
      const position = targets.push(null) - 1;
      return (targets[position] = await resolveServer(server, backendName, lookup));
    },
    balanceFunctions: new Map(Object.entries(options.balanceFunctions ?? {})),
    owner: house,
    stateListener: {
      stateLine: (backend, line) => logs.stateLine(backend.name, line),
      serverChanged: (event) => events.serverChanged(event),
      healthChanged: (server, up) => traffic?.follow(server, { kind: 'health', up }),
    },
    watcher: passiveWatcher(house.choosingFailed),
    checked: 'here',
    accountOf: (proxy, frontend) => {
      const log = logs.sessionListener(proxy, frontend);
      sessionLogs.push(log);
      return new Account([log, house, events]);
    },
    parkedLimit: house.parkedLimit,
    waiting: house.waiting,
    listenerFailed: house.listenerFailed,
  });
  house.frontends = built.frontends;
  traffic =
    memory.threadCount === 1
      ? new OwnTraffic(house, built, clock, wheel)
      : new Crew({
          start: {
            config,
            targets,
            clockOriginNs: systemClockOriginNs(),
            ticketKeys,
            files,
            parkedMax: house.parkedLimit.max,
            // What does not work here is not tried again in every thread.
            relay: notice === null ? (options.relay ?? 'auto') : 'public',
            reports: sessionLogs.map(({ wants }) => wants),
          },
          clock,
          logger,
          memory,
          stats: (...asked) => stats.page(...asked),
          built,
          listeners: sessionLogs.map((log) => [log, events]),
          sessionsOf: (thread) => house.processLimit.count.of(thread),
        });
  return { ...control, built, traffic, stats };
}

/** Something is not as the configuration asks: the command shows it even where nobody looks at a log. */
const AT_START = { event: 'start' };

const KEEP_ALIVE_NOTICE =
  'this Node cannot set interval and count of TCP keep-alive (24 and later can): clitcpka-intvl, clitcpka-cnt, ' +
  'srvtcpka-intvl and srvtcpka-cnt have no effect, and with clitcpka-idle or srvtcpka-idle they are 1 s and 10';

function tunesKeepAlive({ options }: ProxyConfig): boolean {
  const { clientKeepAliveTuning: client, serverKeepAliveTuning: server } = options;
  return [client, server].some(({ idleMs, intervalMs, count }) => idleMs > 0 || intervalMs > 0 || count > 0);
}

/**
 * With `maxconn` as configured, or what the descriptors suffice for. Where they do not, throws ERR_DESCRIPTOR_LIMIT, or warns
 * under `no strict-limits`.
 */
function withSessionLimit(
  config: Config,
  threadCount: number,
  descriptorLimit: number,
  logger: Logger,
): Config {
  if (!Number.isFinite(descriptorLimit)) return config;
  const plan = planDescriptors(config, threadCount, descriptorLimit);
  if (plan.kind === 'too few') {
    if (config.global.strictLimits) throw new SluiceError('ERR_DESCRIPTOR_LIMIT', plan.message);
    logger.warn(AT_START, plan.message);
  }
  return { ...config, global: { ...config.global, maxconn: plan.maxconn } };
}

function openLogs(options: LogsOptions): Logs {
  try {
    return new Logs(options);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError('ERR_LOG_TARGET', `a log target cannot be opened: ${reason}`, { cause });
  }
}

function parseText(text: string, options: LoadBalancerOptions): Config {
  const parsed = parseConfig([{ file: 'configuration', text }], {
    environment: options.environment ?? process.env,
  });
  if (parsed.config === null) throw new ConfigError(parsed.diagnostics);
  const logger = guarded(options.logger ?? silentLogger);
  for (const { severity, code, place, message } of parsed.diagnostics) {
    const fields = { code, line: place?.line ?? null, column: place?.column ?? null };
    if (severity === 'warning') logger.warn(fields, message);
    else logger.info(fields, message);
  }
  return parsed.config;
}
