/**
 * Pages of statistics in a worker thread: asked of the control thread, whose figures are those of all.
 *
 * Not here: the pages (`../stats-desk.ts`).
 */
import type { StatsConfig } from '../config/rules.ts';
import type { StatsPage } from '../http/stats.ts';
import type { FromWorker } from './messages.ts';

interface Asked {
  readonly resolve: (page: StatsPage) => void;
  readonly reject: (error: Error) => void;
}

export class AskedStats {
  readonly #tell: (message: FromWorker) => void;
  readonly #asked = new Map<number, Asked>();
  #count = 0;

  constructor(tell: (message: FromWorker) => void) {
    this.#tell = tell;
  }

  /** See `StatsPages` in `../http/stats.ts`; rejects where the page could not be made. */
  page(config: StatsConfig, proxyName: string, suffix: string): Promise<StatsPage> {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#tell({ kind: 'stats', id, config, proxyName, suffix });
    });
  }

  answered(id: number, page: StatsPage | null): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (page === null) asked?.reject(new Error('the page of statistics could not be made'));
    else asked?.resolve(page);
  }
}
