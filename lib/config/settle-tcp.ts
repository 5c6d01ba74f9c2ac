/**
 * What only mode http has, taken out of a proxy in mode tcp, so that a `Config` says what will happen and no more.
 *
 * Not here: what is said about it (`inherit.ts`, `define.ts`).
 */
import type { BackendConfig, FrontendConfig, LogFormatChoice, ProxyConfig } from './config.ts';
import { HTTP_BACKEND_DEFAULTS, HTTP_DEFAULTS, HTTP_FRONTEND_DEFAULTS } from './defaults.ts';

/** The proxy itself in mode http; in mode tcp one that balances round robin in place of a hash over a request. */
export function settleTcp(proxy: ProxyConfig): ProxyConfig {
  if (proxy.mode === 'http') return proxy;
  const { frontend, backend } = proxy;
  return {
    ...proxy,
    http: HTTP_DEFAULTS,
    frontend: frontend === null ? null : tcpFrontend(frontend),
    backend: backend === null ? null : tcpBackend(backend),
  };
}

/** HAProxy falls back from any of the formats for requests to `option tcplog`. */
export function needsRequest({ kind }: LogFormatChoice): boolean {
  return kind === 'httplog' || kind === 'httplog-clf' || kind === 'httpslog';
}

/** True if the algorithm looks at an HTTP request. */
export function hashesRequest({ balance }: Pick<BackendConfig, 'balance'>): boolean {
  return balance.algorithm === 'uri' || balance.algorithm === 'url_param' || balance.algorithm === 'hdr';
}

function tcpFrontend(frontend: FrontendConfig): FrontendConfig {
  const logFormat: LogFormatChoice = needsRequest(frontend.logFormat)
    ? { kind: 'tcplog' }
    : frontend.logFormat;
  return { ...frontend, logFormat, httpFrontend: HTTP_FRONTEND_DEFAULTS };
}

function tcpBackend(backend: BackendConfig): BackendConfig {
  return {
    ...backend,
    balance: hashesRequest(backend) ? { algorithm: 'roundrobin' } : backend.balance,
    servers: backend.servers.map((server) => ({ ...server, cookie: null })),
    httpBackend: HTTP_BACKEND_DEFAULTS,
  };
}
