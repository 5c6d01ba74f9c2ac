/**
 * Figures as a chart: per row a bar for each balancer, as long as its cost per unit of work in relation to HAProxy's with the
 * same setting. Readable on light and dark pages: no background, colours by the reader's scheme.
 *
 * Not here: where it is written to (`main.ts`).
 */
import type { Figure } from './figure.ts';

const WIDTH = 820;
const LEFT = 300;
const BAR = 13;
const GAP = 12;
const TOP = 56;
/** Room for the figures to the right of the longest bar. */
const RIGHT = 60;
/** A longer bar is cut here; the figure beside it tells. */
const LONGEST = 3;
/** Rows in which only settings other than the ordinary one say something new. */
const VARIATION = /^(threads|logging): /;
const TUNED = 'haproxy, 256 KiB buffers';

/** Kinds of bars: class, name in the legend, room of the name. */
const KINDS = [
  ['sluice', 'sluice', 80],
  ['haproxy', 'HAProxy', 90],
  ['tuned', 'HAProxy, 256 KiB buffers', 190],
  ['nginx', 'nginx', 80],
  ['httpxy', 'httpxy', 70],
  ['http-proxy-3', 'http-proxy-3', 90],
] as const;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 14px; font-weight: 600; }
  .quiet { fill: #57606a; font-size: 11px; }
  .sluice { fill: #1a7f37; } .haproxy { fill: #8c959f; } .tuned { fill: #57606a; } .nginx { fill: #0969da; }
  .httpxy { fill: #bf8700; } .http-proxy-3 { fill: #bc4c00; }
  .line { stroke: #8c959f; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .quiet { fill: #9198a1; }
    .sluice { fill: #3fb950; } .haproxy { fill: #6e7681; } .tuned { fill: #b1bac4; } .nginx { fill: #4493f8; }
    .httpxy { fill: #d29922; } .http-proxy-3 { fill: #db6d28; }
    .line { stroke: #6e7681; }
  }`;

interface Bar {
  readonly kind: string;
  readonly ratio: number;
}

/** Bars by the words beside them. */
function grouped(figures: readonly Figure[]): ReadonlyMap<string, readonly Bar[]> {
  const groups = new Map<string, Bar[]>();
  for (const { load, contestant, ratio } of figures) {
    const [balancer = '', ...setting] = contestant === TUNED ? ['tuned'] : contestant.split(', ');
    if (ratio === null || (VARIATION.test(load) && setting.length === 0)) continue;
    const words = [load.replace(VARIATION, ''), ...setting].join(', ');
    const bars = groups.get(words) ?? [];
    groups.set(words, bars);
    bars.push({ kind: balancer, ratio: ratio.median });
  }
  return groups;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function legend(): string {
  let x = LEFT;
  return KINDS.map(([kind, name, room]) => {
    const text = `<rect class="${kind}" x="${x}" y="32" width="11" height="11" rx="2"/><text x="${x + 16}" y="42">${name}</text>`;
    x += room;
    return text;
  }).join('\n');
}

/** `notes` stand below: machine, date, versions. */
export function chart(figures: readonly Figure[], notes: readonly string[]): string {
  const groups = grouped(figures);
  const ratios = [...groups.values()].flat().map(({ ratio }) => ratio);
  const longest = Math.min(LONGEST, Math.max(1, ...ratios));
  const scale = (WIDTH - LEFT - RIGHT) / longest;
  let y = TOP;
  let bars = '';
  for (const [words, group] of groups) {
    const middle = y + (group.length * BAR) / 2 + 4;
    bars += `<text x="${LEFT - 10}" y="${middle}" text-anchor="end">${escaped(words)}</text>\n`;
    for (const { kind, ratio } of group) {
      const width = (Math.min(Math.max(ratio, 0), longest) * scale).toFixed(1);
      bars += `<rect class="${kind}" x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" rx="2"/>`;
      bars += `<text class="quiet" x="${LEFT + Number(width) + 5}" y="${y + BAR - 3}">${ratio.toFixed(2)}</text>\n`;
      y += BAR;
    }
    y += GAP;
  }
  const one = LEFT + scale;
  const texts = notes.map((note, index) => {
    return `<text class="quiet" x="10" y="${y + 18 + index * 15}">${escaped(note)}</text>`;
  });
  const height = y + 24 + notes.length * 15;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">
<style>${STYLE}
</style>
<title>Cost per unit of work in relation to HAProxy</title>
<text class="title" x="10" y="18">Cost per unit of work, HAProxy = 1 (less is better)</text>
${legend()}
<line class="line" x1="${one}" x2="${one}" y1="${TOP - 4}" y2="${y - 4}"/>
${bars}${texts.join('\n')}
</svg>
`;
}
