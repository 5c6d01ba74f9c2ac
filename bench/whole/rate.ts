/**
 * Requests at a constant rate, whatever becomes of the answers (an open loop), as a program of its own:
 *
 *     node rate.js '{"host":"127.0.0.1","port":8000,"perSecond":10000,"seconds":4,"connections":64}'
 *
 * Request k is due at `start + k / perSecond` on connection k modulo `connections`, and goes out then even if earlier ones
 * are not answered. Its latency counts from when it was DUE, so a stall shows in every request that it held up
 * (no coordinated omission). A thread sleeps and sends, by plain writes to the descriptors; this one reads. Answers come in
 * order on each connection and have one length, so counting bytes says which request was answered.
 *
 * Prints a `RateReport` as JSON. Not here: which rate, and what is made of it (`latency.ts`).
 */
import { once } from 'node:events';
import { writeFileSync, writeSync } from 'node:fs';
import * as net from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

export interface RateTask {
  readonly host: string;
  readonly port: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
}

export interface RateReport {
  /** Answered; the first fifth, in which compilers settle, is not among the latencies. */
  readonly answered: number;
  /** Middle and 99th of a hundred latencies. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How late requests went out: noise of the generator, which is part of every latency. */
  readonly lateP50Ms: number;
  readonly lateP99Ms: number;
}

/** What the sending thread gets. */
interface Schedule {
  readonly descriptors: readonly number[];
  readonly startNs: number;
  readonly intervalNs: number;
  readonly total: number;
  readonly request: string;
}

/** From the last request on. */
const PATIENCE_MS = 20_000;
const NS_PER_MS = 1e6;
/** Until the first request is due: the thread has started by then. */
const HEAD_START_NS = 300 * NS_PER_MS;
const WARM_PART = 0.2;

function nowNs(): number {
  return Number(process.hrtime.bigint());
}

/** The sending thread. */
function sendBySchedule({ descriptors, startNs, intervalNs, total, request }: Schedule): void {
  const bytes = Buffer.from(request);
  const bell = new Int32Array(new SharedArrayBuffer(4));
  const late = createHistogram();
  for (let sent = 0; sent < total; sent += 1) {
    const dueNs = startNs + sent * intervalNs;
    let leftNs = dueNs - nowNs();
    while (leftNs > 0) {
      // Nobody rings: it is a sleep finer than a timer's.
      Atomics.wait(bell, 0, 0, leftNs / NS_PER_MS);
      leftNs = dueNs - nowNs();
    }
    late.record(Math.max(1, Math.round(-leftNs)));
    writeSync(descriptors[sent % descriptors.length] ?? -1, bytes);
  }
  parentPort?.postMessage([late.percentile(50) / NS_PER_MS, late.percentile(99) / NS_PER_MS]);
}

/** One that says nothing yet, with its descriptor: what Node does not offer is only needed to write from another thread. */
async function open(task: RateTask): Promise<{ socket: net.Socket; descriptor: number }> {
  const socket = net.connect({ port: task.port, host: task.host, noDelay: true });
  await once(socket, 'connect');
  const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd: number } };
  return { socket, descriptor: handle.fd };
}

/** Length of the answer to one request. */
async function answerLength(socket: net.Socket, request: string): Promise<number> {
  socket.write(request);
  let text = '';
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    text += chunk.toString('latin1');
    const headLength = text.indexOf('\r\n\r\n') + 4;
    const bodyLength = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN);
    if (headLength >= 4 && text.length >= headLength + bodyLength) return headLength + bodyLength;
  }
}

/** Sleeps are then met within 30 µs instead of 80; the threads inherit it. Where the kernel has it not, all is later alike. */
function sharpenSleep(): void {
  try {
    writeFileSync('/proc/self/timerslack_ns', '1');
  } catch {
    // As above.
  }
}

/** Counts the answers of all connections against the schedule. */
class Answers {
  answered = 0;
  readonly latencies = createHistogram();
  readonly #schedule: Schedule;
  readonly #length: number;
  #complete: () => void = () => {};

  /** `length`: of one answer in bytes. */
  constructor(schedule: Schedule, length: number) {
    this.#schedule = schedule;
    this.#length = length;
  }

  /** Reads the connection on which request `line` is the first. */
  read(socket: net.Socket, line: number): void {
    const { startNs, intervalNs, total, descriptors } = this.#schedule;
    let bytes = 0;
    let next = line;
    socket.on('data', (chunk: Buffer) => {
      const now = nowNs();
      bytes += chunk.length;
      for (; bytes >= this.#length; bytes -= this.#length) {
        const latencyNs = now - startNs - next * intervalNs;
        if (next >= total * WARM_PART) this.latencies.record(Math.max(1, Math.round(latencyNs)));
        next += descriptors.length;
        this.answered += 1;
      }
      if (this.answered === total) this.#complete();
    });
  }

  /** Resolves with the last answer; rejects if it does not come in time. */
  all(patienceMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new Error(`${this.answered} of ${this.#schedule.total} answered`));
      const timer = setTimeout(late, patienceMs);
      this.#complete = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function keepRate(task: RateTask): Promise<RateReport> {
  sharpenSleep();
  const lines = await Promise.all(Array.from({ length: task.connections }, () => open(task)));
  const request = `GET / HTTP/1.1\r\nHost: ${task.host}\r\n\r\n`;
  const [first] = lines;
  if (first === undefined) throw new RangeError('no connection wanted');
  const length = await answerLength(first.socket, request);
  const schedule: Schedule = {
    descriptors: lines.map(({ descriptor }) => descriptor),
    startNs: nowNs() + HEAD_START_NS,
    intervalNs: 1e9 / task.perSecond,
    total: Math.round(task.perSecond * task.seconds),
    request,
  };
  const answers = new Answers(schedule, length);
  lines.forEach(({ socket }, line) => answers.read(socket, line));
  const sender = new Worker(new URL(import.meta.url), { workerData: schedule });
  const sent = once(sender, 'message') as Promise<[[number, number]]>;
  await answers.all(task.seconds * 1000 + PATIENCE_MS);
  const [[lateP50Ms, lateP99Ms]] = await sent;
  for (const { socket } of lines) socket.destroy();
  return {
    answered: answers.answered,
    p50Ms: answers.latencies.percentile(50) / NS_PER_MS,
    p99Ms: answers.latencies.percentile(99) / NS_PER_MS,
    lateP50Ms,
    lateP99Ms,
  };
}

if (isMainThread) {
  const report = await keepRate(JSON.parse(process.argv[2] ?? '') as RateTask);
  process.stdout.write(JSON.stringify(report));
} else sendBySchedule(workerData as Schedule);
