// A balancer in a program of one's own: two servers, eight clients, who answered whom, and a clean end.
//
//     node examples/library.mjs
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { createLoadBalancer } from 'sluice';

const servers = await Promise.all(['anna', 'berta'].map(startServer));

const loadBalancer = await createLoadBalancer(`
  defaults
    timeout connect 2s
    timeout client 30s
    timeout server 30s

  listen greetings
    bind 127.0.0.1:0
    balance roundrobin
    server anna 127.0.0.1:${portOf(servers[0])} weight 3 maxconn 100
    server berta 127.0.0.1:${portOf(servers[1])} weight 1 maxconn 100
`);

loadBalancer.on('close', ({ id, serverName, bytesIn, bytesOut, totalMs, ending }) => {
  const times = `${bytesIn} bytes in, ${bytesOut} out, ${totalMs.toFixed(1)} ms`;
  console.log(`session ${id} went to ${serverName}: ${times}, ${ending.reason}`);
});

const [front] = loadBalancer.addresses;
for (let client = 1; client <= 8; client += 1) {
  const socket = connect(front?.port ?? 0, '127.0.0.1');
  socket.write(`client ${client}`);
  console.log(await text(socket));
}

// Sessions that have not ended after five seconds would be cut, and counted in the answer.
const { cutSessions } = await loadBalancer.close({ drainMs: 5000 });
console.log(`closed, ${cutSessions} sessions cut`);
for (const { name, sessionsTotal } of loadBalancer.stats().backends[0]?.servers ?? []) {
  console.log(`${name} served ${sessionsTotal}`);
}
for (const server of servers) server.close();

/** @param {string} name */
async function startServer(name) {
  const server = createServer((socket) => {
    socket.once('data', (words) => socket.end(`hello ${words}, this is ${name}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** @param {import('node:net').Server | undefined} server */
function portOf(server) {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
