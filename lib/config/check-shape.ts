/**
 * Whether single fields are in range, for a Config that did not come through the keyword table: names, numbers,
 * texts that could not be written down.
 *
 * Text never fails here, since its words were checked when they were read. Not here: how fields relate (`check.ts`).
 */
import { isDeepStrictEqual } from 'node:util';
import { parseBindAddresses, parseServerAddress, printBindAddresses, printServerAddress } from './address.ts';
import type { Complain } from './complain.ts';
import type { Config, LogTarget, ProxyConfig, ServerConfig } from './config.ts';
import { badNameCharacter } from './keywords/values.ts';
import type { Path } from './places.ts';
import { SPAN_MAX_MS, TIME_MAX_MS } from './units.ts';
import type { Parsed } from './units.ts';

/** Fields with a range narrower than "0 to 2147483647", which holds for every other number. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  port: [0, 65_535],
  portEnd: [0, 65_535],
  offset: [-65_535, 65_535],
  weight: [0, 256],
  rise: [1, TIME_MAX_MS],
  fall: [1, TIME_MAX_MS],
  errorLimit: [1, TIME_MAX_MS],
  interMs: [1, TIME_MAX_MS],
  nbthread: [1, 64],
  draws: [1, 1000],
  spreadChecksPercent: [0, 50],
  redispatchInterval: [-1, 1_000_000],
  maxIdleMs: [0, SPAN_MAX_MS],
  maxLifeMs: [0, SPAN_MAX_MS],
  status: [100, 999],
  mode: [0, 0o7777],
};

/** Adds an alert for every field out of range. */
export function checkShape(config: Config, complain: Complain): void {
  checkValue(config.global, ['global'], 'global', complain);
  const { nbthread } = config.global;
  if (typeof nbthread === 'string' && nbthread !== 'auto') {
    complain('alert', 'invalid-value', `global: nbthread is a number or 'auto'`, ['global', 'nbthread']);
  }
  checkLogs(config.global.log, 'global', ['global'], complain);
  config.proxies.forEach((proxy, index) => {
    checkName(proxy.name, `${proxy.kind} name`, ['proxy', index], complain);
    checkValue(proxy, ['proxy', index], `${proxy.kind} '${proxy.name}'`, complain);
    checkLogs(proxy.log, `${proxy.kind} '${proxy.name}'`, ['proxy', index], complain);
    checkCaptures(proxy, index, complain);
    checkBinds(proxy, index, complain);
    checkBackend(proxy, index, complain);
  });
}

function checkLogs(log: readonly LogTarget[], where: string, path: Path, complain: Complain): void {
  log.forEach(({ lengthBytes }, position) => {
    if (lengthBytes >= 80 && lengthBytes <= 65_535) return;
    const message = `${where}: lengthBytes of a log target is ${lengthBytes}, not from 80 to 65535`;
    complain('alert', 'number-out-of-range', message, [...path, 'log', position]);
  });
}

function checkCaptures(proxy: ProxyConfig, index: number, complain: Complain): void {
  const options = proxy.frontend?.httpFrontend;
  if (options === undefined) return;
  const { captureRequestHeaders, captureResponseHeaders, captureCookie } = options;
  for (const one of [captureCookie, ...captureRequestHeaders, ...captureResponseHeaders]) {
    if (one === null || (one.lengthBytes >= 1 && one.lengthBytes <= 65_535)) continue;
    const message = `${proxy.kind} '${proxy.name}': lengthBytes of a capture is ${one.lengthBytes}, not from 1 to 65535`;
    complain('alert', 'number-out-of-range', message, ['proxy', index]);
  }
}

function checkBackend(proxy: ProxyConfig, index: number, complain: Complain): void {
  const { backend } = proxy;
  if (backend === null) return;
  const factor = backend.hashBalanceFactor;
  if (factor > 0 && factor <= 100) {
    const message = "'hash-balance-factor' must be 0 or greater than 100";
    complain('alert', 'invalid-value', message, ['proxy', index, 'hash-balance-factor']);
  }
  // HAProxy gives a range of ports to single servers only.
  if (backend.source !== null && backend.source.portEnd !== backend.source.port) {
    const message = `${proxy.kind} '${proxy.name}': 'source' cannot hold a range of ports`;
    complain('alert', 'unexpected-port-range', message, ['proxy', index, 'source'], 'give it to the servers');
  }
  backend.servers.forEach((server, position) =>
    checkServer(server, ['proxy', index, 'server', position], complain),
  );
}

function checkServer(server: ServerConfig, path: Path, complain: Complain): void {
  const { name, address, initAddr } = server;
  checkName(name, 'server name', path, complain);
  if (!canBeWritten(address, printServerAddress, parseServerAddress)) {
    complain('alert', 'invalid-address', `server '${name}': ${JSON.stringify(address)} is no address`, path);
  }
  if (initAddr.filter((method) => method.kind === 'ip').length > 1) {
    const message = `server '${name}': init-addr holds more than one address`;
    complain('alert', 'invalid-value', message, [...path, 'init-addr'], 'keep one of them');
  }
  if (initAddr.length === 0) {
    complain(
      'alert',
      'invalid-value',
      `server '${name}': initAddr names no method`,
      path,
      "write 'none' to use none",
    );
  }
}

function checkBinds(proxy: ProxyConfig, index: number, complain: Complain): void {
  proxy.frontend?.binds.forEach((bind, position) => {
    const { addresses } = bind;
    if (addresses.length > 0 && canBeWritten(addresses, printBindAddresses, parseBindAddresses)) return;
    const message = `${proxy.kind} '${proxy.name}': ${JSON.stringify(addresses)} are no addresses to listen on`;
    complain('alert', 'invalid-address', message, ['proxy', index, 'bind', position]);
  });
}

/** A value that reads back differently is none that the rest of the program could expect. */
function canBeWritten<T>(value: T, print: (value: T) => string, parse: (text: string) => Parsed<T>): boolean {
  const text = print(value);
  const parsed = parse(text);
  // Addresses go through a second expansion of variables (reference 1.3).
  return parsed.ok && !text.includes('$') && isDeepStrictEqual(parsed.value, value);
}

function checkName(name: string, what: string, path: Path, complain: Complain): void {
  const bad = badNameCharacter(name);
  if (name === '') complain('alert', 'invalid-name', `a ${what} is empty`, path);
  else if (bad !== null)
    complain('alert', 'invalid-name', `character '${bad}' is not permitted in ${what} '${name}'`, path);
}

/** Walks the plain data; `field` is the key under which a value stands. */
function checkValue(value: unknown, path: Path, where: string, complain: Complain, field = ''): void {
  if (typeof value === 'number') {
    const [min, max] = RANGES[field] ?? [0, TIME_MAX_MS];
    if (Number.isInteger(value) && value >= min && value <= max) return;
    const message = `${where}: ${field} is ${value}, not a whole number from ${min} to ${max}`;
    complain('alert', 'number-out-of-range', message, path);
  } else if (typeof value === 'string') {
    // Neither an empty word nor a NUL can be written in the language, so such a Config could not be printed.
    if (value === '' && field !== 'name')
      complain('alert', 'empty-argument', `${where}: ${field} is empty`, path);
    if (value.includes('\0'))
      complain('alert', 'stray-nul', `${where}: ${field} holds a NUL character`, path);
  } else if (Array.isArray(value)) {
    for (const one of value) checkValue(one, path, where, complain, field);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) checkValue(inner, path, where, complain, key);
  }
}
