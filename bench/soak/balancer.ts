/**
 * sluice under the soak: the real command as a child process, with checks and the JSON log on; what it holds, and what its
 * metrics and its log say.
 *
 * Not here: what is made of it (`verdict.ts`).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readExposition, type Scrape, SLUICE_COMMAND } from '../../test/system/help/balancer.ts';
import { freePorts, HOST, listening, SERVER_HOST } from '../../test/system/help/network.ts';
import { type Exit, type Owner, start, temporaryDirectory } from '../../test/system/help/process.ts';
import { descriptorCount, residentBytes } from '../whole/process-cost.ts';
import type { SoakServer } from './servers.ts';

export interface SoakedOptions {
  readonly threads: number;
  readonly relay: 'public' | null;
}

/** Everything that is held while there are sessions, by names of metrics. */
const HELD = [
  'sluice_sessions_current',
  'sluice_frontend_sessions_current',
  'sluice_backend_sessions_current',
  'sluice_backend_queue_length',
  'sluice_server_sessions_current',
  'sluice_server_queue_length',
];

export interface Soaked {
  readonly port: number;
  /** Lines of sessions in its log so far. */
  readonly loggedCount: number;
  readonly descriptors: number;
  readonly memoryBytes: number;
  scrape(): Promise<Scrape>;
  /** Drains it, and gives how it ended and what it said on standard error. */
  stop(): Promise<{ readonly exit: Exit; readonly stderr: string }>;
}

/** Sum of everything that is held. */
export function heldCount(scrape: Scrape): number {
  return HELD.reduce((sum, name) => sum + (scrape(name) ?? Number.NaN), 0);
}

function configuration(
  port: number,
  metricsPort: number,
  servers: readonly SoakServer[],
  threads: number,
): string {
  const lines = servers.map(
    ({ name, port: serverPort }) =>
      `  server ${name} ${SERVER_HOST}:${serverPort} maxconn 400 check inter 300ms fall 2 rise 1\n`,
  );
  return `global
  nbthread ${threads}
  maxconn 4000
  metrics ${HOST}:${metricsPort}
  json-log stdout
defaults
  mode tcp
  timeout connect 5s
  timeout queue 30s
  timeout client 60s
  timeout server 60s
  retries 3
  option redispatch 1
listen soak
  bind ${HOST}:${port} backlog 4096
  balance leastconn
${lines.join('')}`;
}

export async function startSoaked(
  owner: Owner,
  servers: readonly SoakServer[],
  options: SoakedOptions,
): Promise<Soaked> {
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const file = join(temporaryDirectory(owner), 'soak.cfg');
  writeFileSync(file, configuration(port, metricsPort, servers, options.threads));
  const relay = options.relay === null ? [] : ['--relay', options.relay];
  const program = start(owner, process.execPath, [SLUICE_COMMAND, '-f', file, ...relay]);
  const lines = new LineCount('"event":"session"');
  program.child.stdout?.on('data', (chunk: Buffer) => lines.add(chunk));
  await listening(program, port);
  const { pid } = program;
  return {
    port,
    get loggedCount() {
      return lines.count;
    },
    get descriptors() {
      return descriptorCount(pid);
    },
    get memoryBytes() {
      return residentBytes(pid);
    },
    async scrape() {
      const url = `http://${HOST}:${metricsPort}/metrics`;
      const answer = await fetch(url, { headers: { connection: 'close' } });
      return readExposition(await answer.text());
    },
    async stop() {
      const exit = await program.stop('SIGTERM');
      return { exit, stderr: program.stderr };
    },
  };
}

/** Counts the lines of a stream that hold a text. */
class LineCount {
  count = 0;
  readonly #text: string;
  #rest = '';

  constructor(text: string) {
    this.#text = text;
  }

  add(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString()).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line.includes(this.#text)) this.count += 1;
  }
}
