/**
 * Addresses and readiness: a loopback address of this test process alone, ports on it, and waiting until a program
 * answers there.
 *
 * Not here: what is said on a connection (`test/help/peer.ts`).
 */
import { once } from 'node:events';
import * as net from 'node:net';
import { Peer, PeerServer, type PeerServerOptions } from '../../help/peer.ts';
import type { Owner, Program } from './process.ts';

const OF_THIS_PROCESS = `${(process.pid >> 8) & 255}.${process.pid & 255}`;

/**
 * A loopback address that no other process uses (`127.64.0.0/10` by process id), for programs that get their ports from
 * `freePorts`. The kernel gives outgoing connections the address 127.0.0.1, so a port that was given back here is
 * not taken by a stranger before our program binds it.
 */
export const HOST = `127.${64 + ((process.pid >> 16) & 63)}.${OF_THIS_PROCESS}`;

/** Another one, for servers which take their ports themselves: they cannot take one that was promised at `HOST`. */
export const SERVER_HOST = `127.${128 + ((process.pid >> 16) & 63)}.${OF_THIS_PROCESS}`;

/** Ports given out: never a second time, though not bound yet. */
const given = new Set<number>();

/** As many ports at `HOST` as wanted, all different, on which nothing listens now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers: net.Server[] = [];
  const ports: number[] = [];
  while (ports.length < count) {
    const server = net.createServer();
    servers.push(server);
    server.listen(0, HOST);
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    if (!given.has(port)) ports.push(port);
    given.add(port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}

/** One port on which nothing listens now. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** A scripted server of this process at `SERVER_HOST`, closed with its owner. */
export async function serve(owner: Owner, options: PeerServerOptions = {}): Promise<PeerServer> {
  const server = await PeerServer.listen({ host: SERVER_HOST, ...options });
  owner.teardown(() => server.close());
  return server;
}

/** A client, closed with its owner. */
export async function connect(
  owner: Owner,
  port: number,
  options: Partial<net.TcpNetConnectOpts> = {},
): Promise<Peer> {
  const peer = await Peer.connect({ port, host: HOST, ...options });
  owner.teardown(() => peer.close());
  return peer;
}

/** Between two looks at a program of which no event comes to us. */
const LOOK_EVERY_MS = 20;

/**
 * Looks again and again until `look` gives something else than null, for programs that tell nothing on their own.
 * A look that throws counts as null; the last error is told when the time is over.
 */
export async function until<T>(what: string, look: () => Promise<T | null>, patienceMs = 15_000): Promise<T> {
  const deadline = performance.now() + patienceMs;
  let trouble: unknown = null;
  while (performance.now() < deadline) {
    try {
      const seen = await look();
      if (seen !== null) return seen;
    } catch (error) {
      trouble = error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`waited ${patienceMs} ms for ${what}`, { cause: trouble });
}

/** Waits until the program accepts connections on the port; rejects as soon as it ends instead. */
export async function listening(program: Program, port: number, host = HOST): Promise<void> {
  await until(`${program.name} on ${host}:${port}`, async () => {
    if (program.exit !== null) throw new Error(`${program.name} ended: ${program.stdout}${program.stderr}`);
    const socket = net.connect(port, host);
    try {
      await once(socket, 'connect');
      return true;
    } finally {
      socket.destroy();
    }
  });
}
