/**
 * The rows of the bench, by the names that `--only` takes: who takes part in which loads.
 *
 * Not here: how a load is run (`loads.ts`) and measured (`measure.ts`), what is to be reached (`goals.ts`).
 */
import { fileURLToPath } from 'node:url';
import { SERVER_HOST } from '../../test/system/help/network.ts';
import { type Owner, start, written } from '../../test/system/help/process.ts';
import {
  type Contestant,
  type Entrant,
  labelOf,
  type Setting,
  type Site,
  startContestants,
} from './contestants.ts';
import type { Figure } from './figure.ts';
import { measureIdle } from './idle.ts';
import { measureLatency } from './latency.ts';
import { BULK, CONNECTIONS, HTTP_REQUESTS, type Load, REDIS, REQUESTS } from './loads.ts';
import { measureManyServers } from './many-servers.ts';
import { measure, type Opponents, type Pace, runnable } from './measure.ts';
import { PEER_NAMES } from './node-peers.ts';
import { Started } from './started.ts';

/** What a row is run with. */
export interface Plan {
  readonly site: Site;
  readonly pace: Pace;
  /** `--relay public`: sluice also takes part with that relay. */
  readonly relay: 'public' | null;
  /** Hears of what the reader of the figures should know. */
  readonly tell: (note: string) => void;
}

export interface Row {
  readonly name: string;
  /** For `--help`. */
  readonly what: string;
  run(plan: Plan): Promise<Figure[]>;
}

const LARGE_BUFFER_BYTES = 262_144;
const AS_SHIPPED: Setting = {};

function entrant(balancer: Entrant['balancer'], setting: Setting = AS_SHIPPED): Entrant {
  return { balancer, setting };
}

/** Everybody as shipped, and sluice's other relay where it is asked for. */
function everybody({ relay }: Plan): Entrant[] {
  const other = relay === null ? [] : [entrant('sluice', { relay })];
  return [entrant('direct'), entrant('sluice'), ...other, entrant('haproxy'), entrant('nginx')];
}

const TUNED = entrant('haproxy', { bufferBytes: LARGE_BUFFER_BYTES });

/** Runs loads through contestants that live as long as this. */
async function together(
  plan: Plan,
  loads: readonly Load[],
  entrants: readonly Entrant[],
  opponents: (contestant: Contestant) => Opponents,
  seconds: number,
): Promise<Figure[]> {
  const owner = new Started();
  try {
    const contestants = await startContestants(owner, plan.site, entrants);
    const figures: Figure[] = [];
    for (const load of loads) {
      if (!(await runnable(plan.site, load))) continue;
      console.error(`${load.name} ...`);
      figures.push(...(await measure(load, contestants, opponents, plan.pace, seconds)));
    }
    return figures;
  } finally {
    await owner.end();
  }
}

function ordinary(name: string, what: string, loads: readonly Load[]): Row {
  return {
    name,
    what,
    run: (plan) =>
      together(
        plan,
        loads,
        everybody(plan),
        () => ({ peer: 'haproxy', against: [] }),
        plan.pace.secondsPerRun,
      ),
  };
}

const bulk: Row = {
  name: 'bulk',
  what: '1 and 16 bulk streams, both directions; HAProxy also with 256 KiB buffers',
  run: (plan) =>
    together(
      plan,
      BULK,
      [...everybody(plan), TUNED],
      ({ balancer }) => ({ peer: 'haproxy', against: balancer === 'sluice' ? [labelOf(TUNED)] : [] }),
      plan.pace.secondsPerBulkRun,
    ),
};

const latency: Row = {
  name: 'latency',
  what: 'time added to a request at half of the saturating rate, p50 and p99',
  async run(plan) {
    const owner = new Started();
    try {
      if (!(await runnable(plan.site, REQUESTS))) return [];
      console.error('added latency ...');
      const contestants = await startContestants(owner, plan.site, everybody(plan));
      return await measureLatency(contestants, plan.pace, plan.tell);
    } finally {
      await owner.end();
    }
  },
};

/** Same balancer, one thread; HAProxy, as many threads. */
function threadOpponents({ balancer, label }: Contestant): Opponents {
  return { peer: label.replace(balancer, 'haproxy'), against: label === balancer ? [] : [balancer] };
}

const renamed =
  (suffix: string) =>
  (figure: Figure): Figure => ({
    ...figure,
    load: `${suffix}: ${figure.load}`,
  });

const threads: Row = {
  name: 'threads',
  what: 'two threads against one: requests and connections',
  async run(plan) {
    const two = { threads: 2 };
    const entrants = [entrant('sluice'), entrant('sluice', two), entrant('haproxy'), entrant('haproxy', two)];
    const { secondsPerBulkRun } = plan.pace;
    const figures = await together(
      plan,
      [REQUESTS, CONNECTIONS],
      entrants,
      threadOpponents,
      secondsPerBulkRun,
    );
    return figures.map(renamed('threads'));
  },
};

const SINK = fileURLToPath(new URL('log-sink.js', import.meta.url));

async function startSink(owner: Owner): Promise<{ port: number; lineCount: () => Promise<number> }> {
  const program = start(owner, process.execPath, [SINK, SERVER_HOST], { interactive: true });
  const [, port = ''] = await written(program, /^(\d+)\n/);
  return {
    port: Number(port),
    async lineCount() {
      program.child.stdin?.end();
      const [, count = ''] = await written(program, /(\d+) lines\n/);
      return Number(count);
    },
  };
}

const logging: Row = {
  name: 'logging',
  what: 'a line per session against none: JSON to a file, option tcplog by UDP',
  async run(plan) {
    const owner = new Started();
    try {
      const sink = await startSink(owner);
      const syslog: Setting = { log: { syslogPort: sink.port } };
      const entrants = [
        entrant('sluice'),
        entrant('sluice', { log: 'json' }),
        entrant('sluice', syslog),
        entrant('haproxy'),
        entrant('haproxy', syslog),
      ];
      const opponents = ({ balancer, label }: Contestant): Opponents => ({
        peer: label === balancer ? 'haproxy' : labelOf(entrant('haproxy', syslog)),
        against: label === balancer ? [] : [balancer],
      });
      const { secondsPerBulkRun } = plan.pace;
      const figures = await together(plan, [CONNECTIONS], entrants, opponents, secondsPerBulkRun);
      // Without lines nothing would have been measured.
      if ((await sink.lineCount()) === 0 && figures.length > 0) throw new Error('no line came by syslog');
      return figures.map(renamed('logging'));
    } finally {
      await owner.end();
    }
  },
};

const http: Row = {
  name: 'http',
  what: "mode http, 64 keep-alive clients, 16 bytes and 16 KiB; also npm's httpxy and http-proxy-3",
  run(plan) {
    const names = ['direct', 'sluice', 'haproxy', 'nginx', ...PEER_NAMES] as const;
    return together(
      plan,
      HTTP_REQUESTS,
      names.map((name) => entrant(name, { mode: 'http' })),
      ({ balancer }) => ({ peer: 'haproxy', against: balancer === 'sluice' ? ['nginx', ...PEER_NAMES] : [] }),
      plan.pace.secondsPerRun,
    );
  },
};

const idle: Row = {
  name: 'idle',
  what: 'memory of an idle connection, 5,000 held',
  run(plan) {
    console.error('idle ...');
    return measureIdle(plan.site, everybody(plan).slice(1), plan.pace.idleRounds);
  },
};

const servers: Row = {
  name: 'servers',
  what: 'a backend with 10,000 servers: choice, flip, scrape',
  run(plan) {
    console.error('10,000 servers ...');
    return measureManyServers(plan.site, plan.pace.secondsPerPart, plan.pace.rounds);
  },
};

/** In the order in which they run. */
export const ROWS: readonly Row[] = [
  bulk,
  ordinary('requests', '64 keep-alive HTTP clients', [REQUESTS]),
  http,
  ordinary('redis', 'redis-benchmark GET and SET, 50 clients', REDIS),
  ordinary('connections', 'connect, one request, close', [CONNECTIONS]),
  latency,
  threads,
  logging,
  idle,
  servers,
];
