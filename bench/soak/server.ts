/**
 * A server of the soak, as a program of its own so that it can be killed: `node server.js HOST PORT NAME`. Says the letter it is
 * called by to everybody, follows the client's script, and tells its parent how each session went, as `[id, outcome]`.
 *
 * Not here: when it is killed (`servers.ts`).
 */
import * as net from 'node:net';
import { makePattern } from './content.ts';
import { Exchange, readHead } from './exchange.ts';
import { decodeScript, SCRIPT_BYTES } from './script.ts';

const [, , host = '', port = '', name = ''] = process.argv;
const pattern = makePattern();

function serve(socket: net.Socket): void {
  socket.write(name);
  readHead(
    socket,
    SCRIPT_BYTES,
    (head, rest) => follow(socket, head, rest),
    // A check, or a client that was faster to reset than to speak.
    () => {},
  );
}

function follow(socket: net.Socket, head: Buffer, rest: Buffer): void {
  const { id, up, down, offset, waits, slow, pauseMs, resets, resetAfterBytes } = decodeScript(head);
  const task = {
    sends: { bytes: down, offset: offset + 1 },
    receives: { bytes: up, offset },
    waits: waits === 'server',
    pauseMs: slow === 'server' ? pauseMs : 0,
    resetAfterBytes: resets === 'server' ? resetAfterBytes : null,
  };
  const exchange = new Exchange(socket, pattern, task, rest, (outcome) => {
    if (process.connected) process.send?.([id, outcome]);
  });
  exchange.begin();
}

const server = net.createServer({ allowHalfOpen: true, noDelay: true }, serve);
server.listen({ port: Number(port), host, backlog: 4096 }, () => {
  process.send?.((server.address() as net.AddressInfo).port);
});
process.on('disconnect', () => process.exit());
