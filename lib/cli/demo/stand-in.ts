/**
 * A small stand-in for a realm's `nhps` interface: HTTPS and secure WebSocket on one port. It says its name on the page
 * and in every WebSocket message, so that everyone sees who answered.
 *
 * Not here: balancing; this server knows nothing of what stands before it.
 */
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Certificate } from './certificate.ts';
import { page } from './page.ts';

/** Longest WebSocket message taken from a client. */
const messageMaxBytes = 64 * 1024;

/** A running stand-in; `close` ends its connections at once. */
export interface StandIn {
  readonly name: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Called with one sentence per answered request or WebSocket, e.g. `nirvana1 answered GET /`. */
export type Answered = (sentence: string) => void;

/** Starts a stand-in on a free port of 127.0.0.1. */
export async function startStandIn(
  name: string,
  certificate: Certificate,
  answered: Answered,
): Promise<StandIn> {
  const server = createServer({ ...certificate }, (request, response) => {
    const wantsPage = request.headers.accept?.includes('text/html') ?? false;
    response.writeHead(200, {
      'content-type': wantsPage ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-served-by': name,
    });
    response.end(wantsPage ? page(name) : `${name} answered\n`);
    answered(`${name} answered ${shortened(request)}`);
  });
  const sockets = echoWebSockets(server, name, answered);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // The kernel's answer to port 0; a listening TCP server always has one.
  const { port } = server.address() as AddressInfo;
  return { name, port, close: () => closeAll(server, sockets) };
}

function echoWebSockets(server: Server, name: string, answered: Answered): WebSocketServer {
  const sockets = new WebSocketServer({ server, maxPayload: messageMaxBytes });
  sockets.on('connection', (socket) => {
    answered(`${name} opened a WebSocket`);
    socket.on('error', () => socket.terminate());
    socket.on('message', (message, isBinary) => {
      if (isBinary) return;
      socket.send(JSON.stringify({ server: name, echo: (message as Buffer).toString('utf8') }));
    });
  });
  return sockets;
}

function closeAll(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A stranger's path, made safe for a terminal and short. */
function shortened(request: IncomingMessage): string {
  const path = (request.url ?? '').replaceAll(/[^\x21-\x7e]/g, '?');
  return `${request.method ?? ''} ${path.length > 60 ? `${path.slice(0, 57)}...` : path}`;
}
