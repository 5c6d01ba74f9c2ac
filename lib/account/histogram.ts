/**
 * A histogram with fixed bounds: what Prometheus needs, as plain numbers.
 *
 * Not here: its exposition (`prometheus.ts`).
 */

/** Connect, queue and first byte: half a millisecond to a minute. */
export const WAIT_BUCKETS_SECONDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/** Sessions: milliseconds to a week, since a WebSocket may stay for days. */
export const DURATION_BUCKETS_SECONDS: readonly number[] = [
  0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 43_200, 86_400, 259_200, 604_800,
];

export class Histogram {
  /** Upper bounds in seconds, rising; values above the last count only in `count`. */
  readonly boundsSeconds: readonly number[];
  /** Observations per bucket, not cumulative; one more than bounds, the last is +Inf. */
  readonly counts: Float64Array;
  sumSeconds = 0;
  count = 0;

  constructor(boundsSeconds: readonly number[]) {
    this.boundsSeconds = boundsSeconds;
    this.counts = new Float64Array(boundsSeconds.length + 1);
  }

  observe(seconds: number): void {
    let low = 0;
    let high = this.boundsSeconds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (seconds <= (this.boundsSeconds[middle] ?? Number.POSITIVE_INFINITY)) high = middle;
      else low = middle + 1;
    }
    this.counts[low] = (this.counts[low] ?? 0) + 1;
    this.sumSeconds += seconds;
    this.count += 1;
  }
}
