/**
 * The soak: mixed load through sluice for a while, servers killed and started again meanwhile; then everything is closed, and
 * nothing may be left: no session, no descriptor, no memory, no wrong byte, no line missing in the log.
 *
 *     start --> touched (counted: descriptors) --> loaded --> closed --> settled (counted again) --> stopped
 *
 * Not here: the words of the command and the printing (`main.ts`).
 */
import { until } from '../../test/system/help/network.ts';
import type { Owner } from '../../test/system/help/process.ts';
import { heldCount, type Soaked, type SoakedOptions, startSoaked } from './balancer.ts';
import { runSession } from './client.ts';
import { makePattern } from './content.ts';
import { Holds, runLanes } from './lanes.ts';
import { type MemorySample, type MemoryTrend, memoryTrend } from './memory.ts';
import { Random } from './random.ts';
import { drawScript } from './script.ts';
import { type SoakServer, startSoakServers } from './servers.ts';
import { Verdicts } from './verdict.ts';

export interface SoakOptions extends SoakedOptions {
  readonly seconds: number;
  readonly seed: number;
}

export interface SoakReport {
  readonly options: SoakOptions;
  /** Empty: all is well. */
  readonly faults: readonly string[];
  readonly tallies: Verdicts['tallies'];
  readonly killCount: number;
  readonly descriptorsBefore: number;
  readonly descriptorsAfter: number;
  readonly memory: MemoryTrend;
  readonly sessionCount: number;
  readonly loggedCount: number;
}

const MIB = 1024 * 1024;
/** Of 10 s each in a long run; a short one has as many as it needs for quarters. */
const SAMPLE_MS = 10_000;
const SAMPLES_LEAST = 60;
/** In a run of minutes the heap has found its size; in one of seconds it still grows. For each thread. */
const LONG_SECONDS = 300;
const [ALLOWED_LONG_BYTES, ALLOWED_SHORT_BYTES] = [12 * MIB, 48 * MIB];
/** Sessions before descriptors are counted: whatever opens with the first client is open then. */
const TOUCHES = 40;
const SETTLE_MS = 30_000;
/** Several rounds of checks, of which a moment without one is found. */
const CHECKS_MS = 1500;

async function touch(port: number, pattern: Buffer, random: Random): Promise<void> {
  for (let count = 0; count < TOUCHES; count += 1) {
    const script = drawScript(random, -1 - count, 'short', 0);
    await runSession(port, pattern, script, () => Promise.resolve());
  }
}

/** Waits until it holds no session; gives what is left. */
async function settledCount(soaked: Soaked): Promise<number> {
  let held = Number.NaN;
  const settled = async (): Promise<true | null> => {
    held = heldCount(await soaked.scrape());
    return held === 0 ? true : null;
  };
  await until('no session left', settled, SETTLE_MS).catch(() => false);
  return held;
}

/** Checks come and go, so the least of what is seen counts; waits until it is down at `wanted`. */
async function leastDescriptors(soaked: Soaked, wanted: number, patienceMs: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  const look = (): Promise<true | null> => {
    least = Math.min(least, soaked.descriptors);
    return Promise.resolve(least <= wanted ? true : null);
  };
  await until('descriptors', look, patienceMs).catch(() => false);
  return least;
}

/** Kills one server at a time and starts it again, until the time is over. */
async function killNowAndThen(
  servers: readonly [SoakServer, SoakServer],
  verdicts: Verdicts,
  random: Random,
  holds: Holds,
  everyMs: number,
): Promise<void> {
  for (;;) {
    await holds.wait(random.between(everyMs / 2, everyMs * 1.5));
    if (holds.over) return;
    const server = random.pick([...servers]);
    const kill = { name: server.name, atMs: performance.now(), untilMs: Number.POSITIVE_INFINITY };
    verdicts.kills.push(kill);
    await server.kill();
    await holds.wait(random.between(200, 1500));
    await server.start();
    kill.untilMs = performance.now();
  }
}

async function sampleMemory(soaked: Soaked, holds: Holds, everyMs: number): Promise<MemorySample[]> {
  const samples: MemorySample[] = [];
  while (!holds.over) {
    samples.push({ atMs: performance.now(), bytes: soaked.memoryBytes });
    await holds.wait(everyMs);
  }
  return samples;
}

/** Runs it from start to end; everything is ended with the owner at the latest. */
export async function runSoak(owner: Owner, options: SoakOptions): Promise<SoakReport> {
  const { seconds, seed } = options;
  const long = seconds >= LONG_SECONDS;
  const random = new Random(seed);
  const pattern = makePattern();
  const verdicts = new Verdicts();
  const servers = await startSoakServers(owner, (id, outcome) => {
    if (id > 0) verdicts.serverTold(id, outcome);
  });
  const soaked = await startSoaked(owner, servers, options);
  await touch(soaked.port, pattern, random);
  await settledCount(soaked);
  const descriptorsBefore = await leastDescriptors(soaked, 0, CHECKS_MS);

  const holds = new Holds();
  void holds.wait(seconds * 1000).then(() => holds.endAll());
  const killing = killNowAndThen(servers, verdicts, random, holds, long ? 20_000 : 4000);
  const sampling = sampleMemory(soaked, holds, Math.min(SAMPLE_MS, (seconds * 1000) / SAMPLES_LEAST));
  const holdMostMs = long ? 20_000 : 2000;
  const served = verdicts.clientTold.bind(verdicts);
  await runLanes({ port: soaked.port, pattern, random, holdMostMs, holds, served });
  await killing;
  const told = (): Promise<true | null> => Promise.resolve(verdicts.awaitedCount === 0 ? true : null);
  await until('word of the servers', told, 5000).catch(() => false);
  verdicts.close();

  const allowed = long ? ALLOWED_LONG_BYTES : ALLOWED_SHORT_BYTES;
  const left = await settledCount(soaked);
  const descriptorsAfter = await leastDescriptors(soaked, descriptorsBefore, SETTLE_MS);
  const memory = memoryTrend(await sampling, allowed * options.threads);
  const scrape = await soaked.scrape();
  const sessionCount = scrape('sluice_sessions_total') ?? Number.NaN;
  const droppedCount = scrape('sluice_log_lines_dropped_total') ?? 0;
  const { exit, stderr } = await soaked.stop();

  const { faults } = verdicts;
  const say = (wrong: boolean, fault: string): void => {
    if (wrong) faults.push(fault);
  };
  const { loggedCount } = soaked;
  say(left !== 0, `${left} sessions, places and waiters are left`);
  say(descriptorsAfter > descriptorsBefore, `${descriptorsAfter - descriptorsBefore} descriptors are left`);
  say(!memory.flat, `memory grew: ${JSON.stringify(memory)}`);
  say(
    loggedCount + droppedCount !== sessionCount,
    `${sessionCount} sessions, but ${loggedCount} lines in the log and ${droppedCount} dropped`,
  );
  say(exit.code !== 0, `ended with ${exit.code ?? exit.signal}: ${stderr}`);
  say(/\bALERT\b/.test(stderr), stderr);
  return {
    options,
    faults,
    tallies: verdicts.tallies,
    killCount: verdicts.kills.length,
    descriptorsBefore,
    descriptorsAfter,
    memory,
    sessionCount,
    loggedCount,
  };
}
