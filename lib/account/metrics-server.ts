/**
 * The small HTTP server operators and Prometheus ask: `/metrics`, `/livez`, `/readyz`, and a page that links them.
 *
 *     open --listen--> listening (again for each further address) --close--> closed
 *
 * It reads strangers' requests, so everything is bounded: head size, connections, scrapes at once, time.
 *
 * Not here: what a scrape says (`prometheus.ts`), which parameters it takes (`scrape.ts`).
 */
import { once } from 'node:events';
import * as http from 'node:http';
import type * as net from 'node:net';
import type { Registry } from 'prom-client';
import type { BindAddress } from '../config/config.ts';
import { bindError } from '../errors.ts';
import type { Logger } from './log/logger.ts';
import { processRegistry } from './process-metrics.ts';
import { CONTENT_TYPES, createRegistry, exposition } from './prometheus.ts';
import type { MetricsSource, TextFormat } from './prometheus.ts';
import { parseScrapeRequest } from './scrape.ts';

/** Requests name a path; the rest of the URL says nothing here. */
const BASE = 'http://metrics';

const HEAD_BYTES = 8 * 1024;
const CONNECTIONS = 64;
const SCRAPES_AT_ONCE = 4;
const HEAD_TIMEOUT_MS = 5_000;
/** A scraper that stops reading is cut off after this. */
const SILENCE_TIMEOUT_MS = 30_000;

export interface MetricsServerOptions extends MetricsSource {
  /** True once everything is bound and until it is closed; draining is seen in the view. */
  ready(): boolean;
  /** Registries of an embedding program whose metrics shall appear beside ours. */
  readonly registries?: readonly Registry[];
  /** Also those of the Node process; observed from the first `listen` on. */
  readonly processMetrics?: boolean;
  readonly logger: Logger;
}

export class MetricsServer {
  readonly #options: MetricsServerOptions;
  #ownRegistries: readonly Registry[];
  readonly #haproxyRegistries: readonly Registry[];
  readonly #servers: http.Server[] = [];
  #scrapeCount = 0;

  constructor(options: MetricsServerOptions) {
    this.#options = options;
    this.#ownRegistries = [createRegistry(options), ...(options.registries ?? [])];
    this.#haproxyRegistries = [createRegistry(options, 'haproxy')];
  }

  /** Where it listens, e.g. `127.0.0.1:9404`, `[::1]:9404` or a unix socket's path; in the order of `listen` calls. */
  get addresses(): readonly string[] {
    return this.#servers.map((server) => addressText(server.address()));
  }

  /** The same as data; a unix socket has port 0. */
  get listeners(): readonly { readonly address: string; readonly port: number }[] {
    return this.#servers.flatMap((server) => {
      const address = server.address();
      if (address === null) return [];
      return typeof address === 'string'
        ? { address, port: 0 }
        : { address: address.address, port: address.port };
    });
  }

  /**
   * Listens on one more address, on each port of a range; port 0 takes a free one.
   * Throws SluiceError ERR_ADDRESS_IN_USE, ERR_NO_RIGHT_TO_BIND or ERR_BIND.
   */
  async listen(address: BindAddress): Promise<void> {
    if (this.#servers.length === 0 && this.#options.processMetrics === true) {
      this.#ownRegistries = [...this.#ownRegistries, processRegistry()];
    }
    if (address.kind === 'unix' || address.kind === 'fd') {
      await this.#listenOnce(address);
      return;
    }
    for (let port = address.port; port <= Math.max(address.port, address.portEnd); port += 1) {
      await this.#listenOnce({ ...address, port });
    }
  }

  async #listenOnce(address: BindAddress): Promise<void> {
    const server = http.createServer(
      {
        maxHeaderSize: HEAD_BYTES,
        headersTimeout: HEAD_TIMEOUT_MS,
        requestTimeout: HEAD_TIMEOUT_MS,
        keepAliveTimeout: SILENCE_TIMEOUT_MS,
      },
      (request, response) => {
        void this.#answer(request, response);
      },
    );
    server.maxConnections = CONNECTIONS;
    server.setTimeout(SILENCE_TIMEOUT_MS);
    server.listen(listenOptions(address));
    try {
      await once(server, 'listening');
    } catch (cause) {
      throw bindError(`${bindText(address)} (metrics)`, cause);
    }
    server.on('error', (error) => {
      this.#options.logger.warn({ event: 'metrics', error: error.message }, 'metrics server');
    });
    this.#servers.push(server);
  }

  /** Stops listening and cuts what is open; nothing of it keeps the process alive afterwards. */
  async close(): Promise<void> {
    const servers = this.#servers.splice(0);
    await Promise.all(
      servers.map((server) => {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        return closed;
      }),
    );
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    // Bodies mean nothing here, but must not stay in the kernel.
    request.resume();
    response.setHeader('cache-control', 'no-cache');
    response.setHeader('x-content-type-options', 'nosniff');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      respond(response, 405, `${request.method ?? 'this method'} is not possible here: GET and HEAD are`);
      return;
    }
    const path = request.url ?? '/';
    if (!URL.canParse(path, BASE)) {
      respond(response, 400, 'not a URL');
      return;
    }
    try {
      await this.#route(new URL(path, BASE), request, response);
    } catch (error) {
      this.#options.logger.error({ event: 'metrics', error: String(error) }, 'a scrape failed');
      if (response.headersSent) response.destroy();
      else respond(response, 500, 'the metrics could not be read');
    }
  }

  async #route(url: URL, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    switch (url.pathname) {
      case '/metrics':
        await this.#metrics(url.searchParams, request, response);
        return;
      case '/livez':
        respond(response, 200, 'alive');
        return;
      case '/readyz':
        this.#readyz(response);
        return;
      case '/':
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(PAGE);
        return;
      default:
        respond(response, 404, `nothing at ${url.pathname}: see /metrics, /livez and /readyz`);
    }
  }

  #readyz(response: http.ServerResponse): void {
    if (this.#options.view().stopping) respond(response, 503, 'draining');
    else if (this.#options.ready()) respond(response, 200, 'ready');
    else respond(response, 503, 'not ready');
  }

  async #metrics(
    parameters: URLSearchParams,
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const parsed = parseScrapeRequest(parameters);
    if (!parsed.ok) {
      respond(response, 400, parsed.problem);
      return;
    }
    const format = preferredFormat(request.headers.accept ?? '');
    response.setHeader('content-type', CONTENT_TYPES[format]);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    if (this.#scrapeCount >= SCRAPES_AT_ONCE) {
      response.setHeader('retry-after', '1');
      respond(response, 503, `${SCRAPES_AT_ONCE} scrapes are under way already`);
      return;
    }
    const registries = parsed.request.naming === 'haproxy' ? this.#haproxyRegistries : this.#ownRegistries;
    this.#scrapeCount += 1;
    try {
      await send(exposition(registries, this.#options, parsed.request, format), response);
    } finally {
      this.#scrapeCount -= 1;
    }
  }
}

/** Writes pieces at the pace of the reader; ends early if the reader leaves. */
async function send(pieces: AsyncIterable<string>, response: http.ServerResponse): Promise<void> {
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  response.once('close', onClose);
  for await (const piece of pieces) {
    if (response.destroyed) return;
    if (response.write(piece)) continue;
    try {
      await once(response, 'drain', { signal: gone.signal });
    } catch {
      return;
    }
  }
  response.removeListener('close', onClose);
  response.end();
}

/** One line of plain text. HEAD gets its head alone, which Node sees to. */
function respond(response: http.ServerResponse, status: number, line: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(`${line}\n`);
}

/** OpenMetrics if it is asked for at least as much as plain text (RFC 9110 12.5.1). */
function preferredFormat(accept: string): TextFormat {
  const weights = new Map<string, number>();
  for (const one of accept.split(',')) {
    const [type = '', ...parameters] = one.split(';').map((part) => part.trim());
    const weight = Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? '1');
    weights.set(type, Math.max(weights.get(type) ?? 0, Number.isNaN(weight) ? 0 : weight));
  }
  const openMetrics = weights.get('application/openmetrics-text') ?? 0;
  return openMetrics > 0 && openMetrics >= (weights.get('text/plain') ?? 0) ? 'openmetrics' : 'prometheus';
}

function listenOptions(address: BindAddress): net.ListenOptions {
  switch (address.kind) {
    case 'unix':
      return { path: address.path };
    case 'fd':
      // Node takes it, its types do not know it.
      return { fd: address.fd } as net.ListenOptions;
    case 'ipv4':
    case 'ipv6':
    case 'name':
      return { host: address.host, port: address.port };
  }
}

function bindText(address: BindAddress): string {
  if (address.kind === 'unix') return address.path;
  if (address.kind === 'fd') return `fd@${address.fd}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function addressText(address: net.AddressInfo | string | null): string {
  if (address === null) return '';
  if (typeof address === 'string') return address;
  return address.family === 'IPv6'
    ? `[${address.address}]:${address.port}`
    : `${address.address}:${address.port}`;
}

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>sluice</title></head>
<body>
<h1>sluice</h1>
<ul>
<li><a href="/metrics">/metrics</a> for Prometheus; <a href="/metrics?names=haproxy">with HAProxy's names</a></li>
<li><a href="/livez">/livez</a> answers while the process runs</li>
<li><a href="/readyz">/readyz</a> answers 200 while new clients are taken, 503 otherwise</li>
</ul>
</body></html>
`;
