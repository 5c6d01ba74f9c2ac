/**
 * Whether memory stays flat: samples over the whole time, the least of its last quarter beside the least of its second one.
 * The first quarter is warming up; the least, because what waits to be collected is no leak.
 *
 * Not here: where samples come from.
 */
export interface MemorySample {
  readonly atMs: number;
  readonly bytes: number;
}

export interface MemoryTrend {
  readonly sampleCount: number;
  readonly mostBytes: number;
  readonly secondQuarterBytes: number;
  readonly lastQuarterBytes: number;
  /** By least squares over what follows the first quarter. */
  readonly bytesPerMinute: number;
  /** What the last quarter may have more. */
  readonly allowedBytes: number;
  readonly flat: boolean;
}

function least(samples: readonly MemorySample[]): number {
  return Math.min(...samples.map(({ bytes }) => bytes));
}

function slope(samples: readonly MemorySample[]): number {
  const count = samples.length;
  const meanMs = samples.reduce((sum, { atMs }) => sum + atMs, 0) / count;
  const meanBytes = samples.reduce((sum, { bytes }) => sum + bytes, 0) / count;
  let [together, alone] = [0, 0];
  for (const { atMs, bytes } of samples) {
    together += (atMs - meanMs) * (bytes - meanBytes);
    alone += (atMs - meanMs) ** 2;
  }
  return alone === 0 ? 0 : together / alone;
}

/** `allowedBytes`: the collector's play. With fewer than 8 samples nothing can be said, and it counts as not flat. */
export function memoryTrend(samples: readonly MemorySample[], allowedBytes: number): MemoryTrend {
  const quarter = Math.floor(samples.length / 4);
  const [second, last] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
  const [secondQuarterBytes, lastQuarterBytes] = [least(second), least(last)];
  return {
    sampleCount: samples.length,
    mostBytes: Math.max(...samples.map(({ bytes }) => bytes)),
    secondQuarterBytes,
    lastQuarterBytes,
    bytesPerMinute: slope(samples.slice(quarter)) * 60_000,
    allowedBytes,
    flat: samples.length >= 8 && lastQuarterBytes <= secondQuarterBytes + allowedBytes,
  };
}
