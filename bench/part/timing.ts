/**
 * How a part is timed and how it says so. Every part prints lines of one form, `NAME: FIGURE UNIT, FIGURE UNIT`, which the
 * runner reads to compare two commits.
 *
 * Not here: what is timed, the comparison (`main.ts`).
 */

const ROUNDS = 5;
const BATCH = 16;

/** Nanoseconds per call: the median of several rounds after one that does not count, `seconds` in all. */
export function nanosecondsPerCall(work: () => void, seconds: number): number {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const budgetNs = (seconds * 1e9) / (ROUNDS + 1);
    const start = process.hrtime.bigint();
    let calls = 0;
    let spentNs = 0;
    while (spentNs < budgetNs) {
      for (let batch = 0; batch < BATCH; batch += 1) work();
      calls += BATCH;
      spentNs = Number(process.hrtime.bigint() - start);
    }
    if (round > 0) rounds.push(spentNs / calls);
  }
  return median(rounds);
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** `12.3 ns choose`. */
export function figure(value: number, unit: string): string {
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

/** One line. `name` holds no colon, a unit no comma. */
export function say(name: string, ...figures: readonly string[]): void {
  process.stdout.write(`${name}: ${figures.join(', ')}\n`);
}
