/**
 * Frontends: their listeners, and what is made of a client that comes in through them.
 *
 * Not here: servers and backends (`build.ts`), where streams and requests go (`routes.ts`, `http-routes.ts`).
 */
import { FrontendCounters } from '../account/counters.ts';
import type { Config, FrontendConfig, ProxyConfig } from '../config/config.ts';
import { SluiceError } from '../errors.ts';
import { type Acceptors, listenAddresses, sharedName } from '../frontend/acceptors.ts';
import { Limit, RateLimit } from '../frontend/admit.ts';
import { Frontend, type OpenSession } from '../frontend/frontend.ts';
import { Handshakes } from '../frontend/handshakes.ts';
import { Listener } from '../frontend/listener.ts';
import { ClientConnection } from '../http/client-connection.ts';
import type { SampleEngine } from '../sample/engine.ts';
import type { VariableScope } from '../sample/variables.ts';
import { Stream, type StreamAccount, type StreamRoute } from '../stream/stream.ts';
import type { BindContexts } from '../tls/bind-contexts.ts';
import { loadHttpParser } from '../transport/node-internals.ts';
import type { Transport } from '../transport/transport.ts';
import type { Built, Surroundings } from './build.ts';
import { HttpRoutes } from './http-routes.ts';
import { logSampler } from './log-samples.ts';
import { bindContexts } from './tls.ts';
import { type BuiltBackend, reachableBackends, tcpChoice } from './routes.ts';

/** How many clients may wait at a door where `backlog` does not say it: what kernels allow by default. */
const BACKLOG = 4096;

export interface FrontendParts {
  readonly config: Config;
  readonly around: Surroundings;
  readonly engine: SampleEngine;
  readonly processVariables: VariableScope;
  readonly processRates: readonly RateLimit[];
  readonly acceptors: Acceptors;
  readonly backends: ReadonlyMap<string, BuiltBackend>;
}

type FrontProxy = ProxyConfig & { readonly frontend: FrontendConfig };

/** Throws ERR_CONFIG for files that cannot be used, ERR_HTTP_PARSER where mode http cannot be had. */
export function buildFrontends(
  proxies: readonly ProxyConfig[],
  parts: FrontendParts,
): Pick<Built, 'frontends' | 'kept' | 'certificates'> {
  const fronts = proxies.filter(hasFrontend);
  const httpRoutes = fronts.some(({ mode }) => mode === 'http') ? createHttpRoutes(parts) : null;
  const secured = needTls(fronts, parts);
  const certificates: BindContexts[] = [];
  const frontends = fronts.map((proxy) =>
    createFrontend(proxy, secured.has(proxy), httpRoutes, certificates, parts),
  );
  return { frontends, kept: httpRoutes?.kept ?? [], certificates };
}

/** The very objects: a `listen` is known as one proxy, whose rules are applied once, by its identity. */
function hasFrontend(proxy: ProxyConfig): proxy is FrontProxy {
  return proxy.frontend !== null;
}

function createHttpRoutes({ around, engine, processVariables }: FrontendParts): HttpRoutes {
  const binding = loadHttpParser();
  if (typeof binding !== 'string') return new HttpRoutes(around, engine, processVariables, binding);
  throw new SluiceError('ERR_HTTP_PARSER', `mode http cannot be had: ${binding}`);
}

/** Those with TLS on either side, and those that share an address with one of these. */
function needTls(fronts: readonly FrontProxy[], { backends, config }: FrontendParts): Set<FrontProxy> {
  const names = (proxy: FrontProxy): string[] =>
    proxy.frontend.binds.flatMap((bind) =>
      listenAddresses(bind, config.global.unixBind).flatMap((address) => sharedName(address) ?? []),
    );
  const needing = new Set(
    fronts.filter(
      (proxy) =>
        proxy.frontend.binds.some(({ tls }) => tls !== null) ||
        reachableBackends(proxy, proxy.frontend, backends).some((name) =>
          backends.get(name)?.backend.servers.some((server) => server.config.tls !== null),
        ),
    ),
  );
  for (let before = -1; before !== needing.size; ) {
    before = needing.size;
    const taken = new Set([...needing].flatMap(names));
    for (const proxy of fronts) if (names(proxy).some((name) => taken.has(name))) needing.add(proxy);
  }
  return needing;
}

function createFrontend(
  proxy: FrontProxy,
  secured: boolean,
  httpRoutes: HttpRoutes | null,
  certificates: BindContexts[],
  parts: FrontendParts,
): Frontend {
  const { config, around, processRates, acceptors } = parts;
  const { frontend } = proxy;
  const { memory, clock, owner } = around;
  const transport = secured ? around.secure : around.transport;
  const limit = new Limit(frontend.maxconn, memory);
  const counters = new FrontendCounters(memory, proxy.mode);
  const account = around.accountOf(proxy, frontend);
  const open =
    proxy.mode === 'http' && httpRoutes !== null
      ? openHttp(proxy, counters, account, transport, httpRoutes, parts)
      : openTcp(proxy, counters, account, transport, parts);
  const built = new Frontend({
    name: proxy.name,
    config: frontend,
    counters,
    limit,
    clock,
    owner,
  });
  const rates = [...processRates, new RateLimit(frontend.rateLimitSessions, memory)].filter(
    (rate) => rate.perSecond > 0,
  );
  const handshakes = new Handshakes({
    frontendName: proxy.name,
    counters,
    account,
    nextStreamId: () => owner.nextStreamId(),
    transport: around.secure,
    timeoutMs: frontend.timeoutClientMs,
    clock,
    wheel: around.wheel,
    open,
  });
  const { entered } = built;
  let position = 0;
  for (const bind of frontend.binds) {
    const backlog = bind.backlog || frontend.backlog || BACKLOG;
    const contexts =
      bind.tls === null ? null : bindContexts(bind.tls, config.global.crtBase, proxy.mode, around);
    if (contexts !== null) certificates.push(contexts);
    for (const address of listenAddresses(bind, config.global.unixBind)) {
      position += 1;
      const id = bind.id > 0 ? bind.id : position;
      const listener = new Listener({
          memory,
          name: bind.name ?? `sock-${id}`,
          id,
          frontendName: proxy.name,
          acceptor: acceptors.for(address, backlog, transport),
          limits: {
            bind: new Limit(bind.maxconn, memory),
            frontend: limit,
            process: owner.processLimit,
            rates,
          },
          backlog,
          parkedLimit: around.parkedLimit,
          waiting: around.waiting,
          clock,
          entered,
          lookElsewhere: () => owner.lookElsewhere(),
          failed: around.listenerFailed,
        });
      built.add(listener, contexts === null ? open : handshakes.openWith(contexts));
    }
  }
  return built;
}

function openHttp(
  proxy: FrontProxy,
  counters: FrontendCounters,
  account: StreamAccount,
  transport: Transport,
  httpRoutes: HttpRoutes,
  { backends }: FrontendParts,
): OpenSession {
  const route = httpRoutes.route(proxy, proxy.frontend, counters, backends, account, transport);
  return (connection, door) => new ClientConnection(connection, route, door);
}

function openTcp(
  proxy: FrontProxy,
  counters: FrontendCounters,
  account: StreamAccount,
  transport: Transport,
  { around, backends, engine, processVariables }: FrontendParts,
): OpenSession {
  const { frontend } = proxy;
  const route: StreamRoute = {
    frontendName: proxy.name,
    frontendOptions: proxy.options,
    frontendCounters: counters,
    timeoutClientMs: frontend.timeoutClientMs,
    targets: tcpChoice(proxy, frontend, backends, engine, processVariables),
    transport,
    clock: around.clock,
    wheel: around.wheel,
    watcher: around.watcher,
    account,
    logSamples: logSampler(frontend, 'tcp', engine),
  };
  return (connection, door) => new Stream(around.owner.nextStreamId(), connection, route, door);
}
