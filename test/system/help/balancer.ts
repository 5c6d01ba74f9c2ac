/**
 * The balancers under test: sluice and, as the oracle, HAProxy, started with the same configuration text.
 *
 *     for (const name of balancers()) {
 *       t.test(name, async (t) => { const balancer = await startBalancer(t, name, text); ... });
 *     }
 *
 * Each gets an endpoint for metrics beside the text, so that both can be asked for the same counters by HAProxy's names.
 * Not here: what is asserted.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, HOST, until } from './network.ts';
import { type Exit, type Owner, type Program, start, temporaryDirectory } from './process.ts';

export type BalancerName = 'haproxy' | 'sluice';

/** Those to be tried: both, or those named in `SLUICE_SYSTEM_BALANCERS`, to try a test on the oracle alone. */
export function balancers(): readonly BalancerName[] {
  const wanted = process.env['SLUICE_SYSTEM_BALANCERS'] ?? 'haproxy,sluice';
  return (['haproxy', 'sluice'] as const).filter((name) => wanted.split(',').includes(name));
}

/** The command as it was built beside these tests. */
export const SLUICE_COMMAND = fileURLToPath(new URL('../../../lib/cli/main.js', import.meta.url));

/** A scrape: sum of the samples of `name` that carry all the labels given; null when there is none. */
export type Scrape = (name: string, labels?: Readonly<Record<string, string>>) => number | null;

export interface Balancer {
  readonly name: BalancerName;
  readonly program: Program;
  /** Where `/metrics` is served. */
  readonly metricsPort: number;
  /** Metrics now, by HAProxy's names. */
  scrape(): Promise<Scrape>;
  /** Ends it by the signal that drains, and gives how it ended. */
  stop(): Promise<Exit>;
}

export async function startBalancer(owner: Owner, name: BalancerName, text: string): Promise<Balancer> {
  const metricsPort = await freePort();
  const file = join(temporaryDirectory(owner), `${name}.cfg`);
  writeFileSync(
    file,
    text + (name === 'haproxy' ? exporter(metricsPort) : `global\n  metrics ${HOST}:${metricsPort}\n`),
  );
  const program =
    name === 'haproxy'
      ? start(owner, 'haproxy', ['-db', '-f', file])
      : start(owner, process.execPath, [SLUICE_COMMAND, '-f', file]);
  const metricsUrl = `http://${HOST}:${metricsPort}/metrics?names=haproxy`;
  const readyUrl = name === 'haproxy' ? metricsUrl : `http://${HOST}:${metricsPort}/readyz`;
  await until(`${name} to be ready`, async () => {
    if (program.exit !== null) return program;
    const answer = await fetch(readyUrl, { headers: { connection: 'close' } });
    await answer.arrayBuffer();
    return answer.ok ? program : null;
  });
  if (program.exit !== null) throw new Error(`${name} did not start:\n${program.stdout}${program.stderr}`);
  return {
    name,
    program,
    metricsPort,
    async scrape() {
      const answer = await fetch(metricsUrl, { headers: { connection: 'close' } });
      if (!answer.ok) throw new Error(`metrics answered ${answer.status}`);
      return readExposition(await answer.text());
    },
    stop() {
      // HAProxy dies of SIGTERM without draining; both drain on SIGUSR1.
      return program.stop('SIGUSR1');
    },
  };
}

/** HAProxy's own metrics endpoint. */
function exporter(port: number): string {
  return `
frontend metrics_of_the_test
  mode http
  no log
  timeout client 30s
  bind ${HOST}:${port}
  http-request use-service prometheus-exporter if { path /metrics }
`;
}

/** Text exposition format -> sums by name and labels. */
export function readExposition(text: string): Scrape {
  const samples = new Map<string, { labels: string; value: number }[]>();
  for (const line of text.split('\n')) {
    const found = line.match(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/);
    if (found === null) continue;
    const [, name = '', labels = '', value = ''] = found;
    const list = samples.get(name) ?? [];
    list.push({ labels: `,${labels},`, value: Number(value) });
    samples.set(name, list);
  }
  return (name, wanted = {}) => {
    const parts = Object.entries(wanted).map(([label, value]) => `,${label}="${value}",`);
    const fitting = (samples.get(name) ?? []).filter(({ labels }) =>
      parts.every((part) => labels.includes(part)),
    );
    return fitting.length === 0 ? null : fitting.reduce((sum, { value }) => sum + value, 0);
  };
}
