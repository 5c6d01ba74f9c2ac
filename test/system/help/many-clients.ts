/**
 * Many short clients from a process of its own, lean enough that the balancer is what is busy. Run as a program:
 *
 *     node many-clients.js '{"host":"127.0.0.1","port":8000,"total":100000,"atOnce":500,"leavingEvery":10,"resettingEvery":0}'
 *
 * An ordinary client connects, waits for a byte, ends, and waits for the end. Every `leavingEvery`-th ends at once
 * without waiting for anything, every `resettingEvery`-th resets after its byte. Prints a `Tally` as JSON.
 * Not here: throughput and latency (`bench/`).
 */
import * as net from 'node:net';
import { fileURLToPath } from 'node:url';
import { run } from './process.ts';

export interface Crowd {
  readonly host: string;
  readonly port: number;
  readonly total: number;
  readonly atOnce: number;
  /** 0: none. */
  readonly leavingEvery: number;
  /** 0: none. */
  readonly resettingEvery: number;
}

/** How the clients ended. */
export interface Tally {
  /** Had their byte and a clean end. */
  served: number;
  /** Ended at once, as told, and saw a clean end. */
  left: number;
  /** Reset after their byte, as told. */
  reset: number;
  /** Were closed without a byte though they waited. */
  refused: number;
  /** Error codes of the rest. */
  failed: Record<string, number>;
}

/** Lets a crowd run to its end in another process. */
export async function manyClients(crowd: Crowd, patienceMs = 150_000): Promise<Tally> {
  const program = await run(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(crowd)], {
    patienceMs,
  });
  return JSON.parse(program.stdout) as Tally;
}

type Habit = 'stays' | 'leaves' | 'resets';

function oneClient(crowd: Crowd, habit: Habit, tally: Tally, done: () => void): void {
  const socket = net.connect({ host: crowd.host, port: crowd.port, allowHalfOpen: true, noDelay: true });
  let bytes = 0;
  let failure = '';
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (habit === 'resets') socket.resetAndDestroy();
    else if (habit === 'stays') socket.end();
  });
  socket.on('connect', () => {
    if (habit === 'leaves') socket.end();
  });
  socket.on('end', () => socket.end());
  socket.on('error', (error: NodeJS.ErrnoException) => (failure = error.code ?? error.message));
  socket.on('close', () => {
    if (failure !== '') tally.failed[failure] = (tally.failed[failure] ?? 0) + 1;
    else if (habit === 'leaves') tally.left += 1;
    else if (bytes === 0) tally.refused += 1;
    else if (habit === 'resets') tally.reset += 1;
    else tally.served += 1;
    done();
  });
}

function everyoneOf(crowd: Crowd): void {
  const tally: Tally = { served: 0, left: 0, reset: 0, refused: 0, failed: {} };
  let begun = 0;
  let ended = 0;
  const next = (): void => {
    if (begun === crowd.total) return;
    begun += 1;
    const leaves = crowd.leavingEvery > 0 && begun % crowd.leavingEvery === 0;
    const resets = crowd.resettingEvery > 0 && begun % crowd.resettingEvery === 1;
    oneClient(crowd, leaves ? 'leaves' : resets ? 'resets' : 'stays', tally, () => {
      ended += 1;
      if (ended === crowd.total) process.stdout.write(JSON.stringify(tally));
      else next();
    });
  };
  for (let left = crowd.atOnce; left > 0; left -= 1) next();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  everyoneOf(JSON.parse(process.argv[2] ?? '') as Crowd);
}
