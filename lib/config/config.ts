/**
 * The configuration as plain data: what `parse.ts` makes of text, what `defineConfig` makes of an object,
 * what `print.ts` writes back and what `build.ts` turns into things with sockets and timers.
 *
 * Every value is resolved: `defaults` sections are folded into the proxies, units are converted
 * (milliseconds, bytes), omitted values stand at HAProxy's built-in default. The types hold nothing but
 * strings, numbers, booleans, arrays and plain objects, so a Config survives `structuredClone`.
 *
 * Conventions: a time of `0` means "never" (HAProxy's unset timeout); a limit of `0` means "none";
 * `null` means "not given" where that differs from every value.
 *
 * Not here: how text is read (`parse.ts`), whether values agree with each other (`check.ts`).
 */

import type {
  AclConfig,
  BindTls,
  HttpBackendOptions,
  HttpFrontendOptions,
  HttpOptions,
  ServerTls,
  UseBackendRule,
  UseServerRule,
} from './rules.ts';

export interface Config {
  readonly global: GlobalConfig;
  /** Frontends, backends and listens in the order of their declaration. */
  readonly proxies: readonly ProxyConfig[];
}

// ---------------------------------------------------------------------------------------------------------
// Addresses (manual 2.9 "Addresses formats")
// ---------------------------------------------------------------------------------------------------------

/**
 * Where to listen or connect.
 * - `ipv4`: dotted quad; `0.0.0.0` is any (`*` in text). `ipv6`: without brackets; `::` is any.
 * - `name`: a host name, resolved once when the balancer starts.
 * - `unix`: a filesystem path. `fd`: an inherited descriptor that is already bound and listening.
 */
export type Address =
  | { readonly kind: 'ipv4'; readonly host: string; readonly port: number }
  | { readonly kind: 'ipv6'; readonly host: string; readonly port: number }
  | { readonly kind: 'name'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'fd'; readonly fd: number };

/** An address of a `bind` line; `portEnd` is the last port of a range (`80-90`), equal to `port` otherwise. */
export type BindAddress =
  | {
      readonly kind: 'ipv4' | 'ipv6' | 'name';
      readonly host: string;
      readonly port: number;
      readonly portEnd: number;
    }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'fd'; readonly fd: number };

/**
 * How a server's port is found. `fixed`: the number in the address. `client`: the port the client connected to
 * plus `offset` (`server a 10.0.0.1`, `server a 10.0.0.1:+1000`).
 */
export type ServerPort =
  | { readonly kind: 'fixed'; readonly port: number }
  | { readonly kind: 'client'; readonly offset: number };

/** The only kind of address that is taken for a name (`ipv4@name`, `ipv6@name`). */
export type NameFamily = 'ipv4' | 'ipv6';

export type ServerAddress =
  | {
      readonly kind: 'ipv4' | 'ipv6' | 'name';
      readonly host: string;
      readonly port: ServerPort;
      /** For a `name`; absent: whatever the system gives first. */
      readonly family?: NameFamily;
    }
  | { readonly kind: 'unix'; readonly path: string };

/** `source ADDR[:PORT[-PORT]]`: where outgoing connections come from. Port 0: any free one. */
export interface SourceAddress {
  readonly host: string;
  readonly port: number;
  readonly portEnd: number;
}

// ---------------------------------------------------------------------------------------------------------
// global (manual 3)
// ---------------------------------------------------------------------------------------------------------

export interface GlobalConfig {
  /** Process-wide limit of client connections; 0: derived from the descriptor limit at start. */
  readonly maxconn: number;
  /** Threads that carry traffic; `auto`: as many as there are cores. */
  readonly nbthread: number | 'auto';
  /** New client connections per second, process-wide; 0: no limit. */
  readonly maxConnRate: number;
  readonly maxSessRate: number;
  /** After this long a stopping process cuts what is left; 0: not given. */
  readonly hardStopAfterMs: number;
  /** Delay between SIGUSR1 and the closing of the listeners. */
  readonly graceMs: number;
  readonly daemon: boolean;
  readonly pidfile: string | null;
  readonly user: string | null;
  readonly group: string | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly ulimitN: number;
  readonly fdHardLimit: number;
  readonly strictLimits: boolean;
  readonly quiet: boolean;
  readonly zeroWarning: boolean;
  readonly node: string | null;
  readonly description: string | null;
  readonly localpeer: string | null;
  readonly log: readonly LogTarget[];
  /** Name put into syslog headers: a name, `true` for the machine's own, `false` for none. */
  readonly logSendHostname: string | boolean;
  /** Null: `haproxy`. */
  readonly logTag: string | null;
  /** Random part of check intervals, percent, 0 to 50. */
  readonly spreadChecksPercent: number;
  /** Cap on the spreading of first checks; 0: none. */
  readonly maxSpreadChecksMs: number;
  readonly unixBind: UnixBindDefaults;
  /** sluice's own: where `/metrics`, `/livez` and `/readyz` are served (`metrics 127.0.0.1:9404`). */
  readonly metrics: readonly BindAddress[];
  /** Where relative paths inside of `crt-list` files begin; all others have it in front already. */
  readonly crtBase: string | null;
  /** sluice's own: level of the JSON log on standard output; null: as the command line says. */
  readonly jsonLog: JsonLogConfig | null;
}

export interface JsonLogConfig {
  /** `stdout`, `stderr` or a file's path. */
  readonly target: string;
  readonly level: LogLevel;
}

export interface UnixBindDefaults {
  readonly prefix: string | null;
  readonly mode: number | null;
  readonly user: string | null;
  readonly group: string | null;
}

// ---------------------------------------------------------------------------------------------------------
// Proxies (manual 4)
// ---------------------------------------------------------------------------------------------------------

export type ProxyKind = 'frontend' | 'backend' | 'listen';

/** A `frontend`, `backend` or `listen` section; a `listen` has both halves. */
export interface ProxyConfig {
  readonly kind: ProxyKind;
  readonly name: string;
  /** Position-independent number; 0: assigned in order, starting at 2. */
  readonly id: number;
  readonly disabled: boolean;
  /** `http`: each request is looked at and sent on by itself. */
  readonly mode: 'tcp' | 'http';
  readonly description: string | null;
  readonly log: readonly LogTarget[];
  /** True for `log global`: the global targets are used as well. */
  readonly logGlobal: boolean;
  readonly logTag: string | null;
  readonly options: ProxyOptions;
  /** In the order of their lines. */
  readonly acls: readonly AclConfig[];
  /** Without effect in mode tcp. */
  readonly http: HttpOptions;
  /** Present in `frontend` and `listen`. */
  readonly frontend: FrontendConfig | null;
  /** Present in `backend` and `listen`. */
  readonly backend: BackendConfig | null;
}

/** Options that mean something on either side. */
export interface ProxyOptions {
  /** `option tcpka`, or the side's own `clitcpka`/`srvtcpka`. */
  readonly clientKeepAlive: boolean;
  readonly serverKeepAlive: boolean;
  readonly clientKeepAliveTuning: KeepAliveTuning;
  readonly serverKeepAliveTuning: KeepAliveTuning;
  readonly nolinger: boolean;
  readonly abortOnClose: boolean;
  readonly independentStreams: boolean;
}

/** Zero: the system's value. */
export interface KeepAliveTuning {
  readonly idleMs: number;
  readonly intervalMs: number;
  readonly count: number;
}

export interface FrontendConfig {
  readonly binds: readonly BindConfig[];
  /** Concurrent client connections; 0: the process-wide limit. */
  readonly maxconn: number;
  /** Length of the kernel's accept queue; 0: as `maxconn`. */
  readonly backlog: number;
  /** New sessions per second; 0: no limit. */
  readonly rateLimitSessions: number;
  /** Name of a proxy with a backend half; null: the `listen`'s own servers, or none in a `frontend`. */
  readonly defaultBackend: string | null;
  /** Looked at in order, before `defaultBackend`. */
  readonly useBackend: readonly UseBackendRule[];
  readonly timeoutClientMs: number;
  readonly timeoutClientFinMs: number;
  readonly socketStats: boolean;
  readonly logFormat: LogFormatChoice;
  readonly errorLogFormat: string | null;
  readonly logFormatSd: string | null;
  readonly dontLogNull: boolean;
  readonly dontLogNormal: boolean;
  readonly logAsap: boolean;
  readonly logSeparateErrors: boolean;
  /** Without effect in mode tcp. */
  readonly httpFrontend: HttpFrontendOptions;
}

/**
 * `none`: HAProxy's "Connect from ..." line at accept; `tcplog`: manual 8.2.2; `httplog` 8.2.3, `httpslog` 8.2.4, in mode http
 * only; `custom`: `log-format`.
 */
export type LogFormatChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'httplog' }
  | { readonly kind: 'httplog-clf' }
  | { readonly kind: 'httpslog' }
  | { readonly kind: 'tcplog' }
  | { readonly kind: 'tcplog-clf' }
  | { readonly kind: 'custom'; readonly format: string };

export interface BindConfig {
  readonly addresses: readonly BindAddress[];
  readonly name: string | null;
  readonly id: number;
  /** Per socket; 0: the frontend's. */
  readonly maxconn: number;
  readonly backlog: number;
  readonly v6only: boolean;
  readonly v4v6: boolean;
  /** Permissions of a unix socket, e.g. 0o600. */
  readonly mode: number | null;
  readonly user: string | null;
  readonly group: string | null;
  readonly uid: number | null;
  readonly gid: number | null;
  /** Null: what comes is not TLS, or TLS that is passed through. */
  readonly tls: BindTls | null;
}

export interface BackendConfig {
  readonly balance: BalanceConfig;
  readonly hashType: HashTypeConfig;
  /** 0, or a percentage above 100. */
  readonly hashBalanceFactor: number;
  readonly servers: readonly ServerConfig[];
  /** Reference for `minconn`; 0: a tenth of what the frontends can send here. */
  readonly fullconn: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** `option redispatch`: 0 off; -1 on the last retry; N every Nth retry. */
  readonly redispatchInterval: number;
  readonly allBackups: boolean;
  readonly logHealthChecks: boolean;
  readonly source: SourceAddress | null;
  readonly timeoutConnectMs: number;
  readonly timeoutServerMs: number;
  readonly timeoutServerFinMs: number;
  readonly timeoutTunnelMs: number;
  /** 0: as `timeout connect`. */
  readonly timeoutQueueMs: number;
  /** 0: not given, the whole check must then end within `inter`. */
  readonly timeoutCheckMs: number;
  /** Kind of the active check of servers that say `check`. More kinds come with their own keywords. */
  readonly checkType: CheckType;
  /** Looked at in order, before the algorithm. */
  readonly useServer: readonly UseServerRule[];
  /** Without effect in mode tcp. */
  readonly httpBackend: HttpBackendOptions;
}

/** `connect`: TCP (or TLS) connect alone; `option tcp-check` without rules means the same. */
export type CheckType = 'connect';

/** Names as written after `balance` (manual 4.2 "balance"). `fn` is sluice's own: a function registered in code. */
export type BalanceConfig =
  | { readonly algorithm: 'roundrobin' | 'static-rr' | 'leastconn' | 'first' | 'source' }
  | { readonly algorithm: 'random'; readonly draws: number }
  | { readonly algorithm: 'hash'; readonly expression: string }
  /** In mode http. `lengthBytes` and `depth` 0: all of it. `whole`: the query too; `pathOnly`: no scheme and authority. */
  | {
      readonly algorithm: 'uri';
      readonly lengthBytes: number;
      readonly depth: number;
      readonly whole: boolean;
      readonly pathOnly: boolean;
    }
  | { readonly algorithm: 'url_param'; readonly name: string }
  | { readonly algorithm: 'hdr'; readonly name: string; readonly domainOnly: boolean }
  | { readonly algorithm: 'fn'; readonly name: string };

export type HashFunction = 'sdbm' | 'djb2' | 'wt6' | 'crc32' | 'none';

export interface HashTypeConfig {
  readonly method: 'map-based' | 'consistent';
  readonly function: HashFunction;
  readonly avalanche: boolean;
}

export interface ServerConfig {
  readonly name: string;
  /** 0: its position in the backend, from 1. */
  readonly id: number;
  readonly address: ServerAddress;
  /** 0 to 256. */
  readonly weight: number;
  readonly maxconn: number;
  readonly minconn: number;
  readonly maxqueue: number;
  readonly backup: boolean;
  /** Starts in maintenance. */
  readonly disabled: boolean;
  readonly slowstartMs: number;
  /** Null: no active check. */
  readonly check: ServerCheckConfig | null;
  /** `track [backend/]server`; null: its own health. */
  readonly track: string | null;
  readonly observe: 'none' | 'layer4';
  readonly errorLimit: number;
  readonly onError: 'fastinter' | 'fail-check' | 'sudden-death' | 'mark-down';
  readonly onMarkedDown: 'none' | 'shutdown-sessions';
  readonly onMarkedUp: 'none' | 'shutdown-backup-sessions';
  readonly initState: 'none' | 'fully-up' | 'up' | 'down' | 'fully-down';
  readonly initAddr: readonly InitAddr[];
  /** Null: the backend's. */
  readonly source: SourceAddress | null;
  readonly hashKey: 'id' | 'id32' | 'addr' | 'addr-port';
  /** Value that stands for it in the backend's cookie; null: none. */
  readonly cookie: string | null;
  readonly tls: ServerTls | null;
}

/** How a name is resolved when the balancer starts; tried in order (manual 5.2 "init-addr"). */
export type InitAddr =
  | { readonly kind: 'last' | 'libc' | 'none' }
  | { readonly kind: 'ip'; readonly host: string };

export interface ServerCheckConfig {
  readonly interMs: number;
  /** 0: as `inter`. */
  readonly fastinterMs: number;
  readonly downinterMs: number;
  readonly rise: number;
  readonly fall: number;
  /** 0: the server's own. */
  readonly port: number;
  /** Null: the server's own. */
  readonly addr: string | null;
  /** `check-ssl`: the check ends with a TLS handshake and a clean close. */
  readonly ssl: boolean;
  /** Name sent in the check's TLS handshake. */
  readonly sni: string | null;
  readonly alpn: readonly string[];
  /** `verify required` with `ca-file`, or `verify none`. */
  readonly sslVerify: 'required' | 'none';
  readonly caFile: string | null;
}

// ---------------------------------------------------------------------------------------------------------
// Logs (manual 4.2 "log", 8)
// ---------------------------------------------------------------------------------------------------------

export type LogLevel = 'emerg' | 'alert' | 'crit' | 'err' | 'warning' | 'notice' | 'info' | 'debug';

export type LogFacility =
  | 'kern'
  | 'user'
  | 'mail'
  | 'daemon'
  | 'auth'
  | 'syslog'
  | 'lpr'
  | 'news'
  | 'uucp'
  | 'cron'
  | 'auth2'
  | 'ftp'
  | 'ntp'
  | 'audit'
  | 'alert'
  | 'cron2'
  | 'local0'
  | 'local1'
  | 'local2'
  | 'local3'
  | 'local4'
  | 'local5'
  | 'local6'
  | 'local7';

export type LogHeaderFormat =
  | 'local'
  | 'rfc3164'
  | 'rfc5424'
  | 'priority'
  | 'short'
  | 'timed'
  | 'iso'
  | 'raw';

export interface LogTarget {
  /** `udp` to a syslog server, `unix` datagram socket, or a descriptor (1 stdout, 2 stderr). */
  readonly address:
    | { readonly kind: 'udp'; readonly host: string; readonly port: number }
    | { readonly kind: 'unix'; readonly path: string }
    | { readonly kind: 'fd'; readonly fd: number };
  /** Longest line sent, 80 to 65535 bytes. */
  readonly lengthBytes: number;
  /** Null: `rfc3164` when `log-send-hostname` is set, else `local`. */
  readonly format: LogHeaderFormat | null;
  /** `sample 1,3:10`: which of every `size` messages are sent; null: all. */
  readonly sample: { readonly ranges: readonly (readonly [number, number])[]; readonly size: number } | null;
  readonly facility: LogFacility;
  /** Least severe level that is sent. */
  readonly maxLevel: LogLevel;
  /** Severity is capped at this level. */
  readonly minLevel: LogLevel;
}
