/**
 * Config -> things with sockets and timers: the only place where plain data becomes a running proxy. Nothing listens and
 * nothing is probed yet when it returns.
 *
 * Not here: starting, stopping, finding by name (`load-balancer.ts`).
 */
import { createBalancer } from '../backend/balance/create.ts';
import type { BalanceFunction } from '../backend/balance/balancer.ts';
import { Backend } from '../backend/backend.ts';
import type { ConnectWatcher } from '../backend/connect.ts';
import { HealthTarget } from '../backend/health-target.ts';
import { Server, type ServerTarget } from '../backend/server.ts';
import { ServerStates, type StateListener } from '../backend/states.ts';
import { Health } from '../check/health.ts';
import { PassiveHealth } from '../check/observe.ts';
import { createProbe } from '../check/probes.ts';
import { CheckScheduler } from '../check/scheduler.ts';
import type { BackendConfig, Config, FrontendConfig, ProxyConfig, ServerConfig } from '../config/config.ts';
import { type Limit, RateLimit } from '../frontend/admit.ts';
import type { Frontend, FrontendOwner } from '../frontend/frontend.ts';
import { Acceptors } from '../frontend/acceptors.ts';
import type { Acceptor } from '../frontend/acceptor.ts';
import type { Listener } from '../frontend/listener.ts';
import type { ReadFile } from '../http/error-pages.ts';
import type { KeptConnections } from '../http/kept-connections.ts';
import type { StatsPages } from '../http/stats.ts';
import type { SampleEngine } from '../sample/engine.ts';
import { Flag } from '../shared/flag.ts';
import type { SharedMemory } from '../shared/memory.ts';
import type { Neighbours } from '../shared/neighbours.ts';
import type { StreamAccount } from '../stream/stream.ts';
import type { BindContexts } from '../tls/bind-contexts.ts';
import type { Clock } from '../time/clock.ts';
import type { DeadlineWheel } from '../time/coarse.ts';
import type { SecureTransport, Transport } from '../transport/transport.ts';
import { createEngine } from './engine.ts';
import { Figures } from './figures.ts';
import { buildFrontends } from './frontends.ts';
import type { BuiltBackend } from './routes.ts';
import { serverTls } from './tls.ts';

/** What the whole proxy is built with. */
export interface Surroundings {
  /** The numbers of all threads. Every thread builds the same things in the same order. */
  readonly memory: SharedMemory;
  /** Whoever waits in other threads. */
  readonly neighbours: Neighbours<Server>;
  readonly clock: Clock;
  readonly wheel: DeadlineWheel;
  readonly transport: Transport;
  /** For clients and servers that `transport` may be too plain for: TLS on either side. */
  readonly secure: SecureTransport;
  /** Reads the files a configuration names. */
  readonly readFile: ReadFile;
  /** 48 bytes that TLS tickets are sealed with; the same in all threads. */
  readonly ticketKeys: Buffer;
  /** Makes pages of statistics. */
  readonly stats: StatsPages;
  readonly random: () => number;
  /** Where a server is reached; asked once for each, in the order of building. */
  readonly resolve: (server: ServerConfig, backendName: string) => Promise<ServerTarget | null>;
  readonly balanceFunctions: ReadonlyMap<string, BalanceFunction>;
  readonly owner: FrontendOwner;
  readonly stateListener: StateListener;
  /** Told about every attempt to connect. */
  readonly watcher: ConnectWatcher;
  /** `elsewhere`: another thread checks the servers of all. */
  readonly checked: 'here' | 'elsewhere';
  /** The account of one frontend's sessions. */
  readonly accountOf: (proxy: ProxyConfig, frontend: FrontendConfig) => StreamAccount;
  /** Clients parked at all doors. */
  readonly parkedLimit: Limit;
  readonly waiting: Set<Listener>;
  readonly listenerFailed: (error: NodeJS.ErrnoException, listener: Listener) => void;
}

export interface Built {
  readonly frontends: readonly Frontend[];
  /** Every socket once, in an order that is the same wherever the same configuration is built. */
  readonly acceptors: readonly Acceptor[];
  readonly backends: readonly Backend[];
  readonly states: ServerStates;
  readonly checks: CheckScheduler;
  /** Connections to servers of mode http. */
  readonly kept: readonly KeptConnections[];
  /** Of `bind` lines; whoever has built them follows the files, and stops. */
  readonly certificates: readonly BindContexts[];
}

/** What an unlimited frontend counts for where a limit is derived from it, as HAProxy's built-in `maxconn`. */
const UNLIMITED_MAXCONN = 2000;

/**
 * Builds every proxy that is not disabled. Rejects with ERR_NAME_NOT_RESOLVED, ERR_UNKNOWN_BALANCE_FUNCTION or ERR_CONFIG (a
 * file of certificates that cannot be read).
 */
export async function build(config: Config, around: Surroundings): Promise<Built> {
  const proxies = config.proxies.filter((proxy) => !proxy.disabled);
  const targets = await resolveAll(proxies, around.resolve);
  const figures = new Figures(around.clock);
  const { engine, processVariables } = createEngine(figures, around);
  const states = new ServerStates(around.clock, around.stateListener);
  const servers = createServers(proxies, targets, engine, around);
  const backends = new Map<string, BuiltBackend>();
  for (const proxy of proxies) {
    if (proxy.backend === null) continue;
    const backend = createBackend(proxy, proxy.backend, config, servers, engine, around);
    states.add(backend);
    figures.addBackend(backend);
    backends.set(proxy.name, { backend, proxy });
  }
  const checks = createChecks(config, [...backends.values()], states, around);
  const processRates = [config.global.maxConnRate, config.global.maxSessRate].map(
    (perSecond) => new RateLimit(perSecond, around.memory),
  );
  const acceptors = new Acceptors();
  const { frontends, kept, certificates } = buildFrontends(proxies, {
    config,
    around,
    engine,
    processVariables,
    processRates,
    acceptors,
    backends,
  });
  for (const frontend of frontends) figures.addFrontend(frontend);
  return {
    frontends,
    acceptors: acceptors.all,
    backends: [...backends.values()].map(({ backend }) => backend),
    states,
    checks,
    kept,
    certificates,
  };
}

// --- servers and backends --------------------------------------------------------------------------------------

async function resolveAll(
  proxies: readonly ProxyConfig[],
  resolve: Surroundings['resolve'],
): Promise<ReadonlyMap<ServerConfig, ServerTarget | null>> {
  const targets = new Map<ServerConfig, ServerTarget | null>();
  const all = proxies.flatMap((proxy) => (proxy.backend?.servers ?? []).map((server) => ({ proxy, server })));
  await Promise.all(
    all.map(async ({ proxy, server }) => {
      targets.set(server, await resolve(server, proxy.name));
    }),
  );
  return targets;
}

/** All servers by `backend/server`, those that track others linked to them. */
function createServers(
  proxies: readonly ProxyConfig[],
  targets: ReadonlyMap<ServerConfig, ServerTarget | null>,
  engine: SampleEngine,
  { clock, memory }: Surroundings,
): ReadonlyMap<string, Server> {
  const servers = new Map<string, Server>();
  for (const proxy of proxies) {
    for (const [index, config] of (proxy.backend?.servers ?? []).entries()) {
      const server = new Server({
        memory,
        config,
        mode: proxy.mode,
        id: config.id === 0 ? index + 1 : config.id,
        backendName: proxy.name,
        clock,
        health: createHealth(config),
      });
      server.target = targets.get(config) ?? null;
      if (config.tls !== null) server.tls = serverTls(config.tls, engine);
      servers.set(`${proxy.name}/${config.name}`, server);
    }
  }
  for (const server of servers.values()) {
    const { track } = server.config;
    if (track === null) continue;
    const tracked = servers.get(track.includes('/') ? track : `${server.backendName}/${track}`);
    if (tracked === undefined) continue;
    server.tracked = tracked;
    tracked.trackers.push(server);
  }
  return servers;
}

/** An unchecked server is up for good. */
function createHealth({ check, initState }: ServerConfig): Health {
  return check === null
    ? new Health({ rise: 1, fall: 1, initState: 'fully-up' })
    : new Health({ rise: check.rise, fall: check.fall, initState });
}

function createBackend(
  proxy: ProxyConfig,
  backend: BackendConfig,
  config: Config,
  servers: ReadonlyMap<string, Server>,
  engine: SampleEngine,
  around: Surroundings,
): Backend {
  return new Backend({
    memory: around.memory,
    neighbours: around.neighbours,
    name: proxy.name,
    mode: proxy.mode,
    kind: proxy.kind === 'listen' ? 'listen' : 'backend',
    config: backend,
    servers: backend.servers.flatMap(({ name }) => servers.get(`${proxy.name}/${name}`) ?? []),
    nowMs: around.clock.nowMs(),
    createBalancer: (group) =>
      createBalancer(group, {
        balance: backend.balance,
        hashType: backend.hashType,
        hashBalanceFactor: backend.hashBalanceFactor,
        random: around.random,
        functions: around.balanceFunctions,
        compile: (expression) => engine.bytes(expression),
      }),
    fullconn: backend.fullconn > 0 ? backend.fullconn : defaultFullconn(proxy, config),
  });
}

/** A tenth of what the frontends that lead here admit (manual 4.2 "fullconn"). */
function defaultFullconn(proxy: ProxyConfig, config: Config): number {
  let sum = 0;
  for (const { name, frontend, disabled } of config.proxies) {
    if (frontend === null || disabled) continue;
    const named = frontend.useBackend.some(({ backend }) => backend === proxy.name);
    if (!named && (frontend.defaultBackend ?? name) !== proxy.name) continue;
    sum += frontend.maxconn || config.global.maxconn || UNLIMITED_MAXCONN;
  }
  return Math.max(1, Math.floor((sum + 9) / 10));
}

function createChecks(
  config: Config,
  backends: readonly BuiltBackend[],
  states: ServerStates,
  around: Surroundings,
): CheckScheduler {
  const scheduler = new CheckScheduler({
    clock: around.clock,
    random: around.random,
    spreadChecksPercent: config.global.spreadChecksPercent,
    maxSpreadChecksMs: config.global.maxSpreadChecksMs,
  });
  for (const { backend } of backends) {
    const timeouts = { connectMs: backend.config.timeoutConnectMs, checkMs: backend.config.timeoutCheckMs };
    for (const server of backend.servers) {
      const { check, observe, errorLimit, onError } = server.config;
      if (check === null) continue;
      if (observe === 'layer4') server.failing = new Flag(around.memory);
      if (around.checked === 'elsewhere') continue;
      const source = server.config.source ?? backend.config.source;
      const probe = createProbe(backend.config.checkType, check, {
        clock: around.clock,
        sourceAddress: source?.host ?? null,
      });
      server.check = scheduler.add(new HealthTarget(server, check, states), check, timeouts, probe);
      if (observe === 'layer4') server.passive = new PassiveHealth(server.check, { errorLimit, onError });
    }
  }
  return scheduler;
}

/** Has traffic teach the servers that are observed; `choosingFailed` is told what a policy in code threw. */
export function passiveWatcher(choosingFailed: ConnectWatcher['choosingFailed']): ConnectWatcher {
  return {
    connectSucceeded: (server) => server.passive?.connectPassed(),
    connectFailed: (server) => server.passive?.connectFailed(),
    choosingFailed,
  };
}
