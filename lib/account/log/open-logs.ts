/**
 * From the configuration to the logs of its proxies: which targets a proxy writes to and under which tag.
 *
 * Not here: what is written (`session-log.ts`, `state-log.ts`).
 */
import type { Config, LogTarget, ProxyConfig } from '../../config/config.ts';
import type { LogDates } from './dates.ts';
import type { Logger } from './logger.ts';
import { SessionLog } from './session-log.ts';
import { StateLog } from './state-log.ts';
import type { LogIdentity, LogTargets } from './targets.ts';

export interface OpenLogsOptions {
  readonly targets: LogTargets;
  readonly dates: LogDates;
  /** JSON lines; null: none. */
  readonly logger: Logger | null;
  readonly pid: number;
  /** The machine's own name (`os.hostname()`). */
  readonly hostname: string;
}

/** The log of a frontend's sessions; null for a proxy without a frontend. Throws a system error as `LogTargets.open`. */
export function openSessionLog(
  config: Config,
  proxy: ProxyConfig,
  options: OpenLogsOptions,
): SessionLog | null {
  if (proxy.frontend === null) return null;
  const identity = identityOf(config, proxy, options);
  return new SessionLog({
    frontendName: proxy.name,
    config: proxy.frontend,
    targets: targetsOf(config, proxy).map((target) => options.targets.open(target, identity)),
    logger: options.logger,
    pid: options.pid,
    hostname: identity.hostname ?? options.hostname,
    dates: options.dates,
  });
}

/** The log of a proxy's states; of the process itself (the global targets) for null. */
export function openStateLog(config: Config, proxy: ProxyConfig | null, options: OpenLogsOptions): StateLog {
  const identity = identityOf(config, proxy, options);
  const targets = proxy === null ? config.global.log : targetsOf(config, proxy);
  return new StateLog({
    targets: targets.map((target) => options.targets.open(target, identity)),
    logger: options.logger,
  });
}

function targetsOf(config: Config, proxy: ProxyConfig): readonly LogTarget[] {
  return proxy.logGlobal ? [...config.global.log, ...proxy.log] : proxy.log;
}

function identityOf(config: Config, proxy: ProxyConfig | null, options: OpenLogsOptions): LogIdentity {
  const { logSendHostname, logTag } = config.global;
  const ownName = logSendHostname === true ? options.hostname : null;
  return {
    tag: proxy?.logTag ?? logTag ?? 'haproxy',
    pid: options.pid,
    hostname: typeof logSendHostname === 'string' ? logSendHostname : ownName,
  };
}
