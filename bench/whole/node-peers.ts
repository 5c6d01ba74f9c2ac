/**
 * HTTP proxies for Node from npm, to be compared with in mode http: fetched into a folder of their own while the bench runs, never
 * a dependency of this project.
 *
 * Not here: the program that runs one (`node-peer.ts`), what is measured (`rows.ts`).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Owner, run, temporaryDirectory } from '../../test/system/help/process.ts';

/** Named, and their versions, so that figures can be compared; with the oldest Node they ask for. */
const PEERS = {
  httpxy: { version: '0.5.6', leastMajor: 18 },
  'http-proxy-3': { version: '2.0.1', leastMajor: 22 },
} as const;

export type PeerName = keyof typeof PEERS;

export const PEER_NAMES: readonly PeerName[] = ['httpxy', 'http-proxy-3'];

/** Runs what the Node of sluice is too old for. */
const NODE_MAJOR = 22;

export interface Peer {
  /** Command and its first words; one more follows: the task as JSON. */
  readonly command: readonly string[];
  /** `http-proxy-3 2.0.1, Node v22.23.3`. */
  readonly version: string;
}

const PROGRAM = fileURLToPath(new URL('node-peer.js', import.meta.url));

/** True for a name of this table. */
export function isPeer(name: string): name is PeerName {
  return Object.hasOwn(PEERS, name);
}

async function install(directory: string, what: string): Promise<void> {
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  // Whatever says here how to reach the registry: proxies, certificates.
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  await run('npm', ['install', '--prefix', directory, ...quiet, what], { env });
}

/** The Node of sluice where it is new enough for the peer, else one that is fetched. */
async function nodeFor(directory: string, name: PeerName, nodePath: string): Promise<string> {
  const { stdout } = await run(nodePath, ['--version']);
  if (Number(/^v(\d+)/.exec(stdout)?.[1]) >= PEERS[name].leastMajor) return nodePath;
  // The packages in which the npm package `node` keeps its binaries.
  const binaries = `node-${process.platform}-${process.arch}`;
  await install(directory, `${binaries}@${NODE_MAJOR}`);
  return join(directory, 'node_modules', binaries, 'bin', 'node');
}

/** Fetches one; rejects when npm cannot. `nodePath`: the Node that runs sluice. */
export async function fetchPeer(owner: Owner, name: PeerName, nodePath: string): Promise<Peer> {
  const directory = temporaryDirectory(owner);
  await install(directory, `${name}@${PEERS[name].version}`);
  const node = await nodeFor(directory, name, nodePath);
  const { version } = JSON.parse(
    readFileSync(join(directory, 'node_modules', name, 'package.json'), 'utf8'),
  ) as { version: string };
  const { stdout } = await run(node, ['--version']);
  return {
    command: [node, PROGRAM, name, directory],
    version: `${name} ${version}, Node ${stdout.trim()}`,
  };
}
