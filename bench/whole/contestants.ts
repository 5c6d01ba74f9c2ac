/**
 * Who is compared: the direct path, sluice, HAProxy and nginx's stream module, one thread each and as shipped, in
 * front of the same servers.
 *
 * Not here: the servers (`servers.ts`), the loads (`loads.ts`).
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SLUICE_COMMAND } from '../../test/system/help/balancer.ts';
import { freePorts, HOST, listening, SERVER_HOST } from '../../test/system/help/network.ts';
import { type Owner, run, start, temporaryDirectory } from '../../test/system/help/process.ts';
import { SERVICES, type Service, type ServicePorts } from './servers.ts';

export type ContestantName = 'direct' | 'sluice' | 'haproxy' | 'nginx';

export interface Contestant {
  readonly name: ContestantName;
  /** As the program says it. */
  readonly version: string;
  /** The process whose CPU time counts; null for the direct path. */
  readonly pid: number | null;
  readonly host: string;
  readonly ports: ServicePorts;
}

const NGINX_STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** The text that sluice and HAProxy both get. */
function configuration(ports: ServicePorts, servers: ServicePorts): string {
  const sections = SERVICES.map(
    (service) =>
      `listen ${service}\n  bind ${HOST}:${ports[service]} backlog 4096\n  server s1 ${SERVER_HOST}:${servers[service]}\n`,
  );
  return `global
  nbthread 1
  maxconn 8000
defaults
  mode tcp
  balance roundrobin
  timeout connect 10s
  timeout client 1m
  timeout server 1m
${sections.join('')}`;
}

function nginxConfiguration(ports: ServicePorts, servers: ServicePorts, directory: string): string {
  const sections = SERVICES.map(
    (service) =>
      `  server { listen ${HOST}:${ports[service]} backlog=4096; proxy_pass ${SERVER_HOST}:${servers[service]}; }\n`,
  );
  return `load_module ${NGINX_STREAM_MODULE};
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events { worker_connections 18000; }
stream {
  tcp_nodelay on;
${sections.join('')}}
`;
}

async function portsOfServices(): Promise<ServicePorts> {
  const ports = await freePorts(SERVICES.length);
  return Object.fromEntries(SERVICES.map((service, index) => [service, ports[index] ?? 0])) as Record<
    Service,
    number
  >;
}

async function firstLine(command: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(command, args);
  return (stdout + stderr).split('\n')[0]?.trim() ?? '';
}

/** Version lines of a program; null where it is not installed. */
export async function versionOf(command: string, ...args: readonly string[]): Promise<string | null> {
  return firstLine(command, args).catch(() => null);
}

/** Starts one; null when it is not installed. */
export async function startContestant(
  owner: Owner,
  name: ContestantName,
  servers: ServicePorts,
): Promise<Contestant | null> {
  if (name === 'direct')
    return { name, version: 'no balancer', pid: null, host: SERVER_HOST, ports: servers };
  const version = await installed(name);
  if (version === null) return null;
  const directory = temporaryDirectory(owner);
  const ports = await portsOfServices();
  const file = join(directory, 'balancer.cfg');
  const text =
    name === 'nginx' ? nginxConfiguration(ports, servers, directory) : configuration(ports, servers);
  writeFileSync(file, text);
  const command = {
    sluice: [process.execPath, SLUICE_COMMAND, '-f', file],
    haproxy: ['haproxy', '-db', '-f', file],
    nginx: ['nginx', '-c', file, '-e', join(directory, 'error.log')],
  }[name];
  const program = start(owner, command[0] ?? '', command.slice(1));
  await listening(program, ports.http);
  return { name, version, pid: program.pid, host: HOST, ports };
}

async function installed(name: Exclude<ContestantName, 'direct'>): Promise<string | null> {
  if (name === 'haproxy') return versionOf('haproxy', '-v');
  if (name === 'nginx') return existsSync(NGINX_STREAM_MODULE) ? versionOf('nginx', '-v') : null;
  if (!existsSync(SLUICE_COMMAND)) return null;
  const version = await versionOf(process.execPath, SLUICE_COMMAND, '-v');
  return version === null ? null : `${version}, Node ${process.version}`;
}
