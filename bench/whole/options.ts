/**
 * The words of `npm run bench -- ...`.
 *
 * Not here: what they lead to (`main.ts`).
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROWS } from './rows.ts';

export interface Options {
  readonly help: boolean;
  readonly quick: boolean;
  readonly markdown: boolean;
  /** Names of rows; empty: all. */
  readonly only: readonly string[];
  readonly relay: 'public' | null;
  /** Node that runs sluice. */
  readonly nodePath: string;
  /** Where results are written; null: nowhere. */
  readonly out: string | null;
}

const RESULTS = 'bench/results';

/** The text of `--help`. */
export function helpText(): string {
  const rows = ROWS.map(({ name, what }) => `    ${name.padEnd(14)}${what}`);
  return `npm run bench [-- OPTIONS]: sluice beside the direct path, HAProxy and nginx, on loopback, unattended.

  --quick          one short round: whether everything runs, not how fast it is (90 s instead of 15 min)
  --only NAME,...  only these rows:
${rows.join('\n')}
  --relay public   sluice also with the relay on Node's public API
  --node PATH      another Node for sluice; load and bench stay on this one
  --markdown       prints the table for the README too
  --out DIR        where <date>-node<major>.json, chart.svg and table.md go: ${RESULTS} for a whole run,
                   nowhere for --quick and --only unless said here
`;
}

/** Throws a sentence for people if the words make no sense. */
export function readOptions(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      relay: { type: 'string' },
      node: { type: 'string', default: process.execPath },
      out: { type: 'string' },
    },
  });
  const { help, quick, relay } = values;
  const only = values.only.flatMap((names) => names.split(','));
  const unknown = only.filter((name) => !ROWS.some((row) => row.name === name));
  if (unknown.length > 0) throw new Error(`no such row: ${unknown.join(', ')}`);
  if (relay !== undefined && relay !== 'public') throw new Error(`--relay takes public, not ${relay}`);
  const whole = !quick && only.length === 0;
  return {
    help,
    quick,
    only,
    markdown: values.markdown,
    relay: relay ?? null,
    nodePath: values.node.includes('/') ? resolve(values.node) : values.node,
    out: values.out ?? (whole ? RESULTS : null),
  };
}
