/**
 * A stand-in for a realm's `nhps` interface: HTTPS and secure WebSocket on one port, or both of them plain. The page opens a WebSocket to where
 * it came from, sends a greeting, and shows what comes back as its title.
 *
 * Not here: the demo's servers (`lib/cli/demo`), which are part of the product.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { WebSocketServer } from 'ws';
import type { CertificateFiles } from './certificate.ts';
import type { Owner } from './process.ts';

const PAGE = `<!doctype html><title>waiting</title><p>nirvana</p><script>
const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
const socket = new WebSocket(scheme + location.host + '/echo');
socket.onopen = () => socket.send('hello');
socket.onmessage = (event) => { document.title = event.data; };
socket.onerror = () => { document.title = 'broken'; };
</script>`;

export interface Nhps {
  /** Requests answered, by path. */
  readonly requests: string[];
  /** Messages echoed. */
  readonly messages: string[];
  /** `X-Forwarded-For` of every request and handshake, empty where there was none. */
  readonly forwardedFor: string[];
}

/** Without a certificate it speaks plain HTTP. */
export async function serveNhps(
  owner: Owner,
  certificate: CertificateFiles | null,
  host: string,
  port: number,
): Promise<Nhps> {
  const seen: Nhps = { requests: [], messages: [], forwardedFor: [] };
  const server =
    certificate === null
      ? http.createServer()
      : https.createServer({
          cert: readFileSync(certificate.certFile),
          key: readFileSync(certificate.keyFile),
        });
  server.on('request', (request, response) => {
    seen.requests.push(request.url ?? '');
    seen.forwardedFor.push(String(request.headers['x-forwarded-for'] ?? ''));
    response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
  });
  const sockets = new WebSocketServer({ server, path: '/echo' });
  sockets.on('connection', (socket, request) => {
    seen.forwardedFor.push(String(request.headers['x-forwarded-for'] ?? ''));
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
