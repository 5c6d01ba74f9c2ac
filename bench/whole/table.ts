/**
 * Figures and goals as tables: for a terminal, and in Markdown as the README has it.
 *
 * Not here: the chart (`chart.ts`), what the goals are (`goals.ts`).
 */
import type { Figure, Spread } from './figure.ts';
import type { Goal, Verdict } from './goals.ts';

const HEADINGS = ['load', 'through', 'rate', 'cost', 'to HAProxy', 'to others', 'p50 ms', 'p99 ms'];

/** Three significant digits, no exponent. */
export function short(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}

function withUnit(figure: Spread | null, unit: string): string {
  return figure === null ? '' : `${short(figure.median)} ${unit}`;
}

/** `1.05 (0.98-1.10)`. */
function withSpread(value: Spread | null, digits = 2): string {
  if (value === null) return '';
  const [middle, least, most] = [value.median, value.least, value.most].map((one) => one.toFixed(digits));
  return least === most ? `${middle}` : `${middle} (${least} to ${most})`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** Everything that was measured. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure, index) => [
    figures[index - 1]?.load === figure.load ? '' : figure.load,
    figure.contestant,
    withUnit(figure.rate, figure.rateUnit),
    withUnit(figure.cost, figure.costUnit),
    withSpread(figure.ratio),
    figure.against.map(({ to, ratio }) => `${withSpread(ratio)} to ${to}`).join('; '),
    figure.p50Ms === null ? '' : short(figure.p50Ms),
    figure.p99Ms === null ? '' : short(figure.p99Ms),
  ]);
  return aligned([HEADINGS, ...rows]);
}

/** Growth is in percent; everything else in hundredths. */
function digits({ measure }: Goal): number {
  return measure.kind === 'growth' ? 0 : 2;
}

/** The goals, each with what was measured. */
export function goalTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ goal, value, verdict }) => [
    goal.work,
    withSpread(value, digits(goal)),
    `at most ${goal.reach}`,
    goal.aim === null ? '' : `${goal.aim}`,
    verdict,
  ]);
  return aligned([['goal', 'measured', 'to reach', 'to aim at', ''], ...rows]);
}

/** The same in Markdown, with both balancers' figures, to be pasted into the README. */
export function markdown(
  figures: readonly Figure[],
  verdicts: readonly Verdict[],
  notes: readonly string[],
): string {
  const rows = verdicts.map(({ goal, figure, value }) => {
    const peer = figures.find((one) => one.load === figure.load && one.contestant === peerOf(goal));
    const shown = withSpread(value, digits(goal));
    const bold = `**${shown.split(' ')[0]}**${shown.slice(shown.split(' ')[0]?.length)}`;
    const costs = [figure, peer].map((one) => (one?.cost ? short(one.cost.median) : ''));
    return `| ${[goal.work, ...costs, bold, goal.reach, goal.aim ?? ''].join(' | ')} |`;
  });
  const head =
    '| work | sluice | compared with | ratio, growth or figure | to reach | to aim at |\n|---|---|---|---|---|---|';
  return `${head}\n${rows.join('\n')}\n\n${notes.join('  \n')}\n`;
}

/** Whose cost stands beside ours. */
function peerOf({ measure }: Goal): string {
  return measure.kind === 'against' || measure.kind === 'growth' ? measure.label : 'haproxy';
}
