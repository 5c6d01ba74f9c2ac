/**
 * A backend with ten thousand servers: what its start costs, a change of one server's state as the checks report it
 * (weights, waiters, trackers and messages included), a placement, and a scrape with the longest time the event loop
 * stood still meanwhile.
 *
 * Run after a build of the tests: `node build/bench/part/many-servers.js [SERVERS, default 10000]`.
 *
 * Not here: each algorithm by itself (`choose.ts`).
 */
import { readFileSync } from 'node:fs';
import { silentLogger } from '../../lib/account/log/logger.ts';
import { createRegistry, exposition } from '../../lib/account/prometheus.ts';
import type { Naming } from '../../lib/account/scrape.ts';
import { WHOLE_SCRAPE } from '../../lib/account/scrape.ts';
import type { Backend } from '../../lib/backend/backend.ts';
import { Waiter } from '../../lib/backend/queue.ts';
import type { Server } from '../../lib/backend/server.ts';
import { viewBackend } from '../../lib/backend/view.ts';
import { resolveServer } from '../../lib/backend/resolve.ts';
import { build, passiveWatcher, type Built } from '../../lib/build/build.ts';
import { checkResult } from '../../lib/check/result.ts';
import { parseConfig } from '../../lib/config/parse.ts';
import { House } from '../../lib/house.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';
import { NO_NEIGHBOURS } from '../../lib/shared/neighbours.ts';
import { systemClock } from '../../lib/time/clock.ts';
import { DeadlineWheel } from '../../lib/time/coarse.ts';
import { createPublicTransport } from '../../lib/transport/public.ts';
import { processView } from '../../test/help/views.ts';

const SERVER_COUNT = Number(process.argv[2] ?? 10_000);
const FLIPS = 200;
const CONTEXT = {
  sourceAddress: '192.0.2.7',
  sourcePort: 4000,
  destinationAddress: '192.0.2.1',
  destinationPort: 80,
};
const NOBODY = { slotGranted: () => {}, dismissed: () => {} };

function say(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(52)}${figure}\n`);
}

/** Everything of one configuration but the listening. */
async function built(text: string): Promise<Built> {
  const { config } = parseConfig([{ file: 'bench', text }], {});
  if (config === null) throw new Error('the configuration has faults');
  const memory = SharedMemory.alone();
  const house = new House({
    memory,
    neighbours: NO_NEIGHBOURS,
    clock: systemClock,
    logger: silentLogger,
    maxconn: 0,
    parkedMax: 0,
  });
  return build(config, {
    memory,
    neighbours: NO_NEIGHBOURS,
    clock: systemClock,
    wheel: new DeadlineWheel(systemClock),
    transport: createPublicTransport({ nowMs: () => systemClock.nowMs() }),
    secure: createPublicTransport({ nowMs: () => 0 }),
    readFile: readFileSync,
    ticketKeys: Buffer.alloc(48),
    stats: () => Promise.reject(new Error('there are no statistics here')),
    random: Math.random,
    resolve: (server, backendName) => resolveServer(server, backendName, (name) => Promise.resolve(name)),
    checked: 'here',
    watcher: passiveWatcher(() => {}),
    balanceFunctions: new Map([['first', (servers) => servers[0] ?? null]]),
    owner: house,
    stateListener: { stateLine: () => {}, serverChanged: () => {}, healthChanged: () => {} },
    accountOf: () => ({
      asks: false,
      sessionStarted: () => {},
      sessionConnected: () => {},
      sessionEnded: () => {},
    }),
    parkedLimit: house.parkedLimit,
    waiting: house.waiting,
    listenerFailed: house.listenerFailed,
  });
}

function configText(balance: string, serverWords: (index: number) => string): string {
  const lines = ['backend b', ` balance ${balance}`];
  for (let index = 0; index < SERVER_COUNT; index += 1) {
    lines.push(
      ` server s${index} 10.${index >>> 16}.${(index >>> 8) & 255}.${index & 255}:80 ${serverWords(index)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function backendOf({ backends }: Built): Backend {
  const [backend] = backends;
  if (backend === undefined) throw new Error('no backend was built');
  return backend;
}

/** Microseconds a call, median. */
function microseconds(times: number, work: (round: number) => void): string {
  const spent: number[] = [];
  for (let round = 0; round < times; round += 1) {
    const startMs = performance.now();
    work(round);
    spent.push((performance.now() - startMs) * 1000);
  }
  spent.sort((one, other) => one - other);
  const [median, most] = [spent[times >>> 1] ?? 0, spent[times - 1] ?? 0];
  return `${median.toFixed(1)} µs (at most ${most.toFixed(0)})`;
}

/** Down as its checks found it, or up again. */
function flip({ states }: Built, server: Server, to: 'up' | 'down'): void {
  if (to === 'up') server.health.forceUp();
  else server.health.forceDown();
  states.checkEnded(server, checkResult(to === 'up' ? 'L4OK' : 'L4CON', { durationMs: 1 }), to);
}

function serverAt(backend: Backend, round: number): Server {
  const server = backend.servers[(round * 7919) % backend.servers.length];
  if (server === undefined) throw new Error('no such server');
  return server;
}

interface FlipOptions {
  /** One stream waits all the while, for a server without a free place. */
  readonly somebodyWaits?: boolean;
}

async function flips(name: string, text: string, { somebodyWaits = false }: FlipOptions = {}): Promise<void> {
  const startMs = performance.now();
  const whole = await built(text);
  const tookMs = performance.now() - startMs;
  const backend = backendOf(whole);
  const [first] = backend.servers;
  const held = somebodyWaits ? first?.tryTakeSlot() : undefined;
  if (somebodyWaits) first?.queue.enqueue(new Waiter(NOBODY, 1, 0));
  const place = (): void => {
    const placement = backend.place(NOBODY, CONTEXT, null);
    if (placement.kind === 'placed') placement.slot.give();
    if (placement.kind === 'waiting') placement.waiter.cancel();
  };
  for (let warm = 0; warm < 2000; warm += 1) place();
  // The first server is left alone, since somebody may wait for it.
  const flipOther = (round: number, to: 'up' | 'down'): void =>
    flip(whole, serverAt(backend, (round >>> 1) + 1), to);
  for (let round = 0; round < FLIPS; round += 1) flipOther(round, round % 2 === 0 ? 'down' : 'up');
  const flipping = microseconds(FLIPS, (round) => flipOther(round, round % 2 === 0 ? 'down' : 'up'));
  const both = microseconds(FLIPS, (round) => {
    flipOther(round, round % 2 === 0 ? 'down' : 'up');
    place();
  });
  say(name, `start ${tookMs.toFixed(0)} ms; flip ${flipping}; flip and place ${both}`);
  say('', `place ${microseconds(2000, place)}`);
  held?.give();
  whole.checks.stop();
}

/** One scrape, read as the metrics server reads it. */
async function scrape(backend: Backend, naming: Naming, servers: boolean): Promise<void> {
  const source = {
    view: () => processView({ backends: [viewBackend(backend, systemClock)] }),
    build: { version: '0.0.0', nodeVersion: process.version },
    clock: systemClock,
  };
  const registry = createRegistry(source, naming);
  const scopes = servers ? WHOLE_SCRAPE.scopes : new Set(['global', 'frontend', 'backend'] as const);
  const request = { ...WHOLE_SCRAPE, naming, scopes };
  for (let round = 0; round < 3; round += 1) {
    const watch = watchLoop();
    const before = process.cpuUsage();
    const startMs = performance.now();
    let bytes = 0;
    for await (const piece of exposition([registry], source, request, 'prometheus')) {
      bytes += Buffer.from(piece).length;
    }
    const tookMs = performance.now() - startMs;
    const { user, system } = process.cpuUsage(before);
    const cpuMs = ((user + system) / 1000).toFixed(0);
    const figures = `${tookMs.toFixed(0)} ms (CPU ${cpuMs}), ${(bytes / 1e6).toFixed(1)} MB`;
    say(
      `scrape, ${naming} names${servers ? '' : ', no servers'}, round ${round + 1}`,
      `${figures}, longest stall ${watch.stop().toFixed(1)} ms`,
    );
  }
}

/** Measures the most CPU between two turns of the event loop: on a shared machine the time by the wall says less. */
function watchLoop(): { stop(): number } {
  let longestMs = 0;
  let last = process.cpuUsage();
  let running = true;
  const look = (): void => {
    const { user, system } = process.cpuUsage(last);
    longestMs = Math.max(longestMs, (user + system) / 1000);
    last = process.cpuUsage();
    if (running) setImmediate(look);
  };
  setImmediate(look);
  return {
    stop: () => {
      running = false;
      return longestMs;
    },
  };
}

say('node', process.version);
const checked = (): string => 'check inter 2s';
const weighted = (index: number): string => `check weight ${1 + (index % 3)}`;
const halfBackups = (index: number): string => (2 * index < SERVER_COUNT ? 'check' : 'check backup');
const oneActive = (index: number): string => (index === 0 ? 'check' : 'check backup');
const CASES: readonly (readonly [string, string, (index: number) => string, FlipOptions?])[] = [
  ['roundrobin', 'roundrobin', checked],
  ['roundrobin, somebody waits', 'roundrobin', () => 'check maxconn 1', { somebodyWaits: true }],
  [
    'leastconn, minconn, somebody waits',
    'leastconn',
    () => 'check minconn 1 maxconn 9',
    { somebodyWaits: true },
  ],
  ['roundrobin, half are backups', 'roundrobin', halfBackups],
  ['roundrobin, all but one are backups', 'roundrobin', oneActive],
  ['static-rr', 'static-rr', checked],
  ['static-rr, weights 1, 2, 3', 'static-rr', weighted],
  ['source, map, weights 1, 2, 3', 'source', weighted],
  ['source, consistent, weights 1, 2, 3', 'source\n hash-type consistent', weighted],
  ['random, weights 1, 2, 3', 'random', weighted],
  ['fn', 'fn:first', weighted],
];
for (const [name, balance, words, options] of CASES) await flips(name, configText(balance, words), options);
const backend = backendOf(await built(configText('roundrobin', checked)));
say(
  'view of a backend',
  microseconds(20, () => void viewBackend(backend, systemClock)),
);
await scrape(backend, 'sluice', true);
await scrape(backend, 'haproxy', true);
await scrape(backend, 'sluice', false);
