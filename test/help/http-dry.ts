/**
 * A balancer in mode http without sockets, over a clock turned by hand: what clients and servers say, take and end is said by the test.
 *
 *     const dry = await httpDry(t, 'listen l\n mode http\n bind :1\n server a 192.0.2.1:80');
 *     const client = dry.come();
 *     client.say(get());
 *     const backend = dry.dialled();
 *     backend.say(answer('hello'));
 *     client.taken();   // what was written to it since the last time
 *
 * Not here: mode tcp (`dry-balancer.ts`), real sockets (`balancer.ts`).
 */
import type { Test } from 'tap';
import { dryBalancer, type DryBalancer, type DryDial } from './dry-balancer.ts';
import type { DryChannel } from './dry-channel.ts';
import { leftoversDry } from './settled.ts';

export interface HttpDry extends Omit<DryBalancer, 'come' | 'dials'> {
  /** A client connects. */
  come(): DryChannel;
  /** Connections that are being opened. */
  readonly dialling: number;
  /** Connections opened so far. */
  readonly dials: number;
  /** The last one that is being opened stands. */
  dialled(): DryChannel;
  /** The same fails. */
  refused(): void;
  /** Connections to servers that wait for another request. */
  readonly keptCount: number;
  /** No client is to send another request, and nothing is kept. */
  stop(): void;
  /** What has not been let go of; nothing if all is well. */
  leftovers(): string[];
}

export async function httpDry(t: Test, text: string): Promise<HttpDry> {
  const dry = await dryBalancer(t, text);
  const { channels } = dry.transport;
  const open = (): DryDial[] => dry.dials.filter(({ state }) => state === 'open');
  const latest = (): DryChannel => {
    const channel = channels.at(-1);
    if (channel === undefined) throw new Error('there is no channel');
    return channel;
  };
  return {
    clock: dry.clock,
    wheel: dry.wheel,
    transport: dry.transport,
    house: dry.house,
    built: dry.built,
    records: dry.records,
    lines: dry.lines,
    events: dry.events,
    relays: dry.relays,
    backend: (name) => dry.backend(name),
    server: (name, backendName) => dry.server(name, backendName),
    frontend: (name) => dry.frontend(name),
    come: () => {
      dry.come();
      return latest();
    },
    get dialling() {
      return open().length;
    },
    get dials() {
      return dry.dials.length;
    },
    dialled: () => {
      open().at(-1)?.succeed();
      return latest();
    },
    refused: () => open().at(-1)?.fail(),
    get keptCount() {
      return dry.built.kept.reduce((sum, { count }) => sum + count, 0);
    },
    stop: () => {
      dry.house.finish();
      for (const kept of dry.built.kept) kept.close();
    },
    leftovers: () => [
      ...leftoversDry(dry),
      ...channels.filter((one) => one.isOpen).map((one) => `a channel is ${one.state}`),
    ],
  };
}
