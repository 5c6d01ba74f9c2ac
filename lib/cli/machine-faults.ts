/**
 * What a configuration asks of this machine and does not get: accounts, descriptors, files, addresses of names. Asked
 * before anything is bound, by `-c` and by a start alike, so that one run says everything with its line.
 *
 * Not here: faults of the text itself (`../config/`), doing what is asked here (`start.ts`, `../build.ts`).
 */
import { fstatSync } from 'node:fs';
import { resolveServer } from '../backend/resolve.ts';
import type { Lookup } from '../backend/resolve.ts';
import type { DiagnosticCode } from '../config/codes.ts';
import type {
  BindAddress,
  BindConfig,
  Config,
  LogTarget,
  ProxyConfig,
  ServerConfig,
} from '../config/config.ts';
import type { Diagnostic } from '../config/diagnostic.ts';
import type { Path, Places } from '../config/places.ts';
import { ruleFilesOf } from '../config/rule-files.ts';
import { systemAccounts } from '../frontend/accounts.ts';
import { caFileFault, logFileFault, namedFileFault } from './file-faults.ts';
import { QUICK_FORM_FILE } from './quick-form.ts';
import { bindTlsFault, serverTlsFault } from './tls-faults.ts';

/** Whom to ask; tests bring their own. */
export interface Machine {
  readonly lookup: Lookup;
}

/** Asks once for each name: hundreds of servers may share one. */
export function remembering(lookup: Lookup): Lookup {
  const asked = new Map<string, Promise<string>>();
  return (name, family) => {
    const key = `${family ?? 'ip'}@${name}`;
    const answer = asked.get(key) ?? lookup(name, family);
    asked.set(key, answer);
    return answer;
  };
}

/**
 * Every fault, in the order of the configuration; empty if a start would find all it needs. Opens and changes nothing.
 * Codes: `unknown-account`, `unusable-descriptor`, `unusable-file`, `unresolved-name`, `unknown-balance-function`.
 */
export async function machineFaults(
  config: Config,
  places: Places,
  { lookup }: Machine,
): Promise<readonly Diagnostic[]> {
  const faults = new Faults(places);
  await globalFaults(config, faults, lookup);
  for (const [index, proxy] of config.proxies.entries()) {
    if (proxy.disabled) continue;
    ruleFileFaults(proxy, index, faults);
    await proxyFaults(proxy, ['proxy', index], faults, lookup);
    await tlsFaults(proxy, ['proxy', index], config.global.crtBase, faults);
  }
  return faults.list;
}

class Faults {
  readonly list: Diagnostic[] = [];
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
  }

  add(code: DiagnosticCode, message: string, hint: string | null, path: Path): void {
    this.list.push({ severity: 'alert', code, message, place: this.#places.at(...path), hint });
  }

  /** In the quick form a file's way of writing things does not help. */
  isQuickForm(path: Path): boolean {
    return this.#places.at(...path)?.file === QUICK_FORM_FILE;
  }
}

async function globalFaults({ global }: Config, faults: Faults, lookup: Lookup): Promise<void> {
  accountFault('passwd', global.user, ['global', 'user'], faults);
  accountFault('group', global.group, ['global', 'group'], faults);
  accountFault('passwd', global.unixBind.user, ['global', 'unix-bind'], faults);
  accountFault('group', global.unixBind.group, ['global', 'unix-bind'], faults);
  const problem = global.jsonLog === null ? null : logFileFault(global.jsonLog.target);
  if (problem !== null) faults.add('unusable-file', problem, null, ['global', 'json-log']);
  logFaults(global.log, ['global'], faults);
  await addressFaults('metrics line', global.metrics, ['global', 'metrics'], faults, lookup);
}

/** A file that several rules name is told once for each proxy. */
function ruleFileFaults(proxy: ProxyConfig, index: number, faults: Faults): void {
  const seen = new Set<string>();
  for (const { file, what, at } of ruleFilesOf(proxy, index)) {
    if (seen.has(file)) continue;
    seen.add(file);
    const problem = namedFileFault(file);
    if (problem === null) continue;
    faults.add(
      'unusable-file',
      `${proxy.kind} ${proxy.name}: ${what} '${file}' cannot be read: ${problem}`,
      null,
      at,
    );
  }
}

async function proxyFaults(proxy: ProxyConfig, path: Path, faults: Faults, lookup: Lookup): Promise<void> {
  const { frontend, backend } = proxy;
  logFaults(proxy.log, path, faults);
  for (const [position, bind] of (frontend?.binds ?? []).entries())
    await bindFaults(proxy.name, bind, [...path, 'bind', position], faults, lookup);
  if (backend === null) return;
  if (backend.balance.algorithm === 'fn') {
    const message = `'balance fn:${backend.balance.name}': such functions belong to programs that embed sluice; the command has none`;
    faults.add('unknown-balance-function', message, "use another algorithm, e.g. 'balance leastconn'", [
      ...path,
      'balance',
    ]);
  }
  // All names at once: each may take seconds.
  const resolved = backend.servers.map((server) => isResolved(server, proxy.name, lookup));
  for (const [position, server] of backend.servers.entries()) {
    const at = [...path, 'server', position];
    if ((await resolved[position]) === false) nameFault(proxy, server, [...at, 'address'], faults);
    // What a server with TLS trusts in is looked at with the rest of its files.
    const alone = server.tls === null ? server.check : null;
    const problem = alone === null ? null : await caFileFault(backend.checkType, alone);
    if (problem !== null) {
      const message = `server ${proxy.name}/${server.name}: ${problem}`;
      faults.add('unusable-file', message, null, [...at, 'ca-file']);
    }
  }
}

async function tlsFaults(
  proxy: ProxyConfig,
  path: Path,
  crtBase: string | null,
  faults: Faults,
): Promise<void> {
  for (const [position, bind] of (proxy.frontend?.binds ?? []).entries()) {
    const fault = await bindTlsFault(bind, crtBase);
    if (fault === null) continue;
    const message = `bind line of ${proxy.name}: ${fault.message}`;
    faults.add('unusable-file', message, null, [...path, 'bind', position, fault.keyword]);
  }
  for (const [position, server] of (proxy.backend?.servers ?? []).entries()) {
    const fault = await serverTlsFault(server);
    if (fault === null) continue;
    const message = `server ${proxy.name}/${server.name}: ${fault.message}`;
    faults.add('unusable-file', message, null, [...path, 'server', position, fault.keyword]);
  }
}

async function bindFaults(
  proxyName: string,
  bind: BindConfig,
  path: Path,
  faults: Faults,
  lookup: Lookup,
): Promise<void> {
  accountFault('passwd', bind.user, [...path, 'user'], faults);
  accountFault('group', bind.group, [...path, 'group'], faults);
  await addressFaults(`bind line of ${proxyName}`, bind.addresses, path, faults, lookup);
}

/** `line`: what the addresses stand in, for the sentence. */
async function addressFaults(
  line: string,
  addresses: readonly BindAddress[],
  path: Path,
  faults: Faults,
  lookup: Lookup,
): Promise<void> {
  for (const address of addresses) {
    if (address.kind === 'fd') socketFault(address.fd, path, faults);
    if (address.kind !== 'name') continue;
    const found = await kept(lookup(address.host));
    const message = `${line}: the name '${address.host}' has no address`;
    if (!found) faults.add('unresolved-name', message, null, path);
  }
}

function accountFault(database: 'passwd' | 'group', name: string | null, path: Path, faults: Faults): void {
  if (name === null || systemAccounts(database, name) !== null) return;
  const word = database === 'group' ? 'group' : 'user';
  faults.add(
    'unknown-account',
    `there is no ${word} '${name}'`,
    `name another, or create it: ${word}add`,
    path,
  );
}

function logFaults(targets: readonly LogTarget[], path: Path, faults: Faults): void {
  for (const [position, { address }] of targets.entries()) {
    if (address.kind === 'fd' && !isOpen(address.fd))
      faults.add('unusable-descriptor', notOpen(address.fd), null, [...path, 'log', position]);
  }
}

function socketFault(fd: number, path: Path, faults: Faults): void {
  const hint = 'whoever starts the program has to hand over a listening socket under this number';
  if (!isOpen(fd)) faults.add('unusable-descriptor', notOpen(fd), hint, path);
  else if (!fstatSync(fd).isSocket())
    faults.add('unusable-descriptor', `descriptor ${fd} is not a socket`, hint, path);
}

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}

function notOpen(fd: number): string {
  return `descriptor ${fd} is not open in this process`;
}

function isResolved(server: ServerConfig, backendName: string, lookup: Lookup): Promise<boolean> {
  return kept(resolveServer(server, backendName, lookup));
}

function nameFault(proxy: ProxyConfig, { name, address }: ServerConfig, path: Path, faults: Faults): void {
  const host = 'host' in address ? address.host : '';
  const hint = faults.isQuickForm(path)
    ? 'give -dr as well to start without it'
    : "add 'init-addr last,libc,none' to start without it";
  faults.add(
    'unresolved-name',
    `server ${proxy.name}/${name}: the name '${host}' has no address`,
    hint,
    path,
  );
}

async function kept(promise: Promise<unknown>): Promise<boolean> {
  try {
    await promise;
    return true;
  } catch {
    return false;
  }
}
