/**
 * The configuration written in TypeScript: the same names as in `Config` without the `Ms`, everything optional
 * that has a default, addresses and times as the text would have them.
 *
 *     const config = defineConfig({
 *       global: { metrics: '127.0.0.1:9404' },
 *       frontends: { https: { bind: '*:443', timeoutClient: '30s', defaultBackend: 'realm' } },
 *       backends: {
 *         realm: {
 *           balance: 'leastconn',
 *           timeoutConnect: '10s',
 *           timeoutServer: '30s',
 *           servers: { a: 'a.example:9443', b: { address: 'b.example:9443', weight: 3, check: true } },
 *         },
 *       },
 *     });
 *
 * Not here: rules and mode http (`define-http.ts`), what is right and wrong (`check.ts`, shared with text), defaults
 * (`defaults.ts`).
 */
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../errors.ts';
import { parseBindAddresses, parseServerAddress, parseSourceAddress } from './address.ts';
import { checkConfig } from './check.ts';
import { describe } from './complain.ts';
import type {
  BackendConfig,
  BalanceConfig,
  BindAddress,
  BindConfig,
  Config,
  FrontendConfig,
  GlobalConfig,
  HashTypeConfig,
  JsonLogConfig,
  KeepAliveTuning,
  LogFormatChoice,
  LogTarget,
  ProxyConfig,
  ProxyKind,
  ProxyOptions,
  ServerAddress,
  ServerCheckConfig,
  ServerConfig,
  SourceAddress,
  UnixBindDefaults,
} from './config.ts';
import {
  BACKEND_DEFAULTS,
  BIND_DEFAULTS,
  BIND_TLS_DEFAULTS,
  CHECK_DEFAULTS,
  FRONTEND_DEFAULTS,
  GLOBAL_DEFAULTS,
  OPTION_DEFAULTS,
  SERVER_DEFAULTS,
  SERVER_TLS_DEFAULTS,
} from './defaults.ts';
import { aclsOf, httpBackendOf, httpFrontendOf, httpOf, useBackendOf, useServerOf } from './define-http.ts';
import type {
  AclInput,
  HttpBackendInput,
  HttpFrontendInput,
  HttpInput,
  UseBackendInput,
  UseServerInput,
} from './define-http.ts';
import type { Fields, Replaced } from './define-types.ts';
import { Diagnostics } from './diagnostic.ts';
import type { Diagnostic } from './diagnostic.ts';
import { Filler } from './fill.ts';
import { settleOptions } from './inherit.ts';
import { readBalanceText, readHashTypeText, readLogText } from './keywords/text.ts';
import { Places } from './places.ts';
import type { BindTls, ServerTls } from './rules.ts';
import { settleTcp } from './settle-tcp.ts';

/** By name, or a list whose members carry their `name`. */
export type Named<T> = Readonly<Record<string, T>> | readonly (T & { readonly name: string })[];

/** `'127.0.0.1 local0 info'` as in the text, or a target. */
export type LogInput = string | LogTarget;

export type GlobalInput = Replaced<
  GlobalConfig,
  {
    readonly log?: LogInput | readonly LogInput[];
    readonly metrics?: string | BindAddress | readonly (string | BindAddress)[];
    readonly unixBind?: Partial<UnixBindDefaults>;
    /** A target alone logs from level `info`. */
    readonly jsonLog?: string | JsonLogConfig | null;
  }
>;

export type OptionsInput = Replaced<
  ProxyOptions,
  {
    readonly clientKeepAliveTuning?: Fields<KeepAliveTuning>;
    readonly serverKeepAliveTuning?: Fields<KeepAliveTuning>;
  }
>;

export type BindInput = Replaced<
  BindConfig,
  { readonly addresses: string | readonly BindAddress[]; readonly tls?: Partial<BindTls> | null }
>;

type CommonInput = Replaced<
  Pick<ProxyConfig, 'mode' | 'id' | 'disabled' | 'description' | 'logGlobal' | 'logTag'>,
  {
    readonly log?: LogInput | readonly LogInput[];
    readonly options?: OptionsInput;
    readonly acls?: readonly AclInput[];
    readonly http?: HttpInput;
  }
>;

type FrontHalf = Replaced<
  Omit<FrontendConfig, 'binds'>,
  {
    /** `'*:443'`, several with commas, or with parameters as an object. */
    readonly bind?: string | BindInput | readonly (string | BindInput)[];
    /** `'none'`, `'tcplog'`, `'httplog'`, `'httplog-clf'`, …, else a format: `'%ci %b/%s'`. */
    readonly logFormat?: string | LogFormatChoice;
    readonly useBackend?: readonly UseBackendInput[];
    readonly httpFrontend?: HttpFrontendInput;
  }
>;

export type CheckInput = Fields<ServerCheckConfig>;

export type ServerInput = Replaced<
  Omit<ServerConfig, 'name'>,
  {
    readonly address: string | ServerAddress;
    /** `true`: a check with the default timing. */
    readonly check?: boolean | CheckInput | null;
    readonly source?: string | SourceAddress | null;
    readonly tls?: Partial<ServerTls> | null;
  }
>;

type BackHalf = Replaced<
  Omit<BackendConfig, 'servers'>,
  {
    /** By name: `{ a: '10.0.0.1:80', b: { address: '10.0.0.2:80', weight: 2 } }`; the order is the declaration's. */
    readonly servers?:
      | Readonly<Record<string, string | ServerInput>>
      | readonly (ServerInput & { readonly name: string })[];
    /** As after `balance` in the text: `'leastconn'`, `'random(3)'`, `'hash src'`, `'fn:mine'`. */
    readonly balance?: string | BalanceConfig;
    /** As after `hash-type` in the text: `'consistent crc32'`. */
    readonly hashType?: string | HashTypeConfig;
    readonly source?: string | SourceAddress | null;
    readonly useServer?: readonly UseServerInput[];
    readonly httpBackend?: HttpBackendInput;
  }
>;

export type FrontendInput = CommonInput & FrontHalf;
export type BackendInput = CommonInput & BackHalf;
export type ListenInput = CommonInput & FrontHalf & BackHalf;

export interface ConfigInput {
  readonly global?: GlobalInput;
  readonly frontends?: Named<FrontendInput>;
  readonly listens?: Named<ListenInput>;
  readonly backends?: Named<BackendInput>;
}

export type { TimeInput } from './define-types.ts';

export interface DefineOptions {
  /** Called for warnings and notices; alerts are thrown together. */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

/**
 * Makes a complete `Config` of an input (see the top of this file). Proxies stand in the order frontends, listens,
 * backends; nothing of the input is kept. Throws `ConfigError` (`ERR_CONFIG`) with every fault found.
 */
export function defineConfig(input: ConfigInput, options: DefineOptions = {}): Config {
  const diagnostics = new Diagnostics();
  const config = new Definer(diagnostics).config(input);
  checkConfig(config, new Places(), diagnostics);
  if (diagnostics.alertCount > 0) throw new ConfigError(diagnostics.list);
  for (const diagnostic of diagnostics.list) options.onDiagnostic?.(diagnostic);
  return structuredClone(config);
}

class Definer {
  readonly #fill: Filler;

  constructor(diagnostics: Diagnostics) {
    this.#fill = new Filler(diagnostics);
  }

  config(input: ConfigInput): Config {
    this.#fill.known(input, ['global', 'frontends', 'listens', 'backends'], 'the configuration');
    const proxies = [
      ...this.#named(input.frontends, 'frontends').map(([name, one]) => this.#proxy('frontend', name, one)),
      ...this.#named(input.listens, 'listens').map(([name, one]) => this.#proxy('listen', name, one)),
      ...this.#named(input.backends, 'backends').map(([name, one]) => this.#proxy('backend', name, one)),
    ];
    return { global: this.#global(input.global ?? {}), proxies };
  }

  #global(input: GlobalInput): GlobalConfig {
    const { log, metrics, unixBind, jsonLog, ...rest } = input;
    const { unixBind: noUnixBind } = GLOBAL_DEFAULTS;
    return {
      ...this.#fill.from(GLOBAL_DEFAULTS, rest, 'global'),
      log: this.#logs(log, 'global'),
      metrics: listOf(metrics).flatMap((one) => this.#metrics(one)),
      unixBind: this.#fill.from(noUnixBind, unixBind ?? {}, 'global: unixBind'),
      jsonLog: typeof jsonLog === 'string' ? { target: jsonLog, level: 'info' } : (jsonLog ?? null),
    };
  }

  #metrics(input: string | BindAddress): readonly BindAddress[] {
    if (typeof input !== 'string') return [input];
    return this.#fill.text<readonly BindAddress[]>(input, parseBindAddresses, 'global: metrics') ?? [];
  }

  #proxy(kind: ProxyKind, name: string, input: ListenInput): ProxyConfig {
    const where = `${kind} '${name}'`;
    const { log, options, acls, http, mode, id, disabled, description, logGlobal, logTag, ...halves } = input;
    const common = { mode: 'tcp', id: 0, disabled: false, description: null, logGlobal: false, logTag: null };
    const front = kind === 'backend' ? {} : FRONTEND_DEFAULTS;
    const back = kind === 'frontend' ? {} : BACKEND_DEFAULTS;
    const allowed = [
      ...Object.keys(front),
      ...Object.keys(back),
      ...(kind === 'backend' ? [] : ['bind']),
      'name',
    ];
    this.#fill.known(
      halves,
      allowed.filter((key) => key !== 'binds'),
      where,
    );
    return this.#settle({
      kind,
      name,
      ...this.#fill.from<Pick<ProxyConfig, keyof typeof common>>(
        common as Pick<ProxyConfig, keyof typeof common>,
        { mode, id, disabled, description, logGlobal, logTag },
        where,
      ),
      log: this.#logs(log, where),
      acls: aclsOf(this.#fill, acls, where),
      http: httpOf(this.#fill, http, where),
      options: settleOptions(this.#options(options ?? {}, where), kind),
      frontend: kind === 'backend' ? null : this.#frontend(halves, where),
      backend: kind === 'frontend' ? null : this.#backend(halves, where),
    });
  }

  /** What only mode http has is left out of a proxy in mode tcp, aloud, as it is in text. */
  #settle(proxy: ProxyConfig): ProxyConfig {
    const settled = settleTcp(proxy);
    if (isDeepStrictEqual(settled, proxy)) return proxy;
    const message = `${describe(proxy)} is in mode tcp: what only mode http has is ignored`;
    this.#fill.warn('needs-mode-http', message, "say mode: 'http', or leave it out");
    return settled;
  }

  #options(input: OptionsInput, where: string): ProxyOptions {
    const { clientKeepAliveTuning, serverKeepAliveTuning, ...rest } = input;
    const absent = OPTION_DEFAULTS;
    return {
      ...this.#fill.from(absent, rest, `${where}: options`),
      clientKeepAliveTuning: this.#fill.from(
        absent.clientKeepAliveTuning,
        clientKeepAliveTuning ?? {},
        where,
      ),
      serverKeepAliveTuning: this.#fill.from(
        absent.serverKeepAliveTuning,
        serverKeepAliveTuning ?? {},
        where,
      ),
    };
  }

  #frontend(input: FrontHalf, where: string): FrontendConfig {
    const { bind, logFormat } = input;
    return {
      ...this.#fill.pick(
        FRONTEND_DEFAULTS,
        input,
        ['binds', 'logFormat', 'useBackend', 'httpFrontend'],
        where,
      ),
      binds: listOf(bind).flatMap((one) => this.#bind(one, where)),
      logFormat: logFormatOf(logFormat),
      useBackend: useBackendOf(this.#fill, input.useBackend, where),
      httpFrontend: httpFrontendOf(this.#fill, input.httpFrontend, where),
    };
  }

  #bind(input: string | BindInput, where: string): BindConfig[] {
    const { addresses, tls, ...rest }: BindInput = typeof input === 'string' ? { addresses: input } : input;
    const parsed = this.#fill.text(addresses, parseBindAddresses, `${where}: bind`);
    if (parsed === null) return [];
    return [
      {
        ...this.#fill.from(BIND_DEFAULTS, rest, `${where}: bind`),
        addresses: parsed,
        tls: this.#tls(BIND_TLS_DEFAULTS, tls, `${where}: bind: tls`),
      },
    ];
  }

  #backend(input: BackHalf, where: string): BackendConfig {
    const { servers, balance, hashType, source } = input;
    const absent = BACKEND_DEFAULTS;
    const apart = ['servers', 'balance', 'hashType', 'source', 'useServer', 'httpBackend'] as const;
    const named = Array.isArray(servers)
      ? servers
      : Object.entries(servers ?? {}).map(([name, one]) => toServer(name, one));
    return {
      ...this.#fill.pick(absent, input, apart, where),
      balance:
        this.#fill.text(balance ?? absent.balance, readBalanceText, `${where}: balance`) ?? absent.balance,
      hashType:
        this.#fill.text(hashType ?? absent.hashType, readHashTypeText, `${where}: hashType`) ??
        absent.hashType,
      source: this.#source(source, where),
      useServer: useServerOf(this.#fill, input.useServer, where),
      httpBackend: httpBackendOf(this.#fill, input.httpBackend, where),
      servers: named.flatMap((one) => this.#server(one, where)),
    };
  }

  #server(input: ServerInput & { readonly name: string }, inside: string): ServerConfig[] {
    const { name, address, check, source, tls, ...rest } = input;
    const where = `${inside}: server '${name}'`;
    const parsed = this.#fill.text(address, parseServerAddress, where);
    if (parsed === null) return [];
    const filledTls = this.#tls(SERVER_TLS_DEFAULTS, tls, `${where}: tls`);
    return [
      {
        ...this.#fill.from(SERVER_DEFAULTS, rest, where),
        name,
        address: parsed,
        check: checkAsServer(this.#check(check, where), check, filledTls),
        source: this.#source(source, where),
        tls: filledTls,
      },
    ];
  }

  #tls<T extends object>(absent: T, input: Partial<T> | null | undefined, where: string): T | null {
    return input === undefined || input === null ? null : this.#fill.from(absent, input, where);
  }

  #check(input: boolean | CheckInput | null | undefined, where: string): ServerCheckConfig | null {
    if (input === undefined || input === null || input === false) return null;
    return this.#fill.from(CHECK_DEFAULTS, input === true ? {} : input, `${where}: check`);
  }

  #source(input: string | SourceAddress | null | undefined, where: string): SourceAddress | null {
    if (input === undefined || input === null) return null;
    return this.#fill.text(input, parseSourceAddress, `${where}: source`);
  }

  #logs(input: LogInput | readonly LogInput[] | undefined, where: string): LogTarget[] {
    return listOf(input).flatMap((one) => this.#fill.text(one, readLogText, `${where}: log`) ?? []);
  }

  #named<T>(input: Named<T> | undefined, where: string): [string, T][] {
    if (input === undefined) return [];
    if (!Array.isArray(input)) return Object.entries(input as Readonly<Record<string, T>>);
    return input.map((one: T & { readonly name: string }) => [this.#fill.name(one.name, where), one]);
  }
}

/** As in text: a server's words about trust hold for its check, which speaks TLS as well unless it goes elsewhere or says otherwise. */
function checkAsServer(
  check: ServerCheckConfig | null,
  given: ServerInput['check'],
  tls: ServerTls | null,
): ServerCheckConfig | null {
  if (check === null || tls === null) return check;
  const said = typeof given === 'object' ? given?.ssl : undefined;
  const ssl = said ?? (check.port === 0 && check.addr === null);
  return { ...check, ssl, sslVerify: tls.verify, caFile: tls.caFile };
}

function toServer(name: string, input: string | ServerInput): ServerInput & { readonly name: string } {
  return typeof input === 'string' ? { name, address: input } : { ...input, name };
}

function listOf<T>(input: T | readonly T[] | undefined): readonly T[] {
  if (input === undefined) return [];
  return Array.isArray(input) ? input : [input as T];
}

function logFormatOf(input: string | LogFormatChoice | undefined): LogFormatChoice {
  if (input === undefined) return FRONTEND_DEFAULTS.logFormat;
  if (typeof input !== 'string') return input;
  const choice = LOG_FORMATS.find((one) => one === input);
  return choice === undefined ? { kind: 'custom', format: input } : { kind: choice };
}

const LOG_FORMATS = ['none', 'tcplog', 'tcplog-clf', 'httplog', 'httplog-clf', 'httpslog'] as const;
