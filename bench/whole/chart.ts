/**
 * Figures as a chart: per load a bar for each balancer, as long as its CPU time (or memory) per unit of work in relation to
 * HAProxy's. Readable on light and dark pages: no background, colours by the reader's scheme.
 *
 * Not here: where it is written to (`main.ts`).
 */
import type { ContestantName } from './contestants.ts';
import type { Figure } from './measure.ts';

const WIDTH = 760;
const LEFT = 230;
const BAR = 13;
const GAP = 12;
const TOP = 56;
/** Room for the figures to the right of the longest bar. */
const RIGHT = 60;
const SHOWN: readonly ContestantName[] = ['sluice', 'haproxy', 'nginx'];

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 14px; font-weight: 600; }
  .quiet { fill: #57606a; font-size: 11px; }
  .sluice { fill: #1a7f37; } .haproxy { fill: #8c959f; } .nginx { fill: #0969da; }
  .line { stroke: #8c959f; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .quiet { fill: #9198a1; }
    .sluice { fill: #3fb950; } .haproxy { fill: #6e7681; } .nginx { fill: #4493f8; }
    .line { stroke: #6e7681; }
  }`;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `notes` stand below: machine, date, versions. */
export function chart(figures: readonly Figure[], notes: readonly string[]): string {
  const shown = figures.filter(({ ratio, contestant }) => ratio !== null && SHOWN.includes(contestant));
  const loads = [...new Set(shown.map(({ load }) => load))];
  const longest = Math.max(1, ...shown.map(({ ratio }) => ratio?.median ?? 0));
  const scale = (WIDTH - LEFT - RIGHT) / longest;
  let y = TOP;
  let bars = '';
  for (const load of loads) {
    const group = SHOWN.flatMap((name) =>
      shown.filter((one) => one.load === load && one.contestant === name),
    );
    const middle = y + (group.length * BAR) / 2 + 4;
    bars += `<text x="${LEFT - 10}" y="${middle}" text-anchor="end">${escaped(load)}</text>\n`;
    for (const { contestant, ratio } of group) {
      const width = ((ratio?.median ?? 0) * scale).toFixed(1);
      bars += `<rect class="${contestant}" x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" rx="2"/>`;
      const label = `${(ratio?.median ?? 0).toFixed(2)}`;
      bars += `<text class="quiet" x="${LEFT + Number(width) + 5}" y="${y + BAR - 3}">${label}</text>\n`;
      y += BAR;
    }
    y += GAP;
  }
  const legend = SHOWN.map((name, index) => {
    const x = LEFT + index * 90;
    return `<rect class="${name}" x="${x}" y="32" width="11" height="11" rx="2"/><text x="${x + 16}" y="42">${name}</text>`;
  });
  const one = LEFT + scale;
  const texts = notes.map((note, index) => {
    return `<text class="quiet" x="10" y="${y + 18 + index * 15}">${escaped(note)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y + 24 + notes.length * 15}" role="img">
<style>${STYLE}
</style>
<title>Cost per unit of work in relation to HAProxy</title>
<text class="title" x="10" y="18">Cost per unit of work, HAProxy = 1 (less is better)</text>
${legend.join('\n')}
<line class="line" x1="${one}" x2="${one}" y1="${TOP - 4}" y2="${y - 4}"/>
${bars}${texts.join('\n')}
</svg>
`;
}
