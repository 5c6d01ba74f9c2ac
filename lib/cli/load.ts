/**
 * Command line -> configuration: reads the files or the quick form's text, shows what is wrong with them, and lays the
 * command line's own values over the result, since those win (HAProxy management guide 3).
 *
 * Not here: what the text means (`../config/`), starting (`start.ts`).
 */
import { isDeepStrictEqual } from 'node:util';
import type { Config, ProxyConfig, ServerConfig } from '../config/config.ts';
import type { Diagnostic } from '../config/diagnostic.ts';
import { readConfigFiles } from '../config/files.ts';
import { parseConfig } from '../config/parse.ts';
import { Places } from '../config/places.ts';
import { renderDiagnostics } from '../config/render.ts';
import type { ConfigText } from '../config/statements.ts';
import type { CommandLine } from './arguments.ts';
import type { Messages } from './messages.ts';
import { METRICS_FILE, metricsText, QUICK_FORM_FILE, quickFormText } from './quick-form.ts';

/** A configuration that may be started. */
export interface Loaded {
  /** As read. */
  readonly texts: readonly ConfigText[];
  readonly config: Config;
  /** Where its parts were written, for faults that are found later. */
  readonly places: Places;
  /** The text that says all of `config`, where a quick form stands for one. */
  readonly quickText: string | null;
  readonly warningCount: number;
}

/**
 * The configuration the command line asks for; null if it has faults, which have been said then.
 * `environment` holds the variables its text may use. `texts`: what another process has read, and said all about but faults.
 */
export function loadConfig(
  command: CommandLine,
  environment: NodeJS.ProcessEnv,
  messages: Messages,
  texts: readonly ConfigText[] | null = null,
): Loaded | null {
  const quickText = command.quick === null ? null : quickFormText(command.quick);
  const read = texts === null ? readTexts(command, quickText) : { texts, diagnostics: [] };
  const unreadable = read.diagnostics.some((one) => one.severity === 'alert');
  const parsed = unreadable
    ? { config: null, diagnostics: [], places: new Places() }
    : parseConfig(read.texts, { environment: variables(command, environment), diag: command.diagnostics });
  const diagnostics = [...read.diagnostics, ...parsed.diagnostics];
  if (parsed.config === null) {
    showFaults(diagnostics, messages);
    return null;
  }
  if (texts === null) show(diagnostics, messages);
  const config = withCommandLine(parsed.config, command);
  const warningCount = diagnostics.filter((one) => one.severity === 'warning').length;
  if (warningCount > 0 && (command.zeroWarning || config.global.zeroWarning)) {
    messages.alert("config : Some warnings were found and 'zero-warning' is set. Aborting.");
    return null;
  }
  // What the command line says beside the quick form is not in that text.
  const told = quickText !== null && isDeepStrictEqual(config, parsed.config) ? quickText : null;
  return { texts: read.texts, config, places: parsed.places, quickText: told, warningCount };
}

function readTexts(
  { files, metrics }: CommandLine,
  quickText: string | null,
): ReturnType<typeof readConfigFiles> {
  if (quickText === null) {
    const { texts, diagnostics } = readConfigFiles(files);
    if (metrics.length === 0) return { texts, diagnostics };
    return { texts: [...texts, { file: METRICS_FILE, text: metricsText(metrics) }], diagnostics };
  }
  return { texts: [{ file: QUICK_FORM_FILE, text: quickText }], diagnostics: [] };
}

/** Shows what forbids a start, in HAProxy's order: the faults, the files they are in, the verdict. */
export function showFaults(diagnostics: readonly Diagnostic[], messages: Messages): void {
  show(diagnostics, messages);
  const alerts = diagnostics.filter(({ severity }) => severity === 'alert');
  for (const file of new Set(alerts.flatMap(({ place }) => place?.file ?? []))) {
    messages.alert(`config : Error(s) found in configuration file : ${file}`);
  }
  messages.alert('config : Fatal errors found in configuration.');
}

function show(diagnostics: readonly Diagnostic[], messages: Messages): void {
  messages.raw(renderDiagnostics(diagnostics, { pid: messages.pid, color: messages.color }));
}

function variables(command: CommandLine, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return command.localPeer === null ? environment : { ...environment, HAPROXY_LOCALPEER: command.localPeer };
}

/** The configuration with the command line's own values laid over it. */
export function withCommandLine(config: Config, command: CommandLine): Config {
  const { global } = config;
  return {
    global: {
      ...global,
      maxconn: command.maxconn ?? global.maxconn,
      pidfile: command.pidfile ?? global.pidfile,
      localpeer: command.localPeer ?? global.localpeer,
      jsonLog: command.logJson === null ? global.jsonLog : { target: 'stdout', level: command.logJson },
    },
    proxies: config.proxies.map((proxy) => proxyWithCommandLine(proxy, command)),
  };
}

function proxyWithCommandLine(proxy: ProxyConfig, command: CommandLine): ProxyConfig {
  const { frontend, backend } = proxy;
  return {
    ...proxy,
    frontend: frontend && { ...frontend, maxconn: frontend.maxconn || (command.proxyMaxconn ?? 0) },
    backend: backend && {
      ...backend,
      servers: backend.servers.map((one) => serverWithCommandLine(one, command)),
    },
  };
}

function serverWithCommandLine(server: ServerConfig, command: CommandLine): ServerConfig {
  const check = server.check;
  return {
    ...server,
    initAddr: command.ignoreResolution ? [...server.initAddr, { kind: 'none' }] : server.initAddr,
    check: check && command.noServerVerify ? { ...check, sslVerify: 'none' } : check,
  };
}
