/**
 * Where the requests of a frontend in mode http go, and all that they need on the way.
 *
 * Not here: mode tcp (`routes.ts`), what is done with a request (`../http/`).
 */
import type { FrontendCounters } from '../account/counters.ts';
import type { FrontendConfig, ProxyConfig } from '../config/config.ts';
import type { HttpOptions } from '../config/rules.ts';
import { HeadReader } from '../http/head-reader.ts';
import { KeptConnections } from '../http/kept-connections.ts';
import { compileHttpProxy, type HttpProxy } from '../http/proxy.ts';
import type { HttpRoute, HttpTarget } from '../http/route.ts';
import type { Transport } from '../transport/transport.ts';
import type { HttpParserBinding } from '../transport/node-internals.ts';
import type { SampleEngine } from '../sample/engine.ts';
import { StreamVariables, type VariableScope } from '../sample/variables.ts';
import type { StreamAccount } from '../stream/stream.ts';
import { relayTimeouts } from '../stream/timeouts.ts';
import type { Surroundings } from './build.ts';
import { compileChoice } from './choices.ts';
import { logSampler } from './log-samples.ts';
import { type BuiltBackend, defaultName, reachableBackends, serverChoice } from './routes.ts';

/** HAProxy's `tune.bufsize` without `tune.maxrewrite`, and one line less than `tune.http.maxhdr`. */
const HEAD_LIMITS = { bytes: 15_360, lines: 100 };

/** What closes more holds (reference 14.3). */
const CLOSES: readonly HttpOptions['connection'][] = ['keep-alive', 'server-close', 'close'];

export class HttpRoutes {
  /** Those of different transports cannot be relayed with each other after an upgrade. */
  readonly #kept = new Map<Transport, KeptConnections>();
  readonly #around: Surroundings;
  readonly #engine: SampleEngine;
  readonly #heads: HeadReader;
  readonly #processVariables: VariableScope;
  readonly #proxies = new Map<ProxyConfig, HttpProxy>();

  constructor(
    around: Surroundings,
    engine: SampleEngine,
    processVariables: VariableScope,
    binding: HttpParserBinding,
  ) {
    this.#around = around;
    this.#engine = engine;
    this.#processVariables = processVariables;
    this.#heads = new HeadReader(binding);
  }

  route(
    proxy: ProxyConfig,
    frontend: FrontendConfig,
    counters: FrontendCounters,
    backends: ReadonlyMap<string, BuiltBackend>,
    account: StreamAccount,
    transport: Transport,
  ): HttpRoute {
    const { clock, wheel, watcher, owner, stats } = this.#around;
    const kept = this.#keptOf(transport);
    const { http } = proxy;
    const requestMs = http.timeoutHttpRequestMs || frontend.timeoutClientMs;
    return {
      frontendName: proxy.name,
      frontendOptions: proxy.options,
      counters,
      http: this.#compiled(proxy),
      timeoutClientMs: frontend.timeoutClientMs,
      timeoutHttpRequestMs: requestMs,
      timeoutHttpKeepAliveMs: http.timeoutHttpKeepAliveMs || requestMs,
      timeoutTarpitMs: http.timeoutTarpitMs || (proxy.backend?.timeoutConnectMs ?? 0),
      transport,
      heads: this.#heads,
      limits: HEAD_LIMITS,
      serverParts: {
        transport,
        heads: this.#heads,
        clock,
        limits: HEAD_LIMITS,
        leftUnused: (connection) => kept.forget(connection),
      },
      kept,
      clock,
      wheel,
      watcher,
      account,
      stats,
      ignoresProbes: frontend.httpFrontend.ignoreProbes,
      nextStreamId: () => owner.nextStreamId(),
      variablesOf: (session) => new StreamVariables(this.#processVariables, session),
      targetOf: this.#targetChoice(proxy, frontend, backends),
      logSamples: logSampler(frontend, 'http', this.#engine),
    };
  }

  get kept(): readonly KeptConnections[] {
    return [...this.#kept.values()];
  }

  #keptOf(transport: Transport): KeptConnections {
    const known = this.#kept.get(transport);
    if (known !== undefined) return known;
    const kept = new KeptConnections(this.#around.clock, this.#around.wheel);
    this.#kept.set(transport, kept);
    return kept;
  }

  #targetChoice(
    proxy: ProxyConfig,
    frontend: FrontendConfig,
    backends: ReadonlyMap<string, BuiltBackend>,
  ): HttpRoute['targetOf'] {
    const targets = new Map<string, HttpTarget>();
    for (const name of reachableBackends(proxy, frontend, backends)) {
      const built = backends.get(name);
      if (built?.proxy.mode === 'http') targets.set(name, this.#target(proxy, frontend, built));
    }
    const fallback = targets.get(defaultName(proxy, frontend) ?? '') ?? null;
    const rules = frontend.useBackend.map(({ backend, condition }) => ({ name: backend, condition }));
    const choose = compileChoice(rules, proxy.acls, this.#engine, targets);
    if (choose === null) return () => fallback;
    return (source, record) => choose(source, record) ?? fallback;
  }

  #target(proxy: ProxyConfig, frontend: FrontendConfig, built: BuiltBackend): HttpTarget {
    const { backend } = built;
    const { timeoutServerMs, httpBackend } = backend.config;
    const imposed = serverChoice(built, this.#engine);
    return {
      backend,
      options: built.proxy.options,
      http: this.#compiled(built.proxy),
      connection: stricter(proxy.http.connection, built.proxy.http.connection),
      reuse: httpBackend.reuse,
      timeoutServerMs,
      tunnelTimeouts: relayTimeouts(frontend, backend.config, {
        client: proxy.options.independentStreams,
        server: built.proxy.options.independentStreams,
      }),
      imposed: imposed ?? (() => null),
    };
  }

  /** One for each proxy, however many frontends lead to it. */
  #compiled(proxy: ProxyConfig): HttpProxy {
    const known = this.#proxies.get(proxy);
    if (known !== undefined) return known;
    const compiled = compileHttpProxy(proxy, this.#engine, this.#around.readFile);
    this.#proxies.set(proxy, compiled);
    return compiled;
  }

}

function stricter(one: HttpOptions['connection'], other: HttpOptions['connection']): HttpOptions['connection'] {
  return CLOSES[Math.max(CLOSES.indexOf(one), CLOSES.indexOf(other))] ?? 'close';
}
