/**
 * Figures as a table for a terminal.
 *
 * Not here: the chart (`chart.ts`).
 */
import type { Figure, Spread } from './measure.ts';

const HEADINGS = ['load', 'through', 'rate', 'cost', 'to HAProxy', 'p50 ms', 'p99 ms'];

/** Three significant digits, no exponent. */
export function short(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}

function withUnit(figure: Spread | null, unit: string): string {
  return figure === null ? '' : `${short(figure.median)} ${unit}`;
}

function withSpread(ratio: Spread | null): string {
  if (ratio === null) return '';
  const range = ratio.least === ratio.most ? '' : ` (${ratio.least.toFixed(2)}-${ratio.most.toFixed(2)})`;
  return ratio.median.toFixed(2) + range;
}

export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure, index) => [
    figures[index - 1]?.load === figure.load ? '' : figure.load,
    figure.contestant,
    withUnit(figure.rate, figure.rateUnit),
    withUnit(figure.cost, figure.costUnit),
    withSpread(figure.ratio),
    figure.p50Ms === null ? '' : short(figure.p50Ms),
    figure.p99Ms === null ? '' : short(figure.p99Ms),
  ]);
  const all = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
