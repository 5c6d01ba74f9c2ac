/**
 * Addresses of `bind`, `server`, `source` and `log` lines to data and back (manual 2.9 "Addresses formats",
 * reference 1.9). The second expansion of variables (`expandVariables`) has been done before.
 *
 *   [stream+] [family@] rest      rest is /path, or host[:port], split at the last colon unless in brackets
 *
 * Not here: resolving names, opening anything, the prefix of `unix-bind`.
 */
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import type {
  BindAddress,
  LogTarget,
  NameFamily,
  ServerAddress,
  ServerPort,
  SourceAddress,
} from './config.ts';
import { failed, parsed, shown } from './units.ts';
import type { Failed, Parsed } from './units.ts';

export type LogAddress = LogTarget['address'];

/** Longest unix socket path in bytes: what Linux takes, without the final NUL. The prefix of `unix-bind` counts. */
export const UNIX_PATH_MAX_BYTES = 107;

/** Port of syslog servers when a `log` line names none. */
export const SYSLOG_PORT = 514;

/**
 * The comma-separated addresses of a `bind` line, in order: `*:80`, `127.0.0.1:80-90,[::]:80`, `/run/x.sock`, `fd@3`.
 * Port 0 asks the kernel for a free one (HAProxy refuses it).
 * Codes: `invalid-address`, `missing-port`, `invalid-port`, `unexpected-port-offset`, `path-too-long`,
 * `unsupported-address`.
 */
export function parseBindAddresses(text: string): Parsed<readonly BindAddress[]> {
  const addresses: BindAddress[] = [];
  // HAProxy takes a comma at the end.
  for (const item of text.replace(/,$/, '').split(',')) {
    const one = parseBindAddress(item);
    if (!one.ok) return one;
    addresses.push(one.value);
  }
  return parsed(addresses);
}

/**
 * The address of a `server` line. No port, or port 0, is the port the client connected to; `+N` and `-N` are
 * offsets to it. Codes: as `parseBindAddresses`, and `unexpected-port-range`.
 */
export function parseServerAddress(text: string): Parsed<ServerAddress> {
  const split = splitAddress(text, 'stream');
  if (!split.ok) return split;
  if (split.value.kind === 'fd') return notHere(text, 'a descriptor cannot be connected to');
  if (split.value.kind === 'unix') return parsed(split.value);
  const host = readServerHost(split.value, text);
  if (!host.ok) return host;
  const port = readServerPort(split.value.port, text);
  return port.ok ? parsed({ ...host.value, port: port.value }) : port;
}

/**
 * `source ADDR[:PORT[-PORT]]`: a numeric address, since every outgoing connection names it. Port 0: any free one.
 * Codes: as `parseBindAddresses`.
 */
export function parseSourceAddress(text: string): Parsed<SourceAddress> {
  const split = splitAddress(text, 'stream');
  if (!split.ok) return split;
  if (split.value.kind !== 'inet') return notHere(text, 'a source is an IP address');
  const host = readHost(split.value, text);
  if (!host.ok) return host;
  if (host.value.kind === 'name')
    return notHere(text, 'a source is an IP address, names are not resolved here');
  const ports = readPortRange(split.value.port ?? '0', text);
  return ports.ok ? parsed({ host: host.value.host, ...ports.value }) : ports;
}

/**
 * The target of a `log` line: `127.0.0.1[:514]`, a host name, `/dev/log`, `stdout`, `stderr`, `fd@N`.
 * Codes: as `parseServerAddress`.
 */
export function parseLogAddress(text: string): Parsed<LogAddress> {
  if (text === 'stdout') return parsed({ kind: 'fd', fd: 1 });
  if (text === 'stderr') return parsed({ kind: 'fd', fd: 2 });
  const split = splitAddress(text, 'dgram');
  if (!split.ok) return split;
  if (split.value.kind !== 'inet') return parsed(split.value);
  const host = readHost(split.value, text);
  if (!host.ok) return host;
  const ports = readPortRange(split.value.port ?? '0', text);
  if (!ports.ok) return ports;
  if (ports.value.port !== ports.value.portEnd) return noRange(text);
  return parsed({ kind: 'udp', host: host.value.host, port: ports.value.port || SYSLOG_PORT });
}

/** Text that `parseBindAddresses` reads back as the same data; any IPv4 is `*`, IPv6 stands in brackets. */
export function printBindAddresses(addresses: readonly BindAddress[]): string {
  return addresses.map(printBindAddress).join(',');
}

/** Inverse of `parseServerAddress`. */
export function printServerAddress(address: ServerAddress): string {
  if (address.kind === 'unix') return printPath(address.path);
  const family = address.family === undefined ? '' : `${address.family}@`;
  return family + printHost(address.host) + printServerPort(address.port);
}

/** Inverse of `parseSourceAddress`. */
export function printSourceAddress(address: SourceAddress): string {
  const ports = printPorts(address);
  return printHost(address.host) + (ports === '0' ? '' : `:${ports}`);
}

/** Inverse of `parseLogAddress`; the usual port is not written. */
export function printLogAddress(address: LogAddress): string {
  switch (address.kind) {
    case 'unix':
      return printPath(address.path);
    case 'fd':
      return address.fd === 1 ? 'stdout' : address.fd === 2 ? 'stderr' : `fd@${address.fd}`;
    case 'udp':
      return printHost(address.host) + (address.port === SYSLOG_PORT ? '' : `:${address.port}`);
  }
}

// ---------------------------------------------------------------------------------------------------------
// Splitting
// ---------------------------------------------------------------------------------------------------------

type Family = 'any' | 'ipv4' | 'ipv6';
type Use = 'stream' | 'dgram';

type InetParts = {
  readonly kind: 'inet';
  readonly family: Family;
  /** Without brackets. */
  readonly host: string;
  readonly bracketed: boolean;
  /** Null: no port in the text. */
  readonly port: string | null;
};

type Split =
  | InetParts
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'fd'; readonly fd: number };

/** What each prefix before `@` stands for; `null` in `use`: either. */
const families: ReadonlyMap<string, { readonly kind: Family | 'unix' | 'fd'; readonly use: Use | null }> =
  new Map([
    ['ip', { kind: 'any', use: null }],
    ['ipv4', { kind: 'ipv4', use: null }],
    ['ipv6', { kind: 'ipv6', use: null }],
    ['tcp', { kind: 'any', use: 'stream' }],
    ['tcp4', { kind: 'ipv4', use: 'stream' }],
    ['tcp6', { kind: 'ipv6', use: 'stream' }],
    ['udp', { kind: 'any', use: 'dgram' }],
    ['udp4', { kind: 'ipv4', use: 'dgram' }],
    ['udp6', { kind: 'ipv6', use: 'dgram' }],
    ['unix', { kind: 'unix', use: null }],
    ['uxst', { kind: 'unix', use: 'stream' }],
    ['uxdg', { kind: 'unix', use: 'dgram' }],
    ['fd', { kind: 'fd', use: null }],
  ]);

/** Known to HAProxy, not to this program. */
const unsupportedPrefix = /^(?:quic\+|quic[46]?@|mptcp[46]?@|abnsz?@|sockpair@|rhttp@|rev@|ring@|backend@)/;

const onlyTransport: Readonly<Record<Use, string>> = {
  stream: 'only TCP and unix stream sockets',
  dgram: 'only UDP, unix datagram sockets and descriptors',
};

function splitAddress(text: string, use: Use): Parsed<Split> {
  if (text === '') return failed('invalid-address', 'the address is empty', 'is a variable empty?');
  const type = /^(?:stream|dgram)\+/.exec(text)?.[0] ?? '';
  if (type !== '' && type !== `${use}+`) return notHere(text, onlyTransport[use]);
  const rest = text.slice(type.length);
  const prefix = unsupportedPrefix.exec(rest)?.[0];
  if (prefix !== undefined) return notHere(text, `'${prefix}' is not supported`);
  const mark = /^([a-z0-9]+)@/.exec(rest);
  if (mark === null) return rest.startsWith('/') ? readPath(rest, text) : splitInet(rest, 'any', text);
  const family = families.get(mark[1] ?? '');
  if (family === undefined) {
    return failed('invalid-address', `unknown address family '${mark[0]}' in '${shown(text)}'`);
  }
  if (family.use !== null && family.use !== use) return notHere(text, onlyTransport[use]);
  const value = rest.slice(mark[0].length);
  if (family.kind === 'unix') return readPath(value, text);
  if (family.kind === 'fd') return readDescriptor(value, text);
  return splitInet(value, family.kind, text);
}

function splitInet(rest: string, family: Family, text: string): Parsed<InetParts> {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(rest);
  if (bracketed !== null) {
    const [, host = '', port = null] = bracketed;
    return parsed({ kind: 'inet', family, host, bracketed: true, port });
  }
  if (/[[\]]/.test(rest)) return badAddress(rest, text);
  const colon = rest.lastIndexOf(':');
  const host = colon < 0 ? rest : rest.slice(0, colon);
  return parsed({
    kind: 'inet',
    family,
    host,
    bracketed: false,
    port: colon < 0 ? null : rest.slice(colon + 1),
  });
}

function readPath(path: string, text: string): Parsed<{ readonly kind: 'unix'; readonly path: string }> {
  // `$` would be expanded when the printed text is read again.
  if (path === '' || /[\0$,]/.test(path)) {
    return failed('invalid-address', `'${shown(text)}' names no usable socket path`);
  }
  if (Buffer.byteLength(path) > UNIX_PATH_MAX_BYTES) {
    return failed(
      'path-too-long',
      `socket path '${shown(path)}' is longer than ${UNIX_PATH_MAX_BYTES} bytes`,
    );
  }
  return parsed({ kind: 'unix', path });
}

function readDescriptor(value: string, text: string): Parsed<{ readonly kind: 'fd'; readonly fd: number }> {
  if (!/^[0-9]{1,7}$/.test(value)) {
    return failed('invalid-address', `'${shown(text)}' names no descriptor`, "write its number: 'fd@3'");
  }
  return parsed({ kind: 'fd', fd: Number(value) });
}

// ---------------------------------------------------------------------------------------------------------
// Hosts and ports
// ---------------------------------------------------------------------------------------------------------

type Host = { readonly kind: 'ipv4' | 'ipv6' | 'name'; readonly host: string };

function readHost(parts: InetParts, text: string): Parsed<Host> {
  const { family, host, bracketed } = parts;
  if (!bracketed && (host === '' || host === '*')) {
    return parsed(family === 'ipv6' ? { kind: 'ipv6', host: '::' } : { kind: 'ipv4', host: '0.0.0.0' });
  }
  if (isIPv6(host) && !host.includes('%')) {
    if (family === 'ipv4') return wrongFamily(family, text);
    return parsed({ kind: 'ipv6', host: new SocketAddress({ family: 'ipv6', address: host }).address });
  }
  if (isIPv4(host) && !bracketed) {
    return family === 'ipv6' ? wrongFamily(family, text) : parsed({ kind: 'ipv4', host });
  }
  if (bracketed || !isHostName(host)) return badAddress(host, text);
  if (family !== 'any') return notHere(text, `'${family}@' before a host name is not supported`);
  return parsed({ kind: 'name', host });
}

/** As `readHost`; of a name, `ipv4@` and `ipv6@` choose which of its addresses is taken. */
function readServerHost(parts: InetParts, text: string): Parsed<Host & { readonly family?: NameFamily }> {
  if (parts.family === 'any') return readHost(parts, text);
  const host = readHost({ ...parts, family: 'any' }, text);
  if (!host.ok || host.value.kind !== 'name') return readHost(parts, text);
  return parsed({ ...host.value, family: parts.family });
}

/** Digits and dots alone are a mistyped IPv4 address, whatever the resolver would make of them. */
function isHostName(host: string): boolean {
  if (host.length > 253 || /^[0-9.]+$/.test(host)) return false;
  const labels = host.replace(/\.$/, '').split('.');
  return labels.every((label) => /^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$/.test(label));
}

function parseBindAddress(text: string): Parsed<BindAddress> {
  const split = splitAddress(text, 'stream');
  if (!split.ok) return split;
  if (split.value.kind !== 'inet') return parsed(split.value);
  const host = readHost(split.value, text);
  if (split.value.port === null || split.value.port === '') {
    if (!host.ok && split.value.port === '') return host;
    return failed(
      'missing-port',
      `missing port specification in '${shown(text)}'`,
      `write '${shown(text)}:PORT'`,
    );
  }
  if (!host.ok) return host;
  const ports = readPortRange(split.value.port, text);
  return ports.ok ? parsed({ ...host.value, ...ports.value }) : ports;
}

function readPortRange(
  port: string,
  text: string,
): Parsed<{ readonly port: number; readonly portEnd: number }> {
  if (/^[-+]/.test(port)) {
    return failed('unexpected-port-offset', `port offset not permitted here in '${shown(text)}'`);
  }
  const [first = '', last = first, ...more] = port.split('-');
  const from = readPort(first);
  const to = readPort(last);
  if (from === null || to === null || more.length > 0) return badPort(port, text);
  if (from > to || (from === 0 && to !== 0)) {
    return failed('invalid-port', `invalid port range '${shown(port)}' in '${shown(text)}'`);
  }
  return parsed({ port: from, portEnd: to });
}

function readServerPort(port: string | null, text: string): Parsed<ServerPort> {
  if (port === null || port === '') return parsed({ kind: 'client', offset: 0 });
  const offset = /^([-+])(.*)$/s.exec(port);
  const number = readPort(offset?.[2] ?? port);
  if (number === null) return /^[0-9]+-[0-9]*$/.test(port) ? noRange(text) : badPort(port, text);
  // The sum avoids -0, which is another value than 0 to whoever compares.
  if (offset !== null) return parsed({ kind: 'client', offset: offset[1] === '-' ? 0 - number : number });
  return parsed(number === 0 ? { kind: 'client', offset: 0 } : { kind: 'fixed', port: number });
}

function readPort(text: string): number | null {
  const port = /^[0-9]{1,9}$/.test(text) ? Number(text) : -1;
  return port >= 0 && port <= 65_535 ? port : null;
}

// ---------------------------------------------------------------------------------------------------------
// Printing
// ---------------------------------------------------------------------------------------------------------

function printBindAddress(address: BindAddress): string {
  if (address.kind === 'unix') return printPath(address.path);
  if (address.kind === 'fd') return `fd@${address.fd}`;
  return `${printHost(address.host)}:${printPorts(address)}`;
}

function printHost(host: string): string {
  if (host === '0.0.0.0') return '*';
  return host.includes(':') ? `[${host}]` : host;
}

function printPorts(range: { readonly port: number; readonly portEnd: number }): string {
  return range.port === range.portEnd ? String(range.port) : `${range.port}-${range.portEnd}`;
}

function printServerPort(port: ServerPort): string {
  if (port.kind === 'fixed') return `:${port.port}`;
  if (port.offset === 0) return '';
  return port.offset > 0 ? `:+${port.offset}` : `:${port.offset}`;
}

function printPath(path: string): string {
  return path.startsWith('/') ? path : `unix@${path}`;
}

// ---------------------------------------------------------------------------------------------------------
// Faults
// ---------------------------------------------------------------------------------------------------------

function badAddress(host: string, text: string): Failed {
  const hint =
    text.includes(':') && /^[0-9A-Fa-f:.[\]]+$/.test(text)
      ? "put an IPv6 address in brackets: '[2001:db8::1]:443'"
      : /^[0-9.]+$/.test(host)
        ? 'an IPv4 address is four numbers from 0 to 255'
        : null;
  return failed('invalid-address', `invalid address '${shown(host)}' in '${shown(text)}'`, hint);
}

function wrongFamily(family: Family, text: string): Failed {
  return failed('invalid-address', `the address in '${shown(text)}' is not of the family '${family}@'`);
}

function badPort(port: string, text: string): Failed {
  const hint = 'a port is a number from 0 to 65535';
  return failed('invalid-port', `invalid port '${shown(port)}' in '${shown(text)}'`, hint);
}

function noRange(text: string): Failed {
  return failed('unexpected-port-range', `port range not permitted here in '${shown(text)}'`);
}

function notHere(text: string, reason: string): Failed {
  return failed('unsupported-address', `address '${shown(text)}' is not supported: ${reason}`);
}
