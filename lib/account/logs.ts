/**
 * All logs of one balancer: opens the targets of the configuration and hands each proxy its own.
 *
 * Not here: what a line says and where bytes go (`log/`), events of the library (`../load-balancer.ts`).
 */
import { hostname } from 'node:os';
import type { StateLine } from '../check/messages.ts';
import type { Config, FrontendConfig, GlobalConfig, ProxyConfig } from '../config/config.ts';
import type { Clock } from '../time/clock.ts';
import type { Session, SessionListener } from './account.ts';
import { LogDates } from './log/dates.ts';
import type { DropCounter } from './log/line-writer.ts';
import type { Logger } from './log/logger.ts';
import { SessionLog, type LogWants } from './log/session-log.ts';
import { StateLog } from './log/state-log.ts';
import { LogTargets, type SyslogTarget } from './log/targets.ts';

export interface LogsOptions {
  readonly config: Config;
  readonly clock: Clock;
  /** Notices about the logs themselves. */
  readonly logger: Logger;
  /** JSON lines of sessions and changes of state; null: none. */
  readonly sessionLogger: Logger | null;
  /** Lines `sessionLogger` dropped; null: it does not count them. */
  readonly sessionDrops: DropCounter | null;
  readonly pid: number;
}

export class Logs {
  readonly #options: LogsOptions;
  readonly #dates: LogDates;
  readonly #targets: LogTargets;
  readonly #stateLogs = new Map<string, StateLog>();

  /** Opens every target; throws a system error for a descriptor that is not open. `close` lets them go. */
  constructor(options: LogsOptions) {
    this.#options = options;
    this.#dates = new LogDates();
    this.#targets = new LogTargets({ clock: options.clock, dates: this.#dates, logger: options.logger });
    if (options.sessionDrops !== null) this.#targets.include(options.sessionDrops);
    for (const proxy of options.config.proxies) {
      const targets = this.#open(proxy);
      this.#stateLogs.set(proxy.name, new StateLog({ targets, logger: options.sessionLogger }));
    }
  }

  /** Lines that did not arrive, by target. */
  get dropped(): ReadonlyMap<string, number> {
    return this.#targets.dropped;
  }

  /** The log of one frontend's sessions. */
  sessionListener(proxy: ProxyConfig, config: FrontendConfig): LoggedSessions {
    return new SessionLogListener(
      new SessionLog({
        frontendName: proxy.name,
        mode: proxy.mode,
        tls: config.binds.some((bind) => bind.tls !== null),
        config,
        targets: this.#open(proxy),
        logger: this.#options.sessionLogger,
        pid: this.#options.pid,
        hostname: hostname(),
        dates: this.#dates,
      }),
    );
  }

  /** A line about a proxy or its servers, to that proxy's targets. */
  stateLine(proxyName: string, line: StateLine): void {
    this.#stateLogs.get(proxyName)?.write(line.level, line.text, { proxy: proxyName });
  }

  /** Writes what is left, for a second at most. */
  async close(): Promise<void> {
    await this.#targets.close();
  }

  #open(proxy: ProxyConfig): SyslogTarget[] {
    const { global } = this.#options.config;
    const lines = proxy.logGlobal ? [...global.log, ...proxy.log] : proxy.log;
    const identity = {
      tag: proxy.logTag ?? global.logTag ?? 'haproxy',
      pid: this.#options.pid,
      hostname: sentHostname(global),
    };
    return lines.map((line) => this.#targets.open(line, identity));
  }
}

function sentHostname({ logSendHostname }: GlobalConfig): string | null {
  if (typeof logSendHostname === 'string') return logSendHostname;
  return logSendHostname ? hostname() : null;
}

/** A log that says which steps of a session it writes about, so that others need not be told to it. */
export interface LoggedSessions extends SessionListener {
  readonly wants: LogWants;
}

class SessionLogListener implements LoggedSessions {
  readonly #log: SessionLog;

  constructor(log: SessionLog) {
    this.#log = log;
  }

  get wants(): LogWants {
    return this.#log.wants;
  }

  get asks(): boolean {
    const { started, connected, ended } = this.wants;
    return started || connected || ended;
  }

  sessionStarted(session: Session): void {
    if (!this.wants.started) return;
    const start = session.start();
    this.#log.sessionAccepted(
      { address: start.clientAddress, port: start.clientPort },
      { address: start.frontendAddress, port: start.frontendPort },
    );
  }

  sessionConnected(session: Session): void {
    if (this.wants.connected) this.#log.sessionConnected(session.record());
  }

  sessionEnded(session: Session): void {
    if (this.wants.ended) this.#log.sessionEnded(session.record());
  }
}
