/**
 * Holds connections without a word, as a program of its own. `server HOST` accepts and prints its port; `clients HOST
 * PORT COUNT` opens so many, prints `held` when each has had the byte the server says first, and waits for the end of its input.
 *
 * Not here: what is measured meanwhile (`loads.ts`).
 */
import { once } from 'node:events';
import * as net from 'node:net';

/** Opened at once at most, so that no queue of the kernel overflows. */
const AT_ONCE = 100;

async function serveForever(host: string): Promise<void> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    // The byte proves that the whole path stands, not only the way to the balancer.
    socket.write('.');
    socket.resume();
  });
  server.listen({ port: 0, host, backlog: 4096 });
  await once(server, 'listening');
  process.stdout.write(`${(server.address() as net.AddressInfo).port}\n`);
}

async function holdOne(host: string, port: number): Promise<void> {
  const socket = net.connect(port, host);
  await once(socket, 'data');
}

async function holdMany(host: string, port: number, count: number): Promise<void> {
  for (let held = 0; held < count; held += AT_ONCE) {
    const group = Math.min(AT_ONCE, count - held);
    await Promise.all(Array.from({ length: group }, () => holdOne(host, port)));
  }
  process.stdout.write('held\n');
  process.stdin.resume();
  await once(process.stdin, 'end');
  process.exit(0);
}

const [, , role = '', host = '', port = '', count = ''] = process.argv;
if (role === 'server') await serveForever(host);
else await holdMany(host, Number(port), Number(count));
