/** A server and a probe that do what the test says. */
import type { CheckTarget } from '../../lib/check/check.ts';
import type { Flip } from '../../lib/check/health.ts';
import { Health } from '../../lib/check/health.ts';
import type { Probe, ProbeAddress, ProbeTimeouts, RunningProbe } from '../../lib/check/probe.ts';
import type { CheckResult, CheckStatus } from '../../lib/check/result.ts';
import { checkResult } from '../../lib/check/result.ts';
import type { ServerCheckConfig } from '../../lib/config/config.ts';
import type { Clock } from '../../lib/time/clock.ts';

/** Check settings as HAProxy's defaults, but for `more`. */
export function checkConfig(more: Partial<ServerCheckConfig> = {}): ServerCheckConfig {
  return {
    interMs: 2000,
    fastinterMs: 0,
    downinterMs: 0,
    rise: 2,
    fall: 3,
    port: 0,
    addr: null,
    ssl: false,
    sni: null,
    alpn: [],
    sslVerify: 'none',
    caFile: null,
    ...more,
  };
}

export class StandInTarget implements CheckTarget {
  readonly backendName = 'b';
  readonly serverName: string;
  readonly backup = false;
  readonly health: Health;
  checkable = true;
  address: ProbeAddress | null = { host: '127.0.0.1', port: 1 };
  readonly ended: { result: CheckResult; flip: Flip | null }[] = [];
  /** Called from within `checkEnded`. */
  onEnded: () => void = () => {};

  constructor(serverName = 's', health = new Health({ rise: 2, fall: 3, initState: 'none' })) {
    this.serverName = serverName;
    this.health = health;
  }

  probeAddress(): ProbeAddress | null {
    return this.address;
  }

  checkEnded(result: CheckResult, flip: Flip | null): void {
    this.ended.push({ result, flip });
    this.onEnded();
  }
}

/** Answers after `tookMs` with `status`, and writes down when it was asked. */
export class StandInProbe implements Probe {
  status: CheckStatus = 'L4OK';
  tookMs = 0;
  readonly startedAtMs: number[] = [];
  readonly timeouts: ProbeTimeouts[] = [];
  runningCount = 0;
  mostRunningCount = 0;
  cancelledCount = 0;
  readonly #clock: Clock;
  readonly #zeroMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#zeroMs = clock.nowMs();
  }

  run(_address: ProbeAddress, timeouts: ProbeTimeouts, done: (result: CheckResult) => void): RunningProbe {
    this.startedAtMs.push(this.#clock.nowMs() - this.#zeroMs);
    this.timeouts.push(timeouts);
    this.runningCount += 1;
    this.mostRunningCount = Math.max(this.mostRunningCount, this.runningCount);
    let ended = false;
    const end = (): boolean => {
      if (ended) return false;
      ended = true;
      this.runningCount -= 1;
      return true;
    };
    const timer = this.#clock.after(this.tookMs, () => {
      if (end()) done(checkResult(this.status, { durationMs: this.tookMs }));
    });
    return {
      cancel: () => {
        timer.cancel();
        if (end()) this.cancelledCount += 1;
      },
    };
  }
}
