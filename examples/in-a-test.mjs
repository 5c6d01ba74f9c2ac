// A balancer inside a test: what does our client do when its server is taken away? No ports to agree on, no program to
// install, no waiting.
//
//     node --test examples/in-a-test.mjs
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { createLoadBalancer } from 'sluice';

test('new sessions go to the other server while one is in maintenance', async (t) => {
  const first = await startServer(t, 'first');
  const second = await startServer(t, 'second');
  const loadBalancer = await createLoadBalancer(`
    defaults
      timeout connect 1s
      timeout client 5s
      timeout server 5s
    listen service
      bind 127.0.0.1:0
      balance first
      server first 127.0.0.1:${first}
      server second 127.0.0.1:${second}
  `);
  t.after(() => loadBalancer.close());
  const { port } = loadBalancer.addresses[0] ?? assert.fail('nothing is listening');

  assert.equal(await ask(port), 'first');

  const changed = once(loadBalancer, 'serverState');
  loadBalancer.setServerState('service', 'first', 'maint');
  const [{ from, to }] = await changed;
  assert.deepEqual({ from, to }, { from: 'UP', to: 'MAINT' });
  assert.equal(await ask(port), 'second');

  loadBalancer.setServerState('service', 'first', 'ready');
  assert.equal(await ask(port), 'first');
});

/** Connects and reads what the server says. @param {number} port */
async function ask(port) {
  return await text(connect(port, '127.0.0.1'));
}

/**
 * A server that says its name and ends; resolves with its port.
 * @param {import('node:test').TestContext} t
 * @param {string} name
 */
async function startServer(t, name) {
  const server = createServer((socket) => {
    socket.end(name);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
