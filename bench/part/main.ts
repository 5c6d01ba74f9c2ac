/**
 * `npm run bench:part [-- NAME...] [-- --base COMMIT]`: the micro-benches, all or those named, one after the other. With
 * `--base` the same benches also run over that commit's `lib/`, built in a temporary worktree, in turn with ours, and
 * the ratios are printed: below 1 this tree is faster.
 *
 * A bench that the base cannot run as it is written here (its `lib/` lacks something) runs there as that commit wrote it; where
 * there is none it is named.
 *
 * Not here: the benches; the whole against other balancers (`../whole/`).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Figures, readFigures, compare } from './compare.ts';

const BUILT = fileURLToPath(new URL('.', import.meta.url));
/** Files of this folder that are no benches. */
const HELPERS = ['main', 'compare', 'timing', 'choosing'];
/** Runs of each side: as many as fit into this, but no more and no less than these. */
const ROUNDS_MS = 20_000;
const [ROUNDS_LEAST, ROUNDS_MOST] = [2, 5];
const PATIENCE_MS = 300_000;

interface Outcome {
  readonly ok: boolean;
  readonly text: string;
  readonly tookMs: number;
}

/** Throws when it was interrupted, so that what was made is cleared away. */
function runPart(folder: string, name: string): Outcome {
  const file = join(folder, `${name}.js`);
  if (!existsSync(file)) return { ok: false, text: 'no such bench', tookMs: 0 };
  const startMs = performance.now();
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [file], {
    encoding: 'utf8',
    timeout: PATIENCE_MS,
  });
  if (signal === 'SIGINT') throw new Error('interrupted');
  const tookMs = performance.now() - startMs;
  const [fault = 'ended early'] = stderr.split('\n').filter((line) => line.includes('Error'));
  return status === 0 ? { ok: true, text: stdout, tookMs } : { ok: false, text: fault, tookMs };
}

function ownNames(): string[] {
  const names = readdirSync(BUILT).flatMap((file) => (file.endsWith('.js') ? [basename(file, '.js')] : []));
  return names.filter((name) => !HELPERS.includes(name)).toSorted();
}

/** The base commit, built: its own benches in `own`, ours over its `lib/` in `ours`. */
interface Base {
  readonly own: string;
  readonly ours: string;
  remove(): void;
}

function git(...words: string[]): string {
  return execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function buildBase(commit: string): Base {
  const root = git('rev-parse', '--show-toplevel');
  const folder = join(mkdtempSync(join(tmpdir(), 'sluice-base-')), 'tree');
  const remove = (): void => {
    git('worktree', 'remove', '--force', folder);
    rmSync(join(folder, '..'), { recursive: true, force: true });
  };
  git('worktree', 'add', '--detach', folder, commit);
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    cpSync(join(root, 'bench', 'part'), join(folder, 'bench', 'part-of-now'), { recursive: true });
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    // What does not fit the older sources is told as a fault of types and still written; it then fails when it runs.
    spawnSync(process.execPath, [compiler, '-p', 'tsconfig.test.json'], { cwd: folder });
  } catch (error) {
    remove();
    throw error;
  }
  const built = join(folder, 'build', 'bench');
  return { own: join(built, 'part'), ours: join(built, 'part-of-now'), remove };
}

/** Where the base runs this bench, and how long a run takes there; null, and told, where it cannot. */
function placeInBase(base: Base, name: string): { folder: string; tookMs: number } | null {
  const ours = runPart(base.ours, name);
  if (ours.ok) return { folder: base.ours, tookMs: ours.tookMs };
  const own = runPart(base.own, name);
  if (own.ok) {
    console.log(`  the base runs its own version of it (${ours.text})`);
    return { folder: base.own, tookMs: own.tookMs };
  }
  console.log(`  the base does not have it (${ours.text})`);
  return null;
}

function runAlone(name: string): boolean {
  const { ok, text } = runPart(BUILT, name);
  console.log(ok ? text.trimEnd() : `failed: ${text}`);
  return ok;
}

/** In turn (here, base, here, base, ...), so that both meet the same machine. */
function runInTurn(name: string, base: Base): boolean {
  const place = placeInBase(base, name);
  if (place === null) return runAlone(name);
  const rounds = Math.max(ROUNDS_LEAST, Math.min(ROUNDS_MOST, Math.floor(ROUNDS_MS / place.tookMs)));
  const [here, there]: [Figures, Figures] = [new Map(), new Map()];
  const sides = [
    { folder: BUILT, figures: here },
    { folder: place.folder, figures: there },
  ];
  for (let round = 0; round < rounds; round += 1) {
    for (const { folder, figures } of sides) {
      const { ok, text } = runPart(folder, name);
      if (!ok) {
        console.log(`failed: ${text}`);
        return false;
      }
      readFigures(text, figures);
    }
  }
  console.log(compare(here, there));
  return true;
}

const { values, positionals } = parseArgs({ options: { base: { type: 'string' } }, allowPositionals: true });
const known = ownNames();
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  process.exit(1);
}
// An interruption reaches the bench that runs, too; its end is what we hear of, and then the worktree is removed.
process.on('SIGINT', () => {});
const base = values.base === undefined ? null : buildBase(values.base);
let failedCount = 0;
try {
  console.log(`node ${process.version}`);
  for (const name of positionals.length > 0 ? positionals : known) {
    console.log(`\n${name}`);
    const ok = base === null ? runAlone(name) : runInTurn(name, base);
    if (!ok) failedCount += 1;
  }
} finally {
  base?.remove();
}
process.exitCode = failedCount === 0 ? 0 : 1;
