/**
 * Where the streams of a frontend in mode tcp go, and what those of all frontends need to find out.
 *
 * Not here: rules (`choices.ts`), requests (`http-routes.ts`).
 */
import type { Backend } from '../backend/backend.ts';
import type { Server } from '../backend/server.ts';
import type { FrontendConfig, ProxyConfig } from '../config/config.ts';
import type { SampleEngine } from '../sample/engine.ts';
import { StreamVariables, VariableScope } from '../sample/variables.ts';
import type { StreamTarget, TargetChoice } from '../stream/stream.ts';
import { relayTimeouts } from '../stream/timeouts.ts';
import { asksForContent, compileChoice, isDynamic, type Choice } from './choices.ts';

export interface BuiltBackend {
  readonly backend: Backend;
  readonly proxy: ProxyConfig;
}

/** Names of the backends that a frontend's clients can be sent to. */
export function reachableBackends(
  { name, kind }: ProxyConfig,
  { defaultBackend, useBackend }: FrontendConfig,
  backends: ReadonlyMap<string, BuiltBackend>,
): readonly string[] {
  if (useBackend.some(({ backend }) => isDynamic(backend))) return [...backends.keys()];
  const own = defaultBackend ?? (kind === 'listen' ? name : null);
  const names = new Set(useBackend.map(({ backend }) => backend));
  if (own !== null) names.add(own);
  return [...names].filter((one) => backends.has(one));
}

/** What the frontend falls back to; null: nothing. */
export function defaultName({ name, kind }: ProxyConfig, { defaultBackend }: FrontendConfig): string | null {
  return defaultBackend ?? (kind === 'listen' ? name : null);
}

export type ServerChoice = Choice<Server>;

/** `use-server`; one that is down is passed over, as its rule were not there. */
export function serverChoice({ backend, proxy }: BuiltBackend, engine: SampleEngine): ServerChoice | null {
  const named = new Map(backend.servers.map((server) => [server.name, server]));
  const rules = (proxy.backend?.useServer ?? []).map(({ server, condition }) => ({ name: server, condition }));
  return compileChoice(rules, proxy.acls, engine, named);
}

/** The targets of one frontend in mode tcp. */
export function tcpChoice(
  proxy: ProxyConfig,
  frontend: FrontendConfig,
  backends: ReadonlyMap<string, BuiltBackend>,
  engine: SampleEngine,
  processVariables: VariableScope,
): TargetChoice {
  const targets = new Map<string, StreamTarget>();
  for (const name of reachableBackends(proxy, frontend, backends)) {
    const built = backends.get(name);
    if (built?.proxy.mode === 'tcp') targets.set(name, streamTarget(proxy, frontend, built, engine));
  }
  const rules = frontend.useBackend.map(({ backend, condition }) => ({ name: backend, condition }));
  return {
    fallback: targets.get(defaultName(proxy, frontend) ?? '') ?? null,
    byRules: compileChoice(rules, proxy.acls, engine, targets),
    looksAtContent: asksForContent(rules, proxy.acls),
    variables: () => new StreamVariables(processVariables, new VariableScope()),
  };
}

function streamTarget(
  proxy: ProxyConfig,
  frontend: FrontendConfig,
  built: BuiltBackend,
  engine: SampleEngine,
): StreamTarget {
  return {
    backend: built.backend,
    backendOptions: built.proxy.options,
    timeouts: relayTimeouts(frontend, built.backend.config, {
      client: proxy.options.independentStreams,
      server: built.proxy.options.independentStreams,
    }),
    imposed: serverChoice(built, engine),
  };
}
