/**
 * Pages of statistics for requests that ask for them (`stats enable`), over the figures of all threads.
 *
 * Not here: the pages (`account/stats-page/`), which requests ask (`http/stats.ts`).
 */
import { hostname } from 'node:os';
import { statsPage } from './account/stats-page/page.ts';
import type { ProcessView } from './account/views.ts';
import type { Config } from './config/config.ts';
import type { StatsConfig } from './config/rules.ts';
import type { StatsPage } from './http/stats.ts';
import type { Clock } from './time/clock.ts';
import { ownVersion } from './version.ts';

export class StatsDesk {
  /** The balancer's; it stands before anybody is let in. */
  view: () => ProcessView = () => {
    throw new Error('there is nothing to look at yet');
  };
  readonly #config: Config;
  readonly #clock: Clock;

  constructor(config: Config, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** See `StatsPages` in `http/stats.ts`. */
  async page(config: StatsConfig, proxyName: string, suffix: string): Promise<StatsPage> {
    const { global, proxies } = this.#config;
    const source = {
      view: this.view(),
      proxies: proxies.filter(({ disabled }) => !disabled),
      nowMs: this.#clock.nowMs(),
      wallMs: this.#clock.wallMs(),
      version: ownVersion(),
      pid: process.pid,
      nodeName: global.node ?? hostname(),
      description: global.description ?? '',
    };
    return statsPage(source, config, proxyName, suffix);
  }
}
