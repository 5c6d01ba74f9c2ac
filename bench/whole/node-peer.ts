/**
 * One of npm's HTTP proxies in front of one server, set up as its manual says for connections that are kept. Run as a program:
 *
 *     node node-peer.js httpxy FOLDER '{"host":"127.0.0.1","port":8000,"target":"http://127.0.0.1:8001"}'
 *
 * FOLDER is where npm has put it. Not here: fetching it (`node-peers.ts`).
 */
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface PeerTask {
  readonly host: string;
  readonly port: number;
  /** Origin of the server. */
  readonly target: string;
}

/** What both packages have in common. */
interface ProxyModule {
  createProxyServer: (options: { readonly target: string; readonly agent: Agent }) => {
    web(request: IncomingMessage, response: ServerResponse): unknown;
    on(event: 'error', listener: (error: Error) => void): unknown;
  };
}

const [name = '', directory = '', task = ''] = process.argv.slice(2);
const { host, port, target } = JSON.parse(task) as PeerTask;
const entry = createRequire(join(directory, 'peer.js')).resolve(name);
const { createProxyServer } = (await import(pathToFileURL(entry).href)) as ProxyModule;
const proxy = createProxyServer({ target, agent: new Agent({ keepAlive: true }) });
// A client of the load that leaves at its end is no matter.
proxy.on('error', () => {});
createServer((request, response) => void proxy.web(request, response)).listen({ host, port, backlog: 4096 });
