/**
 * Who is compared: the direct path, sluice, HAProxy and nginx in front of the same servers, one thread each and as shipped
 * unless a setting says otherwise; in mode http also npm's proxies.
 *
 * Not here: the servers (`servers.ts`), which of them a row wants (`rows.ts`).
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SLUICE_COMMAND } from '../../test/system/help/balancer.ts';
import { freePorts, HOST, listening, SERVER_HOST } from '../../test/system/help/network.ts';
import { type Owner, run, start, temporaryDirectory } from '../../test/system/help/process.ts';
import type { PeerTask } from './node-peer.ts';
import { fetchPeer, isPeer, type PeerName } from './node-peers.ts';
import { SERVICES, type Service, type ServicePorts } from './servers.ts';

export type BalancerName = 'direct' | 'sluice' | 'haproxy' | 'nginx' | PeerName;

/** How one is set up; each part that is not as shipped shows in the label. */
export interface Setting {
  /** Requests are understood, and only the web server stands behind; without it mode tcp. Does not show in the label. */
  readonly mode?: 'http';
  readonly threads?: number;
  /** HAProxy only: `tune.bufsize`. */
  readonly bufferBytes?: number;
  /** A line per session: sluice's JSON to a file, or `option tcplog` by UDP to this port at the servers' address. */
  readonly log?: 'json' | { readonly syslogPort: number };
  /** sluice only: `--relay`. */
  readonly relay?: 'public';
}

/** Somebody who takes part in a row. */
export interface Entrant {
  readonly balancer: BalancerName;
  readonly setting: Setting;
}

export interface Contestant {
  /** `sluice`, `haproxy, 256 KiB buffers`. */
  readonly label: string;
  readonly balancer: BalancerName;
  /** The process whose CPU time counts, with all below it; null for the direct path. */
  readonly pid: number | null;
  readonly host: string;
  readonly ports: ServicePorts;
}

/** Where the bench takes place. */
export interface Site {
  readonly servers: ServicePorts;
  /** Node that runs sluice. */
  readonly nodePath: string;
  /** Takes down what the reader of the figures should know, such as what could not take part, and says so. */
  readonly remark: (what: string) => void;
}

const NGINX_STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

export function labelOf({ balancer, setting }: Entrant): string {
  const parts: string[] = [balancer];
  if (setting.threads !== undefined && setting.threads > 1) parts.push(`${setting.threads} threads`);
  if (setting.bufferBytes !== undefined) parts.push(`${setting.bufferBytes / 1024} KiB buffers`);
  if (setting.log === 'json') parts.push('JSON log');
  else if (setting.log !== undefined) parts.push('syslog');
  if (setting.relay !== undefined) parts.push(`${setting.relay} relay`);
  return parts.join(', ');
}

/** The text that sluice and HAProxy both get. */
function configuration(
  ports: ServicePorts,
  servers: ServicePorts,
  setting: Setting,
  directory: string,
): string {
  const { threads = 1, bufferBytes, log, mode = 'tcp' } = setting;
  const services = mode === 'http' ? (['http'] as const) : SERVICES;
  const sections = services.map(
    (service) =>
      `listen ${service}\n  bind ${HOST}:${ports[service]} backlog 4096\n  server s1 ${SERVER_HOST}:${servers[service]}\n`,
  );
  const syslog = log === undefined || log === 'json' ? null : `${SERVER_HOST}:${log.syslogPort}`;
  const lines = [
    'global',
    `  nbthread ${threads}`,
    '  maxconn 8000',
    bufferBytes === undefined ? '' : `  tune.bufsize ${bufferBytes}`,
    log === 'json' ? `  json-log ${join(directory, 'sessions.log')}` : '',
    syslog === null ? '' : `  log ${syslog} local0`,
    'defaults',
    `  mode ${mode}`,
    '  balance roundrobin',
    '  timeout connect 10s',
    '  timeout client 1m',
    '  timeout server 1m',
    syslog === null ? '' : '  log global\n  option tcplog',
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n${sections.join('')}`;
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

/** Connections to the server are kept, as its manual says for speed. */
function nginxHttpConfiguration(ports: ServicePorts, servers: ServicePorts, directory: string): string {
  return `daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events { worker_connections 18000; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  keepalive_requests 100000000;
  upstream origin { server ${SERVER_HOST}:${servers.http}; keepalive 128; keepalive_requests 100000000; }
  server {
    listen ${HOST}:${ports.http} backlog=4096;
    location / {
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;
}

async function portsOfServices(): Promise<ServicePorts> {
  const ports = await freePorts(SERVICES.length);
  return Object.fromEntries(SERVICES.map((service, index) => [service, ports[index] ?? 0])) as Record<
    Service,
    number
  >;
}

/** First line that a program says about itself; null where it is not installed. */
export async function versionOf(command: string, ...args: readonly string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await run(command, args);
    return (stdout + stderr).split('\n')[0]?.trim() ?? '';
  } catch {
    return null;
  }
}

/** Version line of a balancer; null where it is not installed. */
export async function versionOfBalancer(
  name: Exclude<BalancerName, PeerName>,
  nodePath: string,
): Promise<string | null> {
  if (name === 'direct') return 'no balancer';
  if (name === 'haproxy') return versionOf('haproxy', '-v');
  if (name === 'nginx') return existsSync(NGINX_STREAM_MODULE) ? versionOf('nginx', '-v') : null;
  const version = await versionOf(nodePath, SLUICE_COMMAND, '-v');
  return version === null ? null : `${version}, Node ${await versionOf(nodePath, '--version')}`;
}

/** The command that runs a balancer; null, and named, when it is not there. */
async function commandOf(
  owner: Owner,
  site: Site,
  { balancer, setting }: Entrant,
  ports: ServicePorts,
): Promise<readonly string[] | null> {
  if (balancer === 'direct') return null;
  if (isPeer(balancer)) return peerCommand(owner, site, balancer, ports);
  if ((await versionOfBalancer(balancer, site.nodePath)) === null) {
    site.remark(`not installed, left out: ${balancer}`);
    return null;
  }
  const directory = temporaryDirectory(owner);
  const file = join(directory, 'balancer.cfg');
  const nginx = setting.mode === 'http' ? nginxHttpConfiguration : nginxConfiguration;
  const text =
    balancer === 'nginx'
      ? nginx(ports, site.servers, directory)
      : configuration(ports, site.servers, setting, directory);
  writeFileSync(file, text);
  const relay = setting.relay === undefined ? [] : ['--relay', setting.relay];
  return {
    sluice: [site.nodePath, SLUICE_COMMAND, '-f', file, ...relay],
    haproxy: ['haproxy', '-db', '-f', file],
    nginx: ['nginx', '-c', file, '-e', join(directory, 'error.log')],
  }[balancer];
}

async function peerCommand(
  owner: Owner,
  site: Site,
  name: PeerName,
  ports: ServicePorts,
): Promise<readonly string[] | null> {
  try {
    const { command, version } = await fetchPeer(owner, name, site.nodePath);
    site.remark(version);
    const target = `http://${SERVER_HOST}:${site.servers.http}`;
    const task: PeerTask = { host: HOST, port: ports.http, target };
    return [...command, JSON.stringify(task)];
  } catch (error) {
    const [first = ''] = String(error).split('\n');
    site.remark(`could not be fetched, left out: ${name} (${first})`);
    return null;
  }
}

/** Starts one, ended with its owner; null, and named, when it is not installed or does not know what the setting asks for. */
export async function startContestant(
  owner: Owner,
  site: Site,
  entrant: Entrant,
): Promise<Contestant | null> {
  const { balancer, setting } = entrant;
  const label = labelOf(entrant);
  const common = { label, balancer };
  if (balancer === 'direct') return { ...common, pid: null, host: SERVER_HOST, ports: site.servers };
  const ports = await portsOfServices();
  const command = await commandOf(owner, site, entrant, ports);
  if (command === null) return null;
  const program = start(owner, command[0] ?? '', command.slice(1));
  try {
    await listening(program, ports.http);
  } catch (error) {
    if (setting.relay === undefined) throw error;
    site.remark(`did not start, left out: ${label} (${program.stderr.trim().split('\n')[0]})`);
    return null;
  }
  return { ...common, pid: program.pid, host: HOST, ports };
}

/** Starts those that can be, in order. */
export async function startContestants(
  owner: Owner,
  site: Site,
  entrants: readonly Entrant[],
): Promise<Contestant[]> {
  const started: Contestant[] = [];
  for (const entrant of entrants) {
    const contestant = await startContestant(owner, site, entrant);
    if (contestant !== null) started.push(contestant);
  }
  return started;
}
