/**
 * Figures of two runs side by side: reads what parts print, `NAME: FIGURE UNIT, FIGURE UNIT`. Blanks may stand for the colon, a
 * semicolon for the comma, words before a figure belong to its unit, and a line without a name goes on with the last one.
 *
 * Not here: running them (`main.ts`).
 */

/** `NAME: UNIT` -> every figure that was printed so. */
export type Figures = Map<string, number[]>;

const LINE = /^(.*?)(?:: | {2,})(.+)$/;
const FIGURE = /^(\D*?)(-?[\d.]+) (.+)$/;

/** Adds what a run printed. Numbers within a unit vary with the run and are left out of it. */
export function readFigures(text: string, into: Figures): void {
  let last = '';
  for (const line of text.split('\n')) {
    const [, name = '', rest = ''] = LINE.exec(line) ?? [];
    last = name.trim() === '' ? last : name;
    for (const part of rest.split(/[,;] /)) {
      const [, words = '', value = '', unit = ''] = FIGURE.exec(part.trim()) ?? [];
      if (value === '') continue;
      const key = `${last}: ${words}${unit.replaceAll(/\d+(\.\d+)?/g, '#')}`;
      const list = into.get(key) ?? [];
      into.set(key, list);
      list.push(Number(value));
    }
  }
}

function short(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** A table of the least of each: whatever else the machine does only adds. What only one of both has is named. */
export function compare(here: Figures, base: Figures): string {
  const lines: string[] = [];
  for (const [key, values] of here) {
    const others = base.get(key);
    const mine = Math.min(...values);
    if (others === undefined) {
      lines.push(`  ${key.padEnd(70)}${short(mine).padStart(10)}${'none'.padStart(10)}`);
      continue;
    }
    const theirs = Math.min(...others);
    const ratio = (mine / theirs).toFixed(2);
    lines.push(
      `  ${key.padEnd(70)}${short(mine).padStart(10)}${short(theirs).padStart(10)}${ratio.padStart(8)}`,
    );
  }
  for (const key of base.keys()) if (!here.has(key)) lines.push(`  ${key.padEnd(70)} only in the base`);
  const head = `  ${'figure'.padEnd(70)}${'here'.padStart(10)}${'base'.padStart(10)}${'ratio'.padStart(8)}`;
  return lines.length === 0 ? '  printed nothing to compare' : [head, ...lines].join('\n');
}
