/**
 * What one relayed chunk costs the process that relays, by each implementation of the transport in turn: CPU time (user and
 * system) over loopback, the load being made by another process.
 *
 *     node build/bench/part/relay-chunk.js [milliseconds per measurement, 2000]
 *
 * `small`: 64 connections play ping-pong with 1 KiB. `large`: 4 connections stream one way as fast as they can; there a
 * drain counts as a chunk, so bytes are the better measure.
 * On a shared machine only ratios of figures taken in turn count.
 *
 * Not here: whole sessions and other balancers (`../whole/`).
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as net from 'node:net';
import { fileURLToPath } from 'node:url';
import { createHandleTransport } from '../../lib/transport/handles.ts';
import { loadInternals } from '../../lib/transport/node-internals.ts';
import { createPublicTransport } from '../../lib/transport/public.ts';
import type {
  Connection,
  Relay,
  RelayHandler,
  Transport,
  TransportOptions,
} from '../../lib/transport/transport.ts';

type Kind = 'small' | 'large';
const KINDS: Record<Kind, { readonly connections: number; readonly chunkBytes: number }> = {
  small: { connections: 64, chunkBytes: 1024 },
  large: { connections: 4, chunkBytes: 262_144 },
};
const ROUNDS = 3;

type NewTransport = (options: TransportOptions) => Transport;
const IMPLEMENTATIONS: Readonly<Record<string, NewTransport>> = {
  public: createPublicTransport,
  handles: (options) => {
    const internals = loadInternals();
    if (typeof internals === 'string') throw new Error(internals);
    return createHandleTransport(internals, options);
  },
};

/** Has nothing to account; a broken relay is reset. */
class BareHandler implements RelayHandler {
  relayBroken: () => void = () => {};
  relaySideEnded(): void {}
  relaySideShut(): void {}
  relayFinished(): void {}
}

/** Relays every accepted client to `port`; chunks are counted by the clock, which is read once per chunk and per drain. */
class Plant {
  chunks = 0;
  readonly server: net.Server;
  readonly #relays: Relay[] = [];
  readonly #transport: Transport;
  readonly #port: number;

  constructor(newTransport: NewTransport, port: number) {
    this.#port = port;
    this.#transport = newTransport({
      nowMs: () => {
        this.chunks += 1;
        return performance.now();
      },
    });
    this.server = this.#transport.createServer((client) => this.#serve(client));
  }

  /** Relayed so far, both directions. */
  get bytes(): number {
    return this.#relays.reduce((sum, { client, server }) => sum + client.bytesRead + server.bytesRead, 0);
  }

  #serve(client: Connection): void {
    const target = { kind: 'tcp', address: '127.0.0.1', port: this.#port, source: null } as const;
    this.#transport.dial(target, {
      dialSucceeded: (server) => {
        const handler = new BareHandler();
        const relay = this.#transport.relay(client, server, handler);
        this.#relays.push(relay);
        handler.relayBroken = () => relay.resetBoth();
      },
      dialFailed: () => client.reset(),
    });
  }
}

/** The load process: an echoing or swallowing server, and clients through the relay. */
async function load(kind: Kind): Promise<void> {
  const { connections, chunkBytes } = KINDS[kind];
  const chunk = Buffer.alloc(chunkBytes, 'x');
  const sink = net.createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    if (kind === 'small') socket.on('data', (bytes) => socket.write(bytes));
    else socket.resume();
  });
  sink.listen(0, '127.0.0.1');
  await once(sink, 'listening');
  process.send?.((sink.address() as net.AddressInfo).port);
  const [port] = (await once(process, 'message')) as [number];
  for (let count = 0; count < connections; count += 1) {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => {});
    if (kind === 'small') {
      socket.on('data', () => socket.write(chunk));
      socket.write(chunk);
    } else {
      const again = (): void => void socket.write(chunk, again);
      again();
    }
  }
}

interface Figures {
  readonly microsecondsPerChunk: number;
  readonly secondsPerGigabyte: number;
  readonly megabytesPerSecond: number;
  readonly kilobytesPerChunk: number;
}

/** Runs the load once and gives the cost. */
async function measure(kind: Kind, newTransport: NewTransport, durationMs: number): Promise<Figures> {
  const child = fork(fileURLToPath(import.meta.url), ['load', kind]);
  const [sinkPort] = (await once(child, 'message')) as [number];
  const plant = new Plant(newTransport, sinkPort);
  plant.server.listen(0, '127.0.0.1');
  await once(plant.server, 'listening');
  child.send((plant.server.address() as net.AddressInfo).port);

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  await pause(durationMs / 4);
  const before = { cpu: process.cpuUsage(), chunks: plant.chunks, bytes: plant.bytes, ms: performance.now() };
  await pause(durationMs);
  const cpu = process.cpuUsage(before.cpu);
  const [chunks, moved] = [plant.chunks - before.chunks, plant.bytes - before.bytes];
  const seconds = (performance.now() - before.ms) / 1000;

  const closed = once(plant.server, 'close');
  plant.server.close();
  child.kill();
  await closed;
  const cpuMicroseconds = cpu.user + cpu.system;
  return {
    microsecondsPerChunk: cpuMicroseconds / chunks,
    secondsPerGigabyte: (cpuMicroseconds * 1000) / moved,
    megabytesPerSecond: moved / seconds / 1e6,
    kilobytesPerChunk: moved / chunks / 1000,
  };
}

async function main(durationMs: number): Promise<void> {
  console.log(`node ${process.version}, ${ROUNDS} rounds of ${durationMs} ms`);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const kind of ['small', 'large'] as const) {
      for (const [name, newTransport] of Object.entries(IMPLEMENTATIONS)) {
        const figures = await measure(kind, newTransport, durationMs);
        console.log(
          `${kind}, ${name}: ${figures.microsecondsPerChunk.toFixed(2)} us CPU per chunk of ${figures.kilobytesPerChunk.toFixed(1)} KB,` +
            ` ${figures.secondsPerGigabyte.toFixed(2)} s CPU per GB at ${figures.megabytesPerSecond.toFixed(0)} MB/s`,
        );
      }
    }
  }
}

const [first = '', kind = ''] = process.argv.slice(2);
if (first === 'load') await load(kind === 'large' ? 'large' : 'small');
else await main(first === '' ? 2000 : Number(first));
