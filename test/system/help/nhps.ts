/**
 * A stand-in for a realm's `nhps` interface: HTTPS and secure WebSocket on one port. The page opens a WebSocket to where
 * it came from, sends a greeting, and shows what comes back as its title.
 *
 * Not here: the demo's servers (`lib/cli/demo`), which are part of the product.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { WebSocketServer } from 'ws';
import type { CertificateFiles } from './certificate.ts';
import type { Owner } from './process.ts';

const PAGE = `<!doctype html><title>waiting</title><p>nirvana</p><script>
const socket = new WebSocket('wss://' + location.host + '/echo');
socket.onopen = () => socket.send('hello over wss');
socket.onmessage = (event) => { document.title = event.data; };
socket.onerror = () => { document.title = 'broken'; };
</script>`;

export interface Nhps {
  /** Requests answered, by path. */
  readonly requests: string[];
  /** Messages echoed. */
  readonly messages: string[];
}

export async function serveNhps(
  owner: Owner,
  certificate: CertificateFiles,
  host: string,
  port: number,
): Promise<Nhps> {
  const seen: Nhps = { requests: [], messages: [] };
  const server = createServer({
    cert: readFileSync(certificate.certFile),
    key: readFileSync(certificate.keyFile),
  });
  server.on('request', (request, response) => {
    seen.requests.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
  });
  const sockets = new WebSocketServer({ server, path: '/echo' });
  sockets.on('connection', (socket) => {
    socket.on('message', (message: Buffer) => {
      seen.messages.push(message.toString());
      socket.send(`echo: ${message.toString()}`);
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  owner.teardown(async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return seen;
}
