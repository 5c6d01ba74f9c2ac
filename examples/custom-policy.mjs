// A policy of one's own: clients of the office go to the server in the office while it has room, all others to the
// server with the fewest sessions. Which servers may be chosen at all (up, not drained, weight above 0) is decided before.
//
//     node examples/custom-policy.mjs
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { createLoadBalancer } from 'sluice';

/** @type {import('sluice').BalanceFunction} */
function officeFirst(servers, { sourceAddress }) {
  const office = servers.find(({ name }) => name === 'office');
  if (office !== undefined && !office.full && sourceAddress.startsWith('127.0.0.')) return office;
  let best = null;
  for (const server of servers) {
    if (!server.full && (best === null || server.servedCount < best.servedCount)) best = server;
  }
  return best; // null: all are full, the client waits in the backend's queue
}

const servers = await Promise.all(['office', 'cloud'].map(startServer));
const loadBalancer = await createLoadBalancer(
  `
  defaults
    timeout connect 2s
    timeout client 30s
    timeout server 30s
  listen files
    bind 127.0.0.1:0
    balance fn:office-first
    server office 127.0.0.1:${portOf(servers[0])} maxconn 2
    server cloud 127.0.0.1:${portOf(servers[1])} maxconn 10
`,
  { balanceFunctions: { 'office-first': officeFirst } },
);

// Three clients at once: the office takes two.
const port = loadBalancer.addresses[0]?.port ?? 0;
const clients = [];
for (let count = 0; count < 3; count += 1) {
  const client = connect(port, '127.0.0.1');
  const [greeting] = await once(client, 'data');
  console.log(String(greeting));
  clients.push(client);
}

for (const client of clients) client.end();
await Promise.all(clients.map((client) => once(client, 'close')));
await loadBalancer.close();
for (const server of servers) server.close();

/** @param {string} name */
async function startServer(name) {
  const server = createServer(async (socket) => {
    socket.write(`served by ${name}`);
    await text(socket);
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
