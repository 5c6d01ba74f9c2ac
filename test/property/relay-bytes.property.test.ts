/**
 * Bytes in are bytes out: fifty relays at once with slow, bursty, late and half-closing peers, some reset in the
 * middle; every stream is compared by hash, of a reset one what arrived must be its beginning.
 */
import { createCipheriv, createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import * as fc from 'fast-check';
import type { Connection, Relay, RelayHandler, SideName, Transport } from '../../lib/transport/transport.ts';
import { Gate, turns, within } from '../help/gate.ts';
import { Peer, PeerServer } from '../help/peer.ts';
import { type NewTransport, onEach } from '../transport/joined.ts';

const PAIRS = 50;
/** For each implementation. */
const TIME_LIMIT_MS = 5_000;
/** For one pair among fifty on a busy machine; a green run takes a small part of a second. */
const PAIR_PATIENCE_MS = 30_000;

type Pace = 'steady' | 'slow' | 'bursty' | 'late';

interface StreamPlan {
  readonly bytes: number;
  readonly chunkBytes: number;
  readonly pace: Pace;
}

interface PairPlan {
  readonly up: StreamPlan;
  readonly down: StreamPlan;
  /** Who ends before the other begins to send; `together`: both send at once. */
  readonly order: 'together' | SideName;
  readonly resets: SideName | null;
  /** Who resets does so when this share of its bytes is sent. */
  readonly resetShare: number;
  /** Read ahead before the relay; -1: not watched. */
  readonly watchBytes: number;
}

const stream = fc.record<StreamPlan>({
  bytes: fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 3000 }) },
    { weight: 3, arbitrary: fc.integer({ min: 3000, max: 300_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1_000_000, max: 4_000_000 }) },
  ),
  chunkBytes: fc.constantFrom(700, 16_384, 65_536, 300_000, 5_000_000),
  pace: fc.constantFrom('steady', 'slow', 'bursty', 'late'),
});

const pair = fc.record<PairPlan>({
  up: stream,
  down: stream,
  order: fc.constantFrom('together', 'client', 'server'),
  resets: fc.oneof(
    { weight: 6, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom<SideName>('client', 'server') },
  ),
  resetShare: fc.double({ min: 0, max: 1, noNaN: true }),
  watchBytes: fc.constantFrom(-1, 0, 100, 100_000),
});

/** Bytes no other stream has. */
function content(seed: number, pairIndex: number, side: SideName, bytes: number): Buffer {
  const key = Buffer.alloc(16);
  key.writeInt32LE(seed, 0);
  key.writeInt32LE(pairIndex, 4);
  key.writeInt8(side === 'client' ? 0 : 1, 8);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Makes a peer read as `pace` says, in turns of the event loop. */
function setPace(peer: Peer, pace: Pace): void {
  let chunks = 0;
  const rest = async (count: number): Promise<void> => {
    peer.hold();
    await turns(count);
    peer.release();
  };
  if (pace === 'late') void rest(60);
  if (pace === 'slow') peer.socket.on('data', () => void rest(2));
  if (pace === 'bursty') {
    peer.socket.on('data', () => {
      chunks += 1;
      if (chunks % 16 === 0) void rest(40);
    });
  }
}

/** Sends `bytes` in chunks with respect to pressure, then FIN, or RST after `resetAfter` bytes. */
async function talk(peer: Peer, bytes: Buffer, chunkBytes: number, resetAfter: number | null): Promise<void> {
  const end = resetAfter ?? bytes.length;
  for (let at = 0; at < end && !peer.socket.destroyed; at += chunkBytes) {
    if (!peer.socket.write(bytes.subarray(at, Math.min(end, at + chunkBytes)))) await writable(peer);
  }
  if (resetAfter === null) peer.end();
  else peer.reset();
}

async function writable(peer: Peer): Promise<void> {
  const { socket } = peer;
  if (socket.destroyed) return;
  await new Promise<void>((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', () => resolve());
  });
}

/** Ends a broken relay as HAProxy does (reference 5.8): the client's reset goes on as RST, the server's as FIN. */
class Owner implements RelayHandler {
  readonly over = new Gate('a relay to be over');
  relay: Relay | null = null;
  broken: SideName | null = null;
  relaySideEnded(): void {}
  relaySideShut(): void {}
  relayFinished(): void {
    this.over.open();
  }
  relayBroken(side: SideName): void {
    this.broken = side;
    if (side === 'server') {
      this.relay?.closeAfterPending();
    } else {
      this.relay?.resetBoth();
      this.over.open();
    }
  }
}

/** A thousand times as fast as time, so that sockets pass for silent between two reads and lose their buffers. */
const hastyNowMs = (): number => performance.now() * 1000;

/** The proxy of this test: every client accepted is relayed to the server peer; both ends are found by port. */
class Plant {
  readonly transport: Transport;
  readonly servers: PeerServer;
  readonly #accepted = new Map<number, Gate<Connection>>();
  readonly #dialled = new Map<number, Gate<Peer>>();
  readonly #clients: Peer[] = [];
  readonly owners: Owner[] = [];
  readonly entrance;

  constructor(transport: Transport, servers: PeerServer) {
    this.servers = servers;
    this.transport = transport;
    this.entrance = this.transport.createServer((connection) =>
      gateOf(this.#accepted, connection.remote.port).open(connection),
    );
    servers.server.on('connection', (socket) => {
      const peer = servers.peers.find((one) => one.socket === socket);
      if (peer !== undefined) gateOf(this.#dialled, socket.remotePort ?? 0).open(peer);
    });
  }

  static async open(newTransport: NewTransport): Promise<Plant> {
    const servers = await PeerServer.listen({ held: true, service: (peer) => void peer.count() });
    const plant = new Plant(newTransport(hastyNowMs), servers);
    plant.entrance.listen(0, '127.0.0.1');
    await once(plant.entrance, 'listening');
    return plant;
  }

  async pair(): Promise<{ client: Peer; server: Peer; fromClient: Connection; toServer: Connection }> {
    const client = (await Peer.connect((this.entrance.address() as AddressInfo).port, true)).count();
    this.#clients.push(client);
    const fromClient = await arrived(this.#accepted, client.localPort);
    const toServer = await new Promise<Connection>((resolve, reject) => {
      const target = { kind: 'tcp', address: '127.0.0.1', port: this.servers.port, source: null } as const;
      this.transport.dial(target, {
        dialSucceeded: resolve,
        dialFailed: ({ message }) => reject(new Error(message)),
      });
    });
    const server = await arrived(this.#dialled, toServer.local.port);
    return { client, server, fromClient, toServer };
  }

  /** Ends everything at once, so that a failed run ends too. */
  abort(): void {
    for (const { relay, over } of this.owners) {
      relay?.abandon();
      over.open();
    }
    this.entrance.close();
    this.servers.server.close();
    for (const peer of [...this.#clients, ...this.servers.peers]) peer.reset();
  }

  async close(): Promise<void> {
    const closed = new Gate('the entrance to close: a socket was left open');
    this.entrance.close(() => closed.open());
    await closed.passed();
    await this.servers.close();
  }
}

function gateOf<T>(gates: Map<number, Gate<T>>, port: number): Gate<T> {
  const gate = gates.get(port) ?? new Gate<T>(`the connection of port ${port}`);
  gates.set(port, gate);
  return gate;
}

/** Waits for the connection of `port`; the kernel may give the port again once that one has ended. */
async function arrived<T>(gates: Map<number, Gate<T>>, port: number): Promise<T> {
  const connection = await gateOf(gates, port).passed();
  gates.delete(port);
  return connection;
}

/** Plays one pair through the plant and throws if a byte is wrong. */
async function play(plant: Plant, plan: PairPlan, pairIndex: number, seed: number): Promise<void> {
  const up = content(seed, pairIndex, 'client', plan.up.bytes);
  const down = content(seed, pairIndex, 'server', plan.down.bytes);
  const { client, server, fromClient, toServer } = await plant.pair();
  const watcher = { peerSent(): void {}, peerEnded(): void {}, peerReset(): void {} };
  if (plan.watchBytes >= 0) fromClient.watch(watcher, plan.watchBytes);
  const owner = new Owner();
  plant.owners.push(owner);

  const speak = async (side: SideName): Promise<void> => {
    const [peer, bytes, { chunkBytes }] =
      side === 'client' ? ([client, up, plan.up] as const) : ([server, down, plan.down] as const);
    if (plan.order !== 'together' && plan.order !== side) await peer.over();
    const resetAfter = plan.resets === side ? Math.floor(plan.resetShare * bytes.length) : null;
    await talk(peer, bytes, chunkBytes, resetAfter);
  };
  const spoken = Promise.all([speak('client'), speak('server')]);
  await turns(pairIndex % 4);
  owner.relay = plant.transport.relay(fromClient, toServer, owner);
  setPace(client.release(), plan.down.pace);
  setPace(server.release(), plan.up.pace);

  await within(
    Promise.all([spoken, client.over(), server.over(), owner.over.passed()]),
    () => JSON.stringify({ plan, client: client.state, server: server.state }),
    PAIR_PATIENCE_MS,
  );
  compare(plan, 'up', server, up);
  compare(plan, 'down', client, down);
  if (owner.relay.open) await turns(10);
  if (owner.relay.open) throw new Error(`left open: ${JSON.stringify(plan)}`);
  client.close();
  server.close();
}

function compare(plan: PairPlan, way: 'up' | 'down', receiver: Peer, sent: Buffer): void {
  const whole = plan.resets === null;
  const wanted = sent.subarray(0, receiver.bytesReceived);
  if (whole && receiver.bytesReceived !== sent.length) {
    throw new Error(
      `${way}: ${receiver.bytesReceived} of ${sent.length} bytes, ${receiver.state} in ${JSON.stringify(plan)}`,
    );
  }
  if (receiver.digest() !== hash(wanted)) throw new Error(`${way}: wrong bytes in ${JSON.stringify(plan)}`);
}

onEach('fifty relays at once never lose, repeat or mix a byte', async (t, newTransport) => {
  const plans = fc.array(pair, { minLength: PAIRS, maxLength: PAIRS });
  await fc.assert(
    fc.asyncProperty(plans, fc.integer(), async (pairs, seed) => {
      const plant = await Plant.open(newTransport);
      try {
        await Promise.all(pairs.map((plan, index) => play(plant, plan, index, seed)));
        await plant.close();
      } catch (error) {
        plant.abort();
        throw error;
      }
    }),
    { numRuns: 4, endOnFailure: true, interruptAfterTimeLimit: TIME_LIMIT_MS },
  );
  t.pass('every hash is right');
});
