/** Dials: told once, never from within the call, never after a cancel; over TCP and unix sockets. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import type { Connection, DialTarget } from '../../lib/transport/transport.ts';
import { Journal, turns } from '../help/gate.ts';
import { Peer, PeerServer, unusedPort } from '../help/peer.ts';
import { dial, Entrance, type NewTransport, NotingHandler, onEach } from './joined.ts';

function tcp(port: number, source: { address: string; port: number } | null = null): DialTarget {
  return { kind: 'tcp', address: '127.0.0.1', port, source };
}

/** Dials and notes what is told. */
function noted(newTransport: NewTransport, target: DialTarget) {
  const told = new Journal();
  const connections: Connection[] = [];
  const attempt = newTransport().dial(target, {
    dialSucceeded: (connection) => {
      connections.push(connection);
      told.note('succeeded');
    },
    dialFailed: (failure) => told.note(`failed ${failure.code}`),
  });
  return { told, attempt, connections };
}

onEach('gives a connection that knows both ends', async (t, newTransport) => {
  const servers = await PeerServer.listen();
  t.teardown(() => servers.close());
  const connection = await dial(newTransport(), tcp(servers.port));
  const peer = await servers.next();
  t.same(connection.remote, { address: '127.0.0.1', port: servers.port });
  t.same(connection.local, { address: '127.0.0.1', port: peer.socket.remotePort });
  connection.close();
  await peer.expectEnd();
});

onEach('says why it failed, never from within the call', async (t, newTransport) => {
  const cases: [DialTarget, string][] = [
    [tcp(await unusedPort()), 'ECONNREFUSED'],
    [{ kind: 'unix', path: '/nowhere/at-all' }, 'ENOENT'],
    [tcp(70_000), 'ERR_SOCKET_BAD_PORT'],
    [tcp(1, { address: 'no address', port: 0 }), 'ERR_INVALID_IP_ADDRESS'],
    [tcp(1, { address: '192.0.2.1', port: 0 }), 'EADDRNOTAVAIL'],
  ];
  for (const [target, code] of cases) {
    const { told, attempt } = noted(newTransport, target);
    t.same(told.entries, [], 'nothing yet');
    await told.reached(1);
    attempt.cancel();
    await turns();
    t.same(told.entries, [`failed ${code}`]);
  }
});

onEach('connects from the address and port it was given', async (t, newTransport) => {
  const servers = await PeerServer.listen();
  t.teardown(() => servers.close());
  const port = await unusedPort();
  const connection = await dial(newTransport(), tcp(servers.port, { address: '127.0.0.2', port }));
  t.same(connection.local, { address: '127.0.0.2', port });
  const peer = await servers.next();
  t.equal(peer.socket.remoteAddress, '127.0.0.2');
  connection.reset();
  await peer.expectReset();
});

onEach('tells nothing once cancelled', async (t, newTransport) => {
  const servers = await PeerServer.listen();
  t.teardown(() => servers.close());
  for (const port of [servers.port, await unusedPort(), 70_000]) {
    const { told, attempt } = noted(newTransport, tcp(port));
    attempt.cancel();
    attempt.cancel();
    await turns(10);
    t.same(told.entries, []);
  }
});

onEach('a cancel after success leaves the connection alone', async (t, newTransport) => {
  const servers = await PeerServer.listen();
  t.teardown(() => servers.close());
  const { told, attempt, connections } = noted(newTransport, tcp(servers.port));
  await told.until('succeeded');
  attempt.cancel();
  const peer = await servers.next();
  connections[0]?.watch({ peerSent: () => told.note('sent'), peerEnded() {}, peerReset() {} }, 100);
  peer.send('still here');
  await told.until('sent');
  connections[0]?.close();
  await peer.over();
});

onEach('relays between unix sockets, where a reset is a close', async (t, newTransport) => {
  const folder = await mkdtemp(joinPath(tmpdir(), 'sluice-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const servers = await PeerServer.listen({ path: joinPath(folder, 'server') });
  t.teardown(() => servers.close());
  const transport = newTransport();
  const entrance = await Entrance.open(t, transport, joinPath(folder, 'entrance'));
  const client = await Peer.connect(joinPath(folder, 'entrance'));
  const fromClient = await entrance.next();
  const toServer = await dial(transport, { kind: 'unix', path: joinPath(folder, 'server') });
  t.same(fromClient.remote, { address: '', port: 0 });
  t.same(toServer.local, { address: '', port: 0 });
  const server = await servers.next();
  fromClient.keepAlive(0, 0, 0);
  const relay = transport.relay(fromClient, toServer, new NotingHandler());
  client.send('over the file system');
  await server.expect('over the file system');
  relay.resetBoth();
  await client.expectEnd();
  await server.expectEnd();
  client.close();
});
