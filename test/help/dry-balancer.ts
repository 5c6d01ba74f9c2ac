/**
 * A balancer without sockets: built from configuration text over a clock turned by hand, with clients that come, dials that
 * succeed and relays that end when the test says so.
 *
 *     const { clock, backend, come, dials } = await dryBalancer(t, `
 *       listen l
 *         bind :1
 *         server a 192.0.2.1:80 maxconn 1`);
 *     const stream = come();
 *     dials[0]?.succeed();
 *
 * Not here: real sockets (`balancer.ts`, `peer.ts`).
 */
import { readFileSync } from 'node:fs';
import { createPublicTransport } from '../../lib/transport/public.ts';
import * as net from 'node:net';
import type { Test } from 'tap';
import { countSession } from '../../lib/account/session-counts.ts';
import type { SessionRecord } from '../../lib/account/session.ts';
import { silentLogger } from '../../lib/account/log/logger.ts';
import type { Backend } from '../../lib/backend/backend.ts';
import type { BalanceFunction } from '../../lib/backend/balance/balancer.ts';
import type { Server } from '../../lib/backend/server.ts';
import type { ServerStateEvent } from '../../lib/backend/states.ts';
import { resolveServer } from '../../lib/backend/resolve.ts';
import { build, passiveWatcher, type Built } from '../../lib/build/build.ts';
import type { StateLine } from '../../lib/check/messages.ts';
import { parseConfig } from '../../lib/config/parse.ts';
import type { Frontend } from '../../lib/frontend/frontend.ts';
import { House } from '../../lib/house.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';
import { NO_NEIGHBOURS, type Neighbours } from '../../lib/shared/neighbours.ts';
import { DeadlineWheel } from '../../lib/time/coarse.ts';
import type {
  ChannelHandler,
  Connection,
  ConnectionWatcher,
  Dial,
  DialHandler,
  DialTarget,
  Relay,
  RelayHandler,
  RelaySide,
  SideName,
  Transport,
} from '../../lib/transport/transport.ts';
import { ManualClock } from './clock.ts';
import { DryChannel } from './dry-channel.ts';

/** A connection that exists on paper; `state` says how our side ended it. */
export class DryConnection implements Connection {
  readonly remote;
  readonly local;
  pendingBytes = 0;
  peerEnded = false;
  readonly tls = null;
  state: 'held' | 'relayed' | 'closed' | 'reset' = 'held';
  lingers = true;
  keptAlive: readonly [number, number, number] | null = null;
  #watcher: ConnectionWatcher | null = null;

  /** `port` is the same on both ends, so that a server without a port of its own is dialled on its client's number. */
  constructor(port: number) {
    this.remote = { address: '198.51.100.7', port };
    this.local = { address: '203.0.113.1', port };
  }

  watch(watcher: ConnectionWatcher): void {
    this.#watcher = watcher;
  }
  peek(): Uint8Array {
    return new Uint8Array(this.pendingBytes);
  }
  close(): void {
    if (this.state === 'held') this.state = 'closed';
  }
  reset(): void {
    if (this.state === 'held') this.state = 'reset';
  }
  noLinger(): void {
    this.lingers = false;
  }
  keepAlive(idleMs: number, intervalMs: number, count: number): void {
    this.keptAlive = [idleMs, intervalMs, count];
  }

  // What the peer does:

  send(bytes: number): void {
    const first = this.pendingBytes === 0;
    this.pendingBytes += bytes;
    if (first) this.#watcher?.peerSent();
  }
  end(): void {
    this.peerEnded = true;
    this.#watcher?.peerEnded();
  }
  break(): void {
    this.state = 'closed';
    this.#watcher?.peerReset('ECONNRESET');
  }
}

export class DryDial implements Dial {
  readonly target: DialTarget;
  state: 'open' | 'cancelled' | 'ended' = 'open';
  readonly #handler: DialHandler;

  constructor(target: DialTarget, handler: DialHandler) {
    this.target = target;
    this.#handler = handler;
  }

  cancel(): void {
    if (this.state === 'open') this.state = 'cancelled';
  }
  succeed(): DryConnection {
    if (this.state !== 'open') throw new Error(`the dial is ${this.state}`);
    this.state = 'ended';
    const connection = new DryConnection(80);
    this.#handler.dialSucceeded(connection);
    return connection;
  }
  fail(code = 'ECONNREFUSED'): void {
    if (this.state !== 'open') throw new Error(`the dial is ${this.state}`);
    this.state = 'ended';
    this.#handler.dialFailed({ code, message: code });
  }
  /** The port of the server that is dialled. */
  get port(): number {
    return this.target.kind === 'tcp' ? this.target.port : 0;
  }
}

/** A side whose stamps the test sets. */
export class DrySide implements RelaySide {
  bytesRead = 0;
  lastReadMs: number;
  lastWriteMs: number;
  blockedSinceMs = 0;
  readPaused = false;
  readEnded = false;
  writeEndedMs = 0;
  firstReadMs = 0;

  constructor(nowMs: number) {
    this.lastReadMs = nowMs;
    this.lastWriteMs = nowMs;
  }
}

export class DryRelay implements Relay {
  readonly client: DrySide;
  readonly server: DrySide;
  readonly handler: RelayHandler;
  readonly clientConnection: Connection;
  readonly serverConnection: Connection;
  readonly #nowMs: () => number;
  /** What the owner asked for, in order. */
  readonly calls: string[] = [];
  open = true;

  constructor(client: Connection, server: Connection, handler: RelayHandler, nowMs: () => number) {
    this.clientConnection = client;
    this.serverConnection = server;
    this.handler = handler;
    this.#nowMs = nowMs;
    this.client = new DrySide(nowMs());
    this.server = new DrySide(nowMs());
    this.client.bytesRead = client.pendingBytes;
  }

  shutRead(side: SideName): void {
    this.calls.push(`shut ${side}`);
    this.endSide(side);
  }
  resetBoth(): void {
    this.#end('reset both');
  }
  closeAfterPending(): void {
    this.calls.push('close after pending');
  }
  abandon(): void {
    this.#end('abandon');
  }

  /** A side's FIN is read and passed on; ends the relay if it was the second. */
  endSide(name: SideName): void {
    const [side, other] = name === 'client' ? [this.client, this.server] : [this.server, this.client];
    side.readEnded = true;
    this.handler.relaySideEnded(name);
    other.writeEndedMs = this.#nowMs();
    if (other.readEnded) this.finish();
    else this.handler.relaySideShut(name === 'client' ? 'server' : 'client');
  }
  finish(): void {
    this.open = false;
    this.handler.relayFinished();
  }

  #end(call: string): void {
    this.calls.push(call);
    this.open = false;
  }
}

export class DryTransport implements Transport {
  readonly tunesKeepAlive = true;
  readonly name = 'dry';
  readonly dials: DryDial[] = [];
  readonly relays: DryRelay[] = [];
  readonly channels: DryChannel[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  createServer(): net.Server {
    return net.createServer();
  }
  dial(target: DialTarget, handler: DialHandler): DryDial {
    const dial = new DryDial(target, handler);
    this.dials.push(dial);
    return dial;
  }
  relay(client: Connection, server: Connection, handler: RelayHandler): DryRelay {
    const relay = new DryRelay(client, server, handler, this.#nowMs);
    this.relays.push(relay);
    return relay;
  }
  channel(connection: Connection, handler: ChannelHandler): DryChannel {
    const channel = new DryChannel(connection, handler);
    this.channels.push(channel);
    return channel;
  }
}

/** A client at a door and what became of it. */
export interface DryClient {
  readonly connection: DryConnection;
  /** Of its session, once that has ended. */
  readonly record: () => SessionRecord | null;
}

export interface DryBalancer {
  readonly clock: ManualClock;
  readonly wheel: DeadlineWheel;
  readonly transport: DryTransport;
  readonly dials: readonly DryDial[];
  readonly relays: readonly DryRelay[];
  readonly house: House;
  readonly built: Built;
  readonly records: readonly SessionRecord[];
  readonly lines: readonly StateLine[];
  readonly events: readonly ServerStateEvent[];
  backend(name?: string): Backend;
  server(name: string, backendName?: string): Server;
  frontend(name?: string): Frontend;
  /** A client connects, to the first listener of the frontend unless another is named by its position. */
  come(frontendName?: string, listenerIndex?: number): DryClient;
}

export interface DryOptions {
  /** Of one thread of several: what they share, how it tells the others, and numbers for clients (see `dry-threads.ts`). */
  readonly memory?: SharedMemory;
  readonly neighbours?: Neighbours<Server>;
  readonly nextPort?: () => number;
  readonly clock?: ManualClock;
  readonly maxconn?: number;
  readonly parkedMax?: number;
  readonly random?: () => number;
  readonly balanceFunctions?: Readonly<Record<string, BalanceFunction>>;
  readonly lookup?: (name: string) => Promise<string>;
}

/** Builds one; the test's end stops what it started. Throws with the diagnostics for text with faults. */
export async function dryBalancer(t: Test, text: string, options: DryOptions = {}): Promise<DryBalancer> {
  const parsed = parseConfig([{ file: 'test', text: `${text}\n` }], {});
  if (parsed.config === null) throw new Error(parsed.diagnostics.map((one) => one.message).join('; '));
  const clock = options.clock ?? new ManualClock();
  const wheel = new DeadlineWheel(clock);
  const transport = new DryTransport(() => clock.nowMs());
  const records: SessionRecord[] = [];
  const lines: StateLine[] = [];
  const events: ServerStateEvent[] = [];
  const memory = options.memory ?? SharedMemory.alone();
  const neighbours = options.neighbours ?? NO_NEIGHBOURS;
  const house = new House({
    memory,
    neighbours,
    clock,
    logger: silentLogger,
    maxconn: options.maxconn ?? parsed.config.global.maxconn,
    parkedMax: options.parkedMax ?? 0,
  });
  const built = await build(parsed.config, {
    memory,
    neighbours,
    clock,
    wheel,
    transport,
    secure: createPublicTransport({ nowMs: () => 0 }),
    readFile: readFileSync,
    ticketKeys: Buffer.alloc(48),
    stats: () => Promise.reject(new Error('there are no statistics here')),
    random: options.random ?? (() => 0.5),
    resolve: (server, backendName) =>
      resolveServer(
        server,
        backendName,
        options.lookup ?? (() => Promise.reject(new Error('no lookups here'))),
      ),
    checked: 'here',
    watcher: passiveWatcher(house.choosingFailed),
    balanceFunctions: new Map(Object.entries(options.balanceFunctions ?? {})),
    owner: house,
    stateListener: {
      stateLine: (_backend, line) => void lines.push(line),
      serverChanged: (event) => void events.push(event),
      healthChanged: () => {},
    },
    accountOf: () => ({
      sessionStarted: () => {},
      sessionConnected: () => {},
      asks: true,
      sessionEnded: (session, outcome, counters) => {
        countSession(outcome, counters);
        records.push(session.record());
      },
    }),
    parkedLimit: house.parkedLimit,
    waiting: house.waiting,
    listenerFailed: house.listenerFailed,
  });
  house.frontends = built.frontends;
  t.teardown(() => {
    built.checks.stop();
    for (const backend of built.backends) for (const server of backend.servers) server.stop();
  });
  return new Dry(
    { clock, wheel, transport, house, built, records, lines, events },
    options.nextPort ?? portsFrom(40_001),
  );
}

type DryParts = Pick<
  DryBalancer,
  'clock' | 'wheel' | 'transport' | 'house' | 'built' | 'records' | 'lines' | 'events'
>;

class Dry implements DryBalancer {
  readonly clock: ManualClock;
  readonly wheel: DeadlineWheel;
  readonly transport: DryTransport;
  readonly house: House;
  readonly built: Built;
  readonly records: readonly SessionRecord[];
  readonly lines: readonly StateLine[];
  readonly events: readonly ServerStateEvent[];
  readonly #nextPort: () => number;

  constructor(parts: DryParts, nextPort: () => number) {
    this.#nextPort = nextPort;
    this.clock = parts.clock;
    this.wheel = parts.wheel;
    this.transport = parts.transport;
    this.house = parts.house;
    this.built = parts.built;
    this.records = parts.records;
    this.lines = parts.lines;
    this.events = parts.events;
  }

  get dials(): readonly DryDial[] {
    return this.transport.dials;
  }
  get relays(): readonly DryRelay[] {
    return this.transport.relays;
  }

  backend(name?: string): Backend {
    return find(this.built.backends, name);
  }
  frontend(name?: string): Frontend {
    return find(this.built.frontends, name);
  }
  server(name: string, backendName?: string): Server {
    return find(this.backend(backendName).servers, name);
  }

  come(frontendName?: string, listenerIndex = 0): DryClient {
    const connection = new DryConnection(this.#nextPort());
    this.frontend(frontendName).listeners[listenerIndex]?.accepted(connection);
    const { port } = connection.remote;
    return {
      connection,
      record: () => this.records.find((record) => record.clientPort === port) ?? null,
    };
  }
}

function find<T extends { readonly name: string }>(all: readonly T[], name?: string): T {
  const found = name === undefined ? all[0] : all.find((one) => one.name === name);
  if (found === undefined) throw new Error(`nothing is called ${name}`);
  return found;
}

/** Another number each time. */
export function portsFrom(first: number): () => number {
  let next = first;
  return () => next++;
}
