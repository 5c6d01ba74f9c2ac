/**
 * The mixture: lanes in which one session follows the other, each lane of one kind, until the time is over.
 *
 * Not here: one session (`client.ts`).
 */
import { runSession, type Served } from './client.ts';
import type { Random } from './random.ts';
import { drawScript, type Kind } from './script.ts';

interface Lanes {
  readonly kind: Kind;
  readonly count: number;
  /** Between two sessions of a lane. */
  readonly restMs: readonly [least: number, most: number];
}

/** Together some five hundred sessions a second, so that ports and cores suffice. */
const MIXTURE: readonly Lanes[] = [
  { kind: 'bulk', count: 3, restMs: [10, 200] },
  { kind: 'slow', count: 8, restMs: [10, 200] },
  { kind: 'short', count: 12, restMs: [10, 60] },
  { kind: 'idle', count: 200, restMs: [10, 500] },
  { kind: 'reset', count: 8, restMs: [20, 150] },
  { kind: 'half-close', count: 6, restMs: [20, 150] },
];

/** Waits that end with their time or, all of them, when they are told to. */
export class Holds {
  readonly #ends = new Set<() => void>();
  #over = false;

  get over(): boolean {
    return this.#over;
  }

  wait(ms: number): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#ends.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#ends.add(end);
    });
  }

  endAll(): void {
    this.#over = true;
    for (const end of this.#ends) end();
  }
}

export interface LanesOptions {
  readonly port: number;
  readonly pattern: Buffer;
  readonly random: Random;
  readonly holdMostMs: number;
  readonly holds: Holds;
  /** Hears of every session that is over. */
  readonly served: (served: Served) => void;
}

/** Resolves when `holds` is over and every lane's last session too. */
export async function runLanes(options: LanesOptions): Promise<void> {
  const { port, pattern, random, holdMostMs, holds, served } = options;
  let id = 0;
  const lane = async ({ kind, restMs }: Lanes): Promise<void> => {
    await holds.wait(random.between(0, restMs[1]));
    while (!holds.over) {
      id += 1;
      const script = drawScript(random, id, kind, holdMostMs);
      served(await runSession(port, pattern, script, (ms) => holds.wait(ms)));
      await holds.wait(random.between(...restMs));
    }
  };
  await Promise.all(MIXTURE.flatMap((lanes) => Array.from({ length: lanes.count }, () => lane(lanes))));
}
