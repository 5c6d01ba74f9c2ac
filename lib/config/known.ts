/**
 * The backends and servers of a Config by name, for whoever follows a reference (`default_backend`, `track`).
 *
 * Not here: what is said when there is none (`check.ts`, `check-track.ts`).
 */
import type { Config, ProxyConfig, ServerConfig } from './config.ts';

/** Built once per Config: one walk over all names serves every look-up. Of equal names the first counts. */
export class Known {
  readonly #backends = new Map<string, ProxyConfig>();
  readonly #servers = new Map<ProxyConfig, ReadonlyMap<string, ServerConfig>>();

  constructor(config: Config) {
    for (const proxy of config.proxies) {
      if (proxy.backend === null || this.#backends.has(proxy.name)) continue;
      this.#backends.set(proxy.name, proxy);
    }
  }

  /** A proxy with a backend half. */
  backend(name: string): ProxyConfig | null {
    return this.#backends.get(name) ?? null;
  }

  server(backend: string, name: string): ServerConfig | null {
    const proxy = this.backend(backend);
    return proxy === null ? null : (this.#serversOf(proxy).get(name) ?? null);
  }

  serverNames(backend: string): Iterable<string> {
    const proxy = this.backend(backend);
    return proxy === null ? [] : this.#serversOf(proxy).keys();
  }

  backendNames(): Iterable<string> {
    return this.#backends.keys();
  }

  #serversOf(proxy: ProxyConfig): ReadonlyMap<string, ServerConfig> {
    const before = this.#servers.get(proxy);
    if (before !== undefined) return before;
    const servers = new Map<string, ServerConfig>();
    for (const server of proxy.backend?.servers ?? []) {
      if (!servers.has(server.name)) servers.set(server.name, server);
    }
    this.#servers.set(proxy, servers);
    return servers;
  }
}
