/**
 * A backend with thousands of servers: its text, and the row of the bench.
 *
 * Not here: what runs within the balancer's own process (`ten-thousand.ts`).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SLUICE_COMMAND } from '../../test/system/help/balancer.ts';
import { freePorts, HOST, listening } from '../../test/system/help/network.ts';
import { type Owner, run, start, temporaryDirectory } from '../../test/system/help/process.ts';
import { type Site, versionOfBalancer } from './contestants.ts';
import { type Figure, figuresOf, type Sample, type Series, spread } from './figure.ts';
import { cpuSeconds } from './process-cost.ts';
import { Started } from './started.ts';
import type { Cost } from './ten-thousand.ts';

const SIZE = 10_000;
const TEN_THOUSAND = fileURLToPath(new URL('ten-thousand.js', import.meta.url));

/** One `listen` section, called `many`, with so many servers which nobody connects to. */
export function manyServers(bind: string, algorithm: string, size: number): string {
  const servers = Array.from(
    { length: size },
    (_, index) => `  server s${index} 127.9.${index >> 8}.${index & 255}:80 weight ${1 + (index % 3)}`,
  );
  const timeouts = '  timeout connect 5s\n  timeout client 1m\n  timeout server 1m\n';
  return `listen many\n  mode tcp\n  bind ${bind}\n  balance ${algorithm}\n${timeouts}${servers.join('\n')}\n`;
}

/** Choices and flips of sluice itself; `seconds` per figure. */
async function withinSluice(site: Site, seconds: number): Promise<Figure[]> {
  const { stdout } = await run(site.nodePath, [TEN_THOUSAND, `${seconds}`]);
  return (JSON.parse(stdout) as Cost[]).map(({ load, unit, microseconds }) => ({
    load,
    contestant: 'sluice',
    rateUnit: '',
    rate: null,
    costUnit: unit,
    cost: spread(microseconds),
    ratio: null,
    against: [],
    p50Ms: null,
    p99Ms: null,
  }));
}

interface Scraped {
  readonly name: 'sluice' | 'haproxy';
  readonly pid: number;
  readonly url: string;
}

async function startScraped(owner: Owner, site: Site, name: Scraped['name']): Promise<Scraped | null> {
  if ((await versionOfBalancer(name, site.nodePath)) === null) return null;
  const [door = 0, metrics = 0] = await freePorts(2);
  const file = join(temporaryDirectory(owner), 'many.cfg');
  const exporter =
    name === 'sluice'
      ? `global\n  metrics ${HOST}:${metrics}\n`
      : `frontend metrics_of_the_bench\n  mode http\n  timeout client 30s\n  bind ${HOST}:${metrics}\n  http-request use-service prometheus-exporter if { path /metrics }\n`;
  writeFileSync(file, manyServers(`${HOST}:${door}`, 'roundrobin', SIZE) + exporter);
  const program =
    name === 'sluice'
      ? start(owner, site.nodePath, [SLUICE_COMMAND, '-f', file])
      : start(owner, 'haproxy', ['-db', '-f', file]);
  await listening(program, metrics);
  return { name, pid: program.pid, url: `http://${HOST}:${metrics}/metrics` };
}

async function scrape({ pid, url }: Scraped): Promise<Sample> {
  const before = cpuSeconds(pid);
  const startMs = performance.now();
  const answer = await fetch(url, { headers: { connection: 'close' } });
  const bytes = (await answer.arrayBuffer()).byteLength;
  const tookMs = performance.now() - startMs;
  const cpuMs = (cpuSeconds(pid) - before) * 1000;
  return { cost: cpuMs, rate: bytes / 1e6, p50Ms: tookMs, p99Ms: null };
}

async function scrapes(owner: Owner, site: Site, rounds: number): Promise<Figure[]> {
  const all: { scraped: Scraped; series: Series }[] = [];
  for (const name of ['sluice', 'haproxy'] as const) {
    const scraped = await startScraped(owner, site, name);
    if (scraped === null) continue;
    await scrape(scraped);
    all.push({ scraped, series: { contestant: name, peer: 'haproxy', against: [], samples: [] } });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { scraped, series } of all) series.samples.push(await scrape(scraped));
  }
  const units = { load: 'scrape of 10,000 servers', rateUnit: 'MB/scrape', costUnit: 'CPU ms/scrape' };
  return figuresOf(
    units,
    all.map(({ series }) => series),
  );
}

/** Choice by every algorithm, flips, scrapes. */
export async function measureManyServers(site: Site, seconds: number, rounds: number): Promise<Figure[]> {
  const owner = new Started();
  try {
    return [...(await withinSluice(site, seconds)), ...(await scrapes(owner, site, rounds))];
  } finally {
    await owner.end();
  }
}
