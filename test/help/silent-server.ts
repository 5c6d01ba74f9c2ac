/**
 * A server whose host does not answer a connection attempt, as one that is switched off: its accept queue is full and nobody
 * takes anything out of it, so the kernel drops what comes.
 *
 * Not here: servers that answer (`peer.ts`).
 */
import { once } from 'node:events';
import * as net from 'node:net';
import { Worker } from 'node:worker_threads';

/** Listens with the shortest queue and never accepts: its thread sleeps. */
const SLEEPER = `
const { parentPort } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});`;

/** Longer than a connection over loopback can take on a busy machine. */
const UNANSWERED_MS = 250;

export class SilentServer {
  readonly port: number;
  readonly #worker: Worker;
  readonly #fillers: readonly net.Socket[];

  private constructor(worker: Worker, port: number, fillers: readonly net.Socket[]) {
    this.#worker = worker;
    this.port = port;
    this.#fillers = fillers;
  }

  /** Resolves once attempts to connect stay unanswered. */
  static async listen(): Promise<SilentServer> {
    const worker = new Worker(SLEEPER, { eval: true });
    const [port] = (await once(worker, 'message')) as [number];
    const fillers: net.Socket[] = [];
    for (let answered = true; answered;) {
      const socket = net.connect(port, '127.0.0.1');
      socket.on('error', () => {});
      fillers.push(socket);
      answered = await connects(socket);
    }
    return new SilentServer(worker, port, fillers);
  }

  async close(): Promise<void> {
    for (const socket of this.#fillers) socket.destroy();
    await this.#worker.terminate();
  }
}

async function connects(socket: net.Socket): Promise<boolean> {
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(UNANSWERED_MS) });
    return true;
  } catch {
    return false;
  }
}
