/**
 * Made-up streams and worlds for samples: what a test does not say is there, but has no value.
 *
 *     engineOver().expression('req.hdr(x)')(sourceOf({ request: { method: 'GET', target: '/', headers: ['x', 'a, b'] } }))  // 'b'
 */
import type { LogContext } from '../../lib/account/log/alias.ts';
import { LogDates } from '../../lib/account/log/dates.ts';
import { Headers } from '../../lib/message/headers.ts';
import { SampleEngine } from '../../lib/sample/engine.ts';
import type { ProxyFigures, SampleSource, SampleWorld } from '../../lib/sample/sample.ts';
import { StreamVariables, VariableScope } from '../../lib/sample/variables.ts';

/** Headers as name, value, name, value. */
export interface RequestText {
  readonly method?: string;
  readonly target?: string;
  readonly version?: '1.0' | '1.1';
  readonly headers?: readonly string[];
}

export interface SourceText extends Partial<Omit<SampleSource, 'request' | 'response' | 'content'>> {
  readonly request?: RequestText;
  readonly response?: { readonly status?: number; readonly headers?: readonly string[] };
  readonly content?: string;
}

export function sourceOf({ request, response, content, ...rest }: SourceText = {}): SampleSource {
  return {
    sourceAddress: '127.0.0.1',
    sourcePort: 40000,
    destinationAddress: '127.0.0.2',
    destinationPort: 443,
    frontendName: 'fe',
    backendName: null,
    serverName: null,
    listenerName: 'sock-1',
    listenerId: 1,
    id: 1,
    tls: null,
    request:
      request === undefined
        ? null
        : {
            method: request.method ?? 'GET',
            target: request.target ?? '/',
            version: request.version ?? '1.1',
            headers: new Headers([...(request.headers ?? [])]),
          },
    response:
      response === undefined
        ? null
        : {
            status: response.status ?? 200,
            reason: 'OK',
            version: '1.1',
            headers: new Headers([...(response.headers ?? [])]),
          },
    content: content === undefined ? null : Buffer.from(content, 'latin1'),
    captures: null,
    variables: new StreamVariables(new VariableScope(), new VariableScope()),
    ...rest,
  };
}

const LOG: LogContext = { pid: 7, hostname: 'proxy', dates: new LogDates(), loggedCount: 0, early: false };

const NO_FIGURES: ProxyFigures = {
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
};

export interface WorldText extends Partial<Omit<SampleWorld, 'figures' | 'readFile'>> {
  readonly figures?: Partial<ProxyFigures>;
  /** Contents by path. */
  readonly files?: Readonly<Record<string, string>>;
}

export function engineOver({ figures, files = {}, ...rest }: WorldText = {}): SampleEngine {
  return new SampleEngine({
    figures: { ...NO_FIGURES, ...figures },
    random: () => 0.5,
    wallMs: () => 1_700_000_000_123,
    uptimeMs: () => 61_000,
    stopping: () => false,
    hostname: 'proxy',
    log: LOG,
    environment: { NODE: 'one' },
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
      return text;
    },
    ...rest,
  });
}

/** True if the condition in braces holds: `holds("path_beg /api", source)`; `acls` by name. */
export function holds(
  condition: string,
  source: SampleSource,
  world: WorldText = {},
  acls: readonly (readonly [name: string, words: string])[] = [],
): boolean {
  const lines = acls.map(([name, words]) => ({ name, words: words.split(' ') }));
  return engineOver(world).condition(condition.split(' '), lines)(source);
}
