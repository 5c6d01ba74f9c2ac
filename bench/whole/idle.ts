/**
 * Memory of connections that are held and say nothing, each time in a fresh process.
 *
 * Not here: who holds them (`hold.ts`).
 */
import { fileURLToPath } from 'node:url';
import { type Owner, start, written } from '../../test/system/help/process.ts';
import { type Contestant, type Entrant, type Site, startContestant } from './contestants.ts';
import { type Figure, figuresOf, type Series } from './figure.ts';
import { residentBytes } from './process-cost.ts';
import { Started } from './started.ts';

/** Connections held. */
export const HELD_COUNT = 5000;

const HOLD = fileURLToPath(new URL('hold.js', import.meta.url));

/** Bytes of memory that one idle proxied connection costs the contestant. */
async function bytesPerConnection(owner: Owner, contestant: Contestant, pid: number): Promise<number> {
  const { host, ports } = contestant;
  const before = residentBytes(pid);
  const args = [HOLD, 'clients', host, `${ports.held}`, `${HELD_COUNT}`];
  const clients = start(owner, process.execPath, args, { interactive: true });
  await written(clients, /held/);
  const bytes = residentBytes(pid) - before;
  clients.child.stdin?.end();
  await clients.ended;
  return bytes / HELD_COUNT;
}

export async function measureIdle(
  site: Site,
  entrants: readonly Entrant[],
  rounds: number,
): Promise<Figure[]> {
  const all = new Map<string, Series>();
  for (let round = 0; round < rounds; round += 1) {
    for (const entrant of entrants) {
      const owner = new Started();
      try {
        const contestant = await startContestant(owner, site, entrant);
        if (contestant === null || contestant.pid === null) continue;
        const { label } = contestant;
        const series = all.get(label) ?? { contestant: label, peer: 'haproxy', against: [], samples: [] };
        all.set(label, series);
        const bytes = await bytesPerConnection(owner, contestant, contestant.pid);
        series.samples.push({ cost: bytes / 1024, rate: null, p50Ms: null, p99Ms: null });
      } finally {
        await owner.end();
      }
    }
  }
  const units = {
    load: `idle, ${HELD_COUNT} connections held`,
    rateUnit: '',
    costUnit: 'KB/connection',
  };
  return figuresOf(units, [...all.values()]);
}
