/**
 * A client and a server peer with a transport in between, and everything the transport told in a journal.
 *
 * Not here: choosing, limits, timeouts; the transport is alone.
 */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import t, { type Test } from 'tap';
import { createHandleTransport } from '../../lib/transport/handles.ts';
import { loadInternals } from '../../lib/transport/node-internals.ts';
import { createPublicTransport } from '../../lib/transport/public.ts';
import type {
  Connection,
  ConnectionWatcher,
  DialHandler,
  DialTarget,
  Relay,
  RelayHandler,
  Transport,
} from '../../lib/transport/transport.ts';
import { Gate, Journal, turns } from '../help/gate.ts';
import { Peer, PeerServer } from '../help/peer.ts';

/** Makes a transport of one implementation; by default on the machine's time. */
export type NewTransport = (nowMs?: () => number) => Transport;

const machineNowMs = (): number => performance.now();

/** Every implementation of the seam; each has to pass every test. */
export const IMPLEMENTATIONS: Readonly<Record<string, NewTransport>> = {
  public: (nowMs = machineNowMs) => createPublicTransport({ nowMs }),
  handles: (nowMs = machineNowMs) => {
    const internals = loadInternals();
    if (typeof internals === 'string') throw new Error(internals);
    return createHandleTransport(internals, { nowMs });
  },
};

/** Runs a test on every implementation. */
export function onEach(name: string, test: (t: Test, newTransport: NewTransport) => Promise<void>): void {
  for (const [implementation, newTransport] of Object.entries(IMPLEMENTATIONS)) {
    void t.test(`${implementation}: ${name}`, (t) => test(t, newTransport));
  }
}

/** How many descriptors this process has open. */
export function descriptors(): number {
  return readdirSync('/dev/fd').length;
}

/** Notes what a watcher is told: `sent`, `ended`, `reset ECONNRESET`. */
export class NotingWatcher extends Journal implements ConnectionWatcher {
  peerSent(): void {
    this.note('sent');
  }
  peerEnded(): void {
    this.note('ended');
  }
  peerReset(code: string): void {
    this.note(`reset ${code}`);
  }
}

/** Notes what a relay tells: `ended client`, `shut server`, `finished`, `broken client ECONNRESET`. */
export class NotingHandler extends Journal implements RelayHandler {
  /** Runs when a side broke; the journal has the entry already. */
  onBroken: () => void = () => {};
  relaySideEnded(side: string): void {
    this.note(`ended ${side}`);
  }
  relaySideShut(side: string): void {
    this.note(`shut ${side}`);
  }
  relayFinished(): void {
    this.note('finished');
  }
  relayBroken(side: string, code: string): void {
    this.note(`broken ${side} ${code}`);
    this.onBroken();
  }
}

/** Dials and gives the connection; rejects with the failure's code. */
export function dial(transport: Transport, target: DialTarget): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const handler: DialHandler = {
      dialSucceeded: resolve,
      dialFailed: (failure) => reject(new Error(failure.code)),
    };
    transport.dial(target, handler);
  });
}

/** A listening server of the transport, and the connections it accepts. Closed with the test. */
export class Entrance {
  readonly server: Server;
  readonly accepted = new Journal<Connection>();
  #taken = 0;

  private constructor(transport: Transport) {
    this.server = transport.createServer((connection) => this.accepted.note(connection));
  }

  static async open(t: Test, transport: Transport, path?: string): Promise<Entrance> {
    const entrance = new Entrance(transport);
    if (path === undefined) entrance.server.listen(0, '127.0.0.1');
    else entrance.server.listen(path);
    await once(entrance.server, 'listening');
    t.teardown(async () => {
      const closed = new Gate('the entrance to close with nothing accepted left open');
      entrance.server.close(() => closed.open());
      await closed.passed();
    });
    return entrance;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async next(): Promise<Connection> {
    const index = this.#taken++;
    await this.accepted.reached(index + 1);
    const connection = this.accepted.entries[index];
    if (connection === undefined) throw new Error('no connection');
    return connection;
  }
}

/** Two peers whose connections are relayed, or about to be. */
export interface Joined {
  readonly client: Peer;
  readonly server: Peer;
  readonly fromClient: Connection;
  readonly toServer: Connection;
  readonly relay: Relay;
  readonly told: NotingHandler;
}

/** Accepts a client, dials a server, runs `prepare` and joins them. The entrance closing at the test's end proves that no socket was left. */
export async function join(
  t: Test,
  newTransport: NewTransport,
  prepare: (ends: Omit<Joined, 'relay' | 'told'>) => void | Promise<void> = () => {},
): Promise<Joined> {
  const transport = newTransport();
  const entrance = await Entrance.open(t, transport);
  const servers = await PeerServer.listen();
  t.teardown(() => servers.close());
  const client = await Peer.connect(entrance.port);
  t.teardown(() => client.close());
  const fromClient = await entrance.next();
  const toServer = await dial(transport, {
    kind: 'tcp',
    address: '127.0.0.1',
    port: servers.port,
    source: null,
  });
  const server = await servers.next();
  await prepare({ client, server, fromClient, toServer });
  const told = new NotingHandler();
  const relay = transport.relay(fromClient, toServer, told);
  t.teardown(() => relay.abandon());
  return { client, server, fromClient, toServer, relay, told };
}

/** More than the kernel's buffers of both sockets take. */
export const FLOOD: Buffer = Buffer.alloc(24_000_000, 'flood');

/** Fills the way from server to client until the server's bytes wait in the relay. */
export async function block(joined: Joined): Promise<void> {
  joined.client.count().hold();
  joined.server.send(FLOOD);
  while (joined.relay.client.blockedSinceMs === 0) await turns(1);
}
