/**
 * Log targets (manual 4.2 "log"): one writer per address, shared by all who log there, and per `log` line its levels,
 * sampling, length and head.
 *
 * Not here: what is logged (`session-log.ts`, `state-log.ts`), how bytes get there (the sinks).
 */
import type { LogLevel, LogTarget } from '../../config/config.ts';
import type { Clock } from '../../time/clock.ts';
import { DatagramSink } from './datagram-sink.ts';
import type { LogDates } from './dates.ts';
import { openDescriptor } from './descriptor-sink.ts';
import { LineWriter } from './line-writer.ts';
import type { DropCounter, LineSink } from './line-writer.ts';
import type { Logger } from './logger.ts';
import { SyslogHeader, severity } from './syslog.ts';
import { UdpSink } from './udp-sink.ts';

/** What every line of a process or proxy has in its head. */
export interface LogIdentity {
  readonly tag: string;
  readonly pid: number;
  /** Null without `log-send-hostname`. */
  readonly hostname: string | null;
}

export interface LogTargetsOptions {
  readonly clock: Clock;
  readonly dates: LogDates;
  /** Told once if a target cannot work here. */
  readonly logger: Logger;
}

/** All writers of a process. Who makes it must close it. */
export class LogTargets {
  readonly #options: LogTargetsOptions;
  readonly #writers = new Map<string, LineWriter>();
  readonly #included: DropCounter[] = [];

  constructor(options: LogTargetsOptions) {
    this.#options = options;
  }

  /** Opens a `log` line's target for one proxy. Throws a system error for a descriptor that is not open. */
  open(target: LogTarget, identity: LogIdentity): SyslogTarget {
    const { clock, dates } = this.#options;
    const header = new SyslogHeader({
      format: target.format ?? (identity.hostname === null ? 'local' : 'rfc3164'),
      facility: target.facility,
      dates,
      ...identity,
    });
    return new SyslogTarget(target, header, this.#writer(target), clock);
  }

  /** Shows the drops of a log opened elsewhere (the JSON log) with the others. It stays its opener's to close. */
  include(counter: DropCounter): void {
    this.#included.push(counter);
  }

  /** Lines that did not arrive, by target (`udp@10.0.0.1:514`, `unix@/dev/log`, `stdout`). */
  get dropped(): ReadonlyMap<string, number> {
    const writers = [...this.#writers.values(), ...this.#included];
    return new Map(writers.map((writer) => [writer.name, writer.droppedCount]));
  }

  /** Writes what is left, for a second at most, and closes everything. */
  async close(): Promise<void> {
    await Promise.all([...this.#writers.values()].map((writer) => writer.close()));
  }

  #writer(target: LogTarget): LineWriter {
    const name = targetName(target);
    const known = this.#writers.get(name);
    if (known !== undefined) return known;
    const writer = new LineWriter(name, this.#sink(target), this.#options.clock);
    this.#writers.set(name, writer);
    return writer;
  }

  #sink(target: LogTarget): LineSink {
    const { address } = target;
    switch (address.kind) {
      case 'udp':
        return new UdpSink(address.host, address.port);
      case 'unix':
        return new DatagramSink(address.path, this.#options.clock, this.#options.logger);
      case 'fd':
        return openDescriptor(address.fd);
    }
  }
}

/** As metrics and notices call it. */
export function targetName({ address }: LogTarget): string {
  switch (address.kind) {
    case 'udp':
      return `udp@${address.host}:${address.port}`;
    case 'unix':
      return `unix@${address.path}`;
    case 'fd':
      return ['', 'stdout', 'stderr'][address.fd] ?? `fd@${address.fd}`;
  }
}

/** One `log` line of one proxy. */
export class SyslogTarget {
  readonly #target: LogTarget;
  readonly #header: SyslogHeader;
  readonly #writer: LineWriter;
  readonly #clock: Clock;
  readonly #leastSevere: number;
  readonly #mostSevere: number;
  /** Position within the sample, 1 to its size. */
  #turn = 0;

  constructor(target: LogTarget, header: SyslogHeader, writer: LineWriter, clock: Clock) {
    this.#target = target;
    this.#header = header;
    this.#writer = writer;
    this.#clock = clock;
    this.#leastSevere = severity(target.maxLevel);
    this.#mostSevere = severity(target.minLevel);
  }

  /** Whether a message of this level could go out here; asked before text is made. */
  accepts(level: LogLevel): boolean {
    return severity(level) <= this.#leastSevere;
  }

  /** Sends a message if level and sample let it. `structured`: RFC 5424 data, empty for none. */
  send(level: LogLevel, message: string, structured = ''): void {
    if (!this.accepts(level) || !this.#sampled()) return;
    const capped = Math.max(severity(level), this.#mostSevere);
    this.#writer.write(
      this.#header.line(capped, this.#clock.wallMs(), structured, message, this.#target.lengthBytes),
    );
  }

  #sampled(): boolean {
    const { sample } = this.#target;
    if (sample === null) return true;
    this.#turn = (this.#turn % sample.size) + 1;
    return sample.ranges.some(([low, high]) => this.#turn >= low && this.#turn <= high);
  }
}
