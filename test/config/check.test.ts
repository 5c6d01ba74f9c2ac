import t from 'tap';
import { checkConfig } from '../../lib/config/check.ts';
import type { Config, FrontendConfig, ProxyConfig, ServerConfig } from '../../lib/config/config.ts';
import {
  BACKEND_DEFAULTS,
  BIND_DEFAULTS,
  CHECK_DEFAULTS,
  FRONTEND_DEFAULTS,
  GLOBAL_DEFAULTS,
  OPTION_DEFAULTS,
  HTTP_DEFAULTS,
  SERVER_DEFAULTS,
} from '../../lib/config/defaults.ts';
import { Diagnostics } from '../../lib/config/diagnostic.ts';
import { Places } from '../../lib/config/places.ts';

const BIND = {
  ...BIND_DEFAULTS,
  addresses: [{ kind: 'ipv4', host: '10.0.0.1', port: 0, portEnd: 0 }],
} as const;
const FRONT: FrontendConfig = { ...FRONTEND_DEFAULTS, timeoutClientMs: 1000, binds: [BIND] };
const BACK = { ...BACKEND_DEFAULTS, timeoutConnectMs: 1000, timeoutServerMs: 1000 };

function server(name: string, changes: Partial<ServerConfig> = {}): ServerConfig {
  const address = { kind: 'ipv4', host: '10.0.0.1', port: { kind: 'fixed', port: 80 } } as const;
  return { ...SERVER_DEFAULTS, name, address, ...changes };
}

function backend(
  name: string,
  servers: readonly ServerConfig[],
  changes: Partial<ProxyConfig> = {},
): ProxyConfig {
  return {
    kind: 'backend',
    name,
    id: 0,
    disabled: false,
    description: null,
    log: [],
    logGlobal: false,
    logTag: null,
    options: OPTION_DEFAULTS,
    mode: 'tcp',
    acls: [],
    http: HTTP_DEFAULTS,
    frontend: null,
    backend: { ...BACK, servers },
    ...changes,
  };
}

function listen(name: string, frontend: Partial<FrontendConfig> = {}): ProxyConfig {
  return backend(name, [], { kind: 'listen', frontend: { ...FRONT, ...frontend } });
}

/** `severity code` of everything that is said about the proxies. */
function answers(...proxies: readonly ProxyConfig[]): string[] {
  const diagnostics = new Diagnostics();
  const config: Config = { global: GLOBAL_DEFAULTS, proxies };
  checkConfig(config, new Places(), diagnostics);
  return diagnostics.list.map((one) => `${one.severity} ${one.code}`);
}

void t.test('a good configuration is met with silence', (t) => {
  t.strictSame(
    answers(backend('b', [server('a', { check: CHECK_DEFAULTS }), server('b', { track: 'a' })])),
    [],
  );
  t.end();
});

void t.test('names: the same twice is refused, across the sides it is a warning', (t) => {
  t.strictSame(answers(backend('b', []), backend('b', [])), ['alert duplicate-name']);
  t.strictSame(answers(listen('b'), backend('b', [])), ['alert duplicate-name']);
  const frontend = { ...listen('b'), kind: 'frontend', backend: null } as const;
  t.strictSame(answers({ ...frontend, disabled: true }, backend('b', [])), ['warning shared-name']);
  t.end();
});

void t.test('names hold letters, digits and few others', (t) => {
  t.strictSame(answers(backend('a b', [])), ['alert invalid-name']);
  t.strictSame(answers(backend('', [])), ['alert invalid-name']);
  t.strictSame(answers(backend('b', [server('a/b')])), ['alert invalid-name']);
  t.end();
});

void t.test('a default_backend must exist, have servers to offer, and be another', (t) => {
  t.strictSame(answers(listen('l', { defaultBackend: 'nowhere' })), ['alert unknown-backend']);
  t.strictSame(answers(listen('l', { defaultBackend: 'l' })), ['alert default-backend-loop']);
  t.strictSame(answers(listen('l', { defaultBackend: 'b' }), backend('b', [])), []);
  t.end();
});

void t.test('timeouts: each missing one is named, tunnel stands in for server', (t) => {
  const bare = backend('b', [server('a')], { backend: { ...BACKEND_DEFAULTS, servers: [server('a')] } });
  t.strictSame(answers(bare), ['warning missing-timeout']);
  t.strictSame(answers({ ...bare, disabled: true }), []);
  t.strictSame(answers(backend('b', [], { backend: BACKEND_DEFAULTS })), [], 'no server, no timeout needed');
  const tunnel = { ...BACKEND_DEFAULTS, timeoutConnectMs: 1, timeoutTunnelMs: 1, servers: [server('a')] };
  t.strictSame(answers(backend('b', [], { backend: tunnel })), []);
  t.end();
});

void t.test('a tracking chain ends at a check', (t) => {
  const checked = server('end', { check: CHECK_DEFAULTS });
  const middle = server('middle', { track: 'end' });
  t.strictSame(answers(backend('b', [server('a', { track: 'middle' }), middle, checked])), []);
  t.strictSame(answers(backend('b', [server('a', { track: 'c/end' })]), backend('c', [checked])), []);
  const loose = server('loose');
  t.strictSame(answers(backend('b', [server('a', { track: 'loose' }), loose])), ['alert track-fault']);
  t.strictSame(answers(backend('b', [server('a', { track: 'ghost' })])), ['alert track-fault']);
  t.strictSame(answers(backend('b', [server('a', { track: 'a' })])), ['alert track-fault']);
  t.end();
});

void t.test('a check needs a port and something to trust', (t) => {
  const follows = { kind: 'ipv4', host: '10.0.0.1', port: { kind: 'client', offset: 0 } } as const;
  const check = CHECK_DEFAULTS;
  t.strictSame(answers(backend('b', [server('a', { address: follows, check })])), [
    'alert check-without-port',
  ]);
  t.strictSame(answers(backend('b', [server('a', { address: follows, check: { ...check, port: 80 } })])), []);
  t.strictSame(answers(backend('b', [server('a', { address: { kind: 'unix', path: '/x' }, check })])), []);
  const ssl = { ...check, ssl: true };
  t.strictSame(answers(backend('b', [server('a', { check: ssl })])), ['alert check-without-trust']);
  t.strictSame(answers(backend('b', [server('a', { check: { ...ssl, sslVerify: 'none' } })])), []);
  t.end();
});

void t.test('a server has an address of its own', (t) => {
  for (const [kind, host] of [
    ['ipv4', '0.0.0.0'],
    ['ipv6', '::'],
  ] as const) {
    const address = { kind, host, port: { kind: 'fixed', port: 80 } } as const;
    t.strictSame(answers(backend('b', [server('a', { address })])), ['alert unsupported-value']);
  }
  t.end();
});

void t.test('a server in maintenance may name any address', (t) => {
  const address = { kind: 'ipv4', host: '0.0.0.0', port: { kind: 'fixed', port: 80 } } as const;
  t.strictSame(answers(backend('b', [server('a', { address, disabled: true })])), [
    'warning unsupported-value',
  ]);
  t.end();
});

void t.test('a frontend or listen without an address to listen on, unless it is disabled', (t) => {
  t.strictSame(answers(listen('l', { binds: [] })), ['warning missing-bind']);
  t.strictSame(answers({ ...listen('l', { binds: [] }), disabled: true }), []);
  t.end();
});

void t.test('a default_backend that is disabled closes clients', (t) => {
  const off = backend('b', [], { disabled: true });
  t.strictSame(answers(listen('l', { defaultBackend: 'b' }), off), ['warning disabled-target']);
  t.strictSame(answers({ ...listen('l', { defaultBackend: 'b' }), disabled: true }, off), []);
  t.end();
});

void t.test('a log format that somebody chose needs somewhere to send the lines', (t) => {
  const nowhere = ['warning log-without-target'];
  t.strictSame(answers(listen('l', { logFormat: { kind: 'tcplog' } })), nowhere);
  t.strictSame(answers(listen('l', { logFormat: { kind: 'custom', format: '%ci' } })), nowhere);
  t.strictSame(answers(listen('l', { logFormatSd: '%ci' })), nowhere);
  t.strictSame(answers({ ...listen('l', { logFormat: { kind: 'tcplog' } }), logGlobal: true }), nowhere);
  t.strictSame(answers({ ...listen('l', { logFormat: { kind: 'tcplog' } }), disabled: true }), []);
  t.strictSame(answers({ ...listen('l'), logGlobal: true }), []);
  t.end();
});

void t.test('numbers are unique where they are given', (t) => {
  t.strictSame(answers(backend('b', [server('a', { id: 4 }), server('c', { id: 4 })])), [
    'alert duplicate-id',
  ]);
  t.strictSame(answers(backend('b', [], { id: 4 }), backend('c', [], { id: 4 })), ['alert duplicate-id']);
  t.strictSame(answers(backend('b', [server('a', { id: 4 }), server('c')])), []);
  t.end();
});

void t.test('fields out of range, as only code can write them', (t) => {
  const wrong: Partial<ServerConfig>[] = [
    { weight: 257 },
    { weight: 1.5 },
    { maxconn: -1 },
    { slowstartMs: Number.NaN },
    { slowstartMs: 2 ** 31 },
    { errorLimit: 0 },
    { check: { ...CHECK_DEFAULTS, rise: 0 } },
    { check: { ...CHECK_DEFAULTS, port: 65_536 } },
  ];
  for (const changes of wrong) {
    t.strictSame(
      answers(backend('b', [server('a', changes)])),
      ['alert number-out-of-range'],
      JSON.stringify(changes),
    );
  }
  t.strictSame(answers(backend('b', [server('a', { initAddr: [] })])), ['alert invalid-value']);
  t.strictSame(answers(backend('b', [], { description: '' })), ['alert empty-argument']);
  t.strictSame(answers(backend('b', [], { description: 'a\0b' })), ['alert stray-nul']);
  t.strictSame(answers(backend('b', [], { backend: { ...BACK, hashBalanceFactor: 50 } })), [
    'alert invalid-value',
  ]);
  const host = { kind: 'ipv4', host: 'not an address', port: { kind: 'fixed', port: 80 } } as const;
  t.strictSame(answers(backend('b', [server('a', { address: host })])), ['alert invalid-address']);
  t.end();
});
