/**
 * The servers behind every contestant: real programs, and one of ours that holds connections.
 *
 * Not here: who is in front of them (`contestants.ts`).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listening, SERVER_HOST } from '../../test/system/help/network.ts';
import {
  type Owner,
  type Program,
  start,
  temporaryDirectory,
  written,
} from '../../test/system/help/process.ts';

/** `bulk`: iperf3; `http`: nginx with a small answer, and 16 KiB as `/16k`; `redis`; `held`: accepts and waits. */
export const SERVICES = ['bulk', 'http', 'redis', 'held'] as const;
export type Service = (typeof SERVICES)[number];
export type ServicePorts = Readonly<Record<Service, number>>;

const HOLD = fileURLToPath(new URL('hold.js', import.meta.url));

/** A port far from those that other servers of this process get. */
const FIRST_PORT = 20_100;

function originConfiguration(port: number, directory: string): string {
  return `daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events { worker_connections 18000; }
http {
  access_log off;
  keepalive_requests 100000000;
  keepalive_timeout 60s;
  server { listen ${SERVER_HOST}:${port} backlog=4096; location / { return 200 "0123456789abcdef"; } location = /16k { root ${directory}; } }
}
`;
}

/** Starts all of them. The programs they need must be installed: without them there is nothing to measure. */
export async function startServers(owner: Owner): Promise<ServicePorts> {
  const [bulk, http, redis] = [FIRST_PORT, FIRST_PORT + 1, FIRST_PORT + 2];
  const directory = temporaryDirectory(owner);
  const file = join(directory, 'origin.conf');
  writeFileSync(file, originConfiguration(http, directory));
  writeFileSync(join(directory, '16k'), 'x'.repeat(16 * 1024));
  const programs: readonly [Program, number][] = [
    [start(owner, 'iperf3', ['-s', '-B', SERVER_HOST, '-p', `${bulk}`]), bulk],
    [start(owner, 'nginx', ['-c', file, '-e', join(directory, 'error.log')]), http],
    [
      start(owner, 'redis-server', [
        '--port',
        `${redis}`,
        '--bind',
        SERVER_HOST,
        '--save',
        '',
        '--dir',
        directory,
      ]),
      redis,
    ],
  ];
  const holder = start(owner, process.execPath, [HOLD, 'server', SERVER_HOST]);
  const [, held = ''] = await written(holder, /^(\d+)\n/);
  for (const [program, port] of programs) await listening(program, port, SERVER_HOST);
  return { bulk, http, redis, held: Number(held) };
}
