/**
 * The loads, each by a real generator from Debian's packages where one exists: what is sent, in which unit the work counts,
 * what came out.
 *
 * Not here: in which order they run (`rows.ts`), what is made of the figures (`measure.ts`), a fixed rate (`latency.ts`).
 */
import { until } from '../../test/system/help/network.ts';
import { run } from '../../test/system/help/process.ts';
import type { Contestant } from './contestants.ts';

/** What one run of a load gave. */
export interface Run {
  /** Work done, in the load's unit (bytes, requests, connections). */
  readonly work: number;
  readonly seconds: number;
  /** Of one request or connection, as the generator saw it; null where it has none. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface Load {
  readonly name: string;
  /** Needed command; the load is left out where it is missing. */
  readonly tool: string;
  /** How `work` per second is shown: divided by `per`. */
  readonly rate: { readonly unit: string; readonly per: number };
  /** How CPU time per work is shown: seconds times `scale`. */
  readonly cost: { readonly unit: string; readonly scale: number };
  run(contestant: Contestant, seconds: number): Promise<Run>;
}

const GB = 1e9;
const MILLION = 1e6;

/** What one run of iperf3 brought over; null while its server is not done with the run before. */
async function transferred(options: readonly string[]): Promise<{ bytes: number; seconds: number } | null> {
  const { stdout } = await run('iperf3', options);
  const { end, error } = JSON.parse(stdout) as {
    end: { sum_received?: { bytes: number; seconds: number } };
    error?: string;
  };
  if (error?.includes('busy') === true) return null;
  if (end.sum_received === undefined) throw new Error(`iperf3: ${error}`);
  return end.sum_received;
}

function bulk(direction: 'up' | 'down', streams: number): Load {
  return {
    name: `bulk ${direction}, ${streams} ${streams === 1 ? 'stream' : 'streams'}`,
    tool: 'iperf3',
    rate: { unit: 'GB/s', per: GB },
    cost: { unit: 'CPU s/GB', scale: GB },
    async run({ host, ports }, seconds) {
      const reverse = direction === 'down' ? ['-R'] : [];
      const target = ['-c', host, '-p', `${ports.bulk}`, '-P', `${streams}`];
      const options = [...target, '-t', `${seconds}`, '-J', ...reverse];
      const sum = await until('iperf3 to be free', () => transferred(options));
      return { work: sum.bytes, seconds: sum.seconds, p50Ms: null, p99Ms: null };
    },
  };
}

/** `1.23ms`, `456.00us`, `1.2s` as milliseconds. */
function latencyMs(text: string): number {
  const [, figure = '', unit = ''] = text.match(/^([\d.]+)(us|ms|s)$/) ?? [];
  return Number(figure) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN);
}

const WEB_CLIENTS = 64;

function web(
  name: string,
  { path = '/', headers = [] }: { readonly path?: string; readonly headers?: readonly string[] },
  unit: string,
  cost: Load['cost'],
): Load {
  return {
    name,
    tool: 'wrk',
    rate: { unit, per: 1 },
    cost,
    async run({ host, ports }, seconds) {
      const options = ['-t', '1', '-c', `${WEB_CLIENTS}`, '-d', `${seconds}s`, '--latency'];
      const lines = headers.flatMap((header) => ['-H', header]);
      const { stdout } = await run('wrk', [...options, ...lines, `http://${host}:${ports.http}${path}`]);
      const found = (pattern: RegExp): string => stdout.match(pattern)?.[1] ?? '';
      const errors = found(/Socket errors: (.*)/);
      // With `Connection: close` wrk counts each end as a read error on some versions; connecting must not fail.
      if (/connect [1-9]/.test(errors)) throw new Error(`wrk: ${errors}`);
      const refused = found(/(Non-2xx.*)/);
      if (refused !== '') throw new Error(`wrk: ${refused}`);
      return {
        work: Number(found(/(\d+) requests in/)),
        seconds: latencyMs(found(/requests in ([\d.]+(?:us|ms|s))/)) / 1000,
        p50Ms: latencyMs(found(/^\s+50%\s+(\S+)/m)),
        p99Ms: latencyMs(found(/^\s+99%\s+(\S+)/m)),
      };
    },
  };
}

/** `redis-benchmark` wants a number of requests: this many a second are asked for, which is near what a core can. */
const REDIS_REQUESTS_PER_SECOND = 60_000;

function redis(command: 'GET' | 'SET'): Load {
  return {
    name: `redis ${command}, 50 clients`,
    tool: 'redis-benchmark',
    rate: { unit: 'requests/s', per: 1 },
    cost: { unit: 'CPU s/million', scale: MILLION },
    async run({ host, ports }, seconds) {
      const count = Math.round(REDIS_REQUESTS_PER_SECOND * seconds);
      const at = ['-h', host, '-p', `${ports.redis}`];
      const { stdout } = await run('redis-benchmark', [
        ...at,
        '-c',
        '50',
        '-n',
        `${count}`,
        '-t',
        command,
        '--csv',
      ]);
      const line = stdout.split('\n').find((text) => text.startsWith(`"${command}"`)) ?? '';
      const [, perSecond, , , p50, , p99] = line.split(',').map((field) => Number(field.replaceAll('"', '')));
      return { work: count, seconds: count / (perSecond ?? 0), p50Ms: p50 ?? null, p99Ms: p99 ?? null };
    },
  };
}

/** Bulk streams both ways. */
export const BULK: readonly Load[] = [bulk('up', 1), bulk('down', 1), bulk('up', 16), bulk('down', 16)];

const PER_REQUEST: Load['cost'] = { unit: 'CPU s/million', scale: MILLION };

/** Small requests on connections that stay. */
export const REQUESTS: Load = web('requests, 64 keep-alive clients', {}, 'requests/s', PER_REQUEST);

/** The same where requests are understood, and with larger answers. */
export const HTTP_REQUESTS: readonly Load[] = [
  web('http: 16-byte answers, 64 keep-alive clients', {}, 'requests/s', PER_REQUEST),
  web('http: 16 KiB answers, 64 keep-alive clients', { path: '/16k' }, 'requests/s', PER_REQUEST),
];

export const REDIS: readonly Load[] = [redis('GET'), redis('SET')];

/** Connect, one request, close. */
export const CONNECTIONS: Load = web(
  'connections, one request each',
  { headers: ['Connection: close'] },
  'connections/s',
  { unit: 'CPU µs/connection', scale: MILLION },
);
