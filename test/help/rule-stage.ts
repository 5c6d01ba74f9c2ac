/**
 * A stage for what mode http does to messages: a proxy from plain data, compiled with the real engine of samples, and streams with the
 * messages a test says, without sockets.
 *
 *     const proxy = httpProxy({ requestRules: [{ action: { kind: 'set-path', format: '/b' }, condition: null }] });
 *     const stream = ruleStream(request('GET /a'));
 *     proxy.requestRules.apply(stream); // stream.source.request.target is /b now
 *
 * Not here: the language of rules (`../config/`).
 */
import { LogDates } from '../../lib/account/log/dates.ts';
import type { ProxyConfig } from '../../lib/config/config.ts';
import {
  BACKEND_DEFAULTS,
  FRONTEND_DEFAULTS,
  HTTP_DEFAULTS,
  OPTION_DEFAULTS,
} from '../../lib/config/defaults.ts';
import { ErrorPages } from '../../lib/http/error-pages.ts';
import { Headers } from '../../lib/message/headers.ts';
import type { LocalReply } from '../../lib/http/local-reply.ts';
import type { RequestHead, ResponseHead } from '../../lib/message/message.ts';
import { compileHttpProxy, type HttpProxy } from '../../lib/http/proxy.ts';
import type { RuleContext } from '../../lib/http/rule.ts';
import { SampleEngine } from '../../lib/sample/engine.ts';
import type { Sample, SampleSource, SampleWorld } from '../../lib/sample/sample.ts';

export interface HttpProxyOptions extends Partial<ProxyConfig['http']> {
  readonly acls?: ProxyConfig['acls'];
  readonly frontend?: Partial<NonNullable<ProxyConfig['frontend']>['httpFrontend']>;
  /** Path to text. */
  readonly files?: Readonly<Record<string, string>>;
}

export function httpProxy({ acls = [], frontend = {}, files = {}, ...http }: HttpProxyOptions): HttpProxy {
  const proxy: ProxyConfig = {
    kind: 'listen',
    name: 'web',
    id: 0,
    disabled: false,
    mode: 'http',
    description: null,
    log: [],
    logGlobal: false,
    logTag: null,
    options: OPTION_DEFAULTS,
    acls,
    http: { ...HTTP_DEFAULTS, ...http },
    frontend: { ...FRONTEND_DEFAULTS, httpFrontend: { ...FRONTEND_DEFAULTS.httpFrontend, ...frontend } },
    backend: BACKEND_DEFAULTS,
  };
  return compileHttpProxy(proxy, new SampleEngine(WORLD), readsFrom(files));
}

/** Throws for a path that is not among `files`. */
export function readsFrom(files: Readonly<Record<string, string>>): (path: string) => Buffer {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw new Error('no such file');
    return Buffer.from(text);
  };
}

/** `GET /a`, with `name: value` lines; a `host` of `a.example` stands before them. */
export function request(start: string, ...lines: string[]): RequestHead {
  const [method = '', target = ''] = start.split(' ');
  return { method, target, version: '1.1', headers: headers('host: a.example', ...lines) };
}

export function response(status: number, ...lines: string[]): ResponseHead {
  return { status, reason: 'x', version: '1.1', headers: headers(...lines) };
}

function headers(...lines: string[]): Headers {
  return new Headers(
    lines.flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
}

/** `name: value` lines. */
export function linesOf(head: { readonly headers: Headers } | null): string[] {
  const { lines } = head?.headers ?? new Headers();
  return lines.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${lines[at + 1] ?? ''}`] : []));
}

/** The whole answer as text; empty: the connection is closed without a word. */
export function replyText({ head, body }: LocalReply): string {
  if (head === null) return '';
  const start = `HTTP/${head.version} ${head.status} ${head.reason}`;
  return [start, ...linesOf(head), '', body.toString('latin1')].join('\r\n');
}

/** A stream from 192.0.2.1 with HAProxy's own error pages. */
export function ruleStream(
  head: RequestHead,
  answer: ResponseHead | null = null,
): RuleContext & { readonly variables: Map<string, Sample> } {
  const variables = new Map<string, Sample>();
  const source: SampleSource = {
    sourceAddress: '192.0.2.1',
    sourcePort: 40_000,
    destinationAddress: '192.0.2.9',
    destinationPort: 80,
    frontendName: 'web',
    backendName: null,
    serverName: null,
    listenerName: 'sock-1',
    listenerId: 1,
    id: 1,
    tls: null,
    request: head,
    response: answer,
    captures: null,
    content: null,
    variables: {
      get: (name) => variables.get(name) ?? null,
      set: (name, value) => (value === null ? variables.delete(name) : variables.set(name, value)),
    },
  };
  const pages = new ErrorPages({ errorFiles: [], errorLocations: [] }, 'listen web', readsFrom({}));
  return { source, record: noRecord, page: (status) => pages.of(status), logLevel: null, variables };
}

function noRecord(): never {
  throw new Error('no alias is used in these tests');
}

const WORLD: SampleWorld = {
  figures: {
    usableServers: () => null,
    serverUp: () => null,
    serverWeight: () => null,
    serverSessions: () => null,
    serverQueue: () => null,
    queued: () => null,
    backendSessions: () => null,
    frontendSessions: () => null,
    freeSlots: () => null,
    frontendSessionRate: () => null,
    backendSessionRate: () => null,
    serverSessionRate: () => null,
  },
  random: () => 0,
  wallMs: () => 0,
  uptimeMs: () => 0,
  stopping: () => false,
  hostname: 'here',
  log: { hostname: 'here', pid: 1, dates: new LogDates(), loggedCount: 0, early: false },
  environment: {},
  readFile: () => '',
};
