/**
 * Targets of requests in their four forms (RFC 9112, 3.2), and the Host that has to fit.
 *
 * Not here: taking a target apart for rules and samples (`message.ts`).
 */
import type { MessageFaultCode } from './faults.ts';
import type { RequestHead } from '../message/message.ts';

/**
 * Path and query. More than RFC 3986 allows, since browsers send it; but no fragment, whose mark one server takes for a part of the path and
 * another for its end, and no backslash in the path, which some take for a slash.
 */
const PATH_AND_QUERY = /^(?:\/[!"$->@-[\]-~]*)?(?:\?[!"$-~]*)?$/;
const ABSOLUTE = /^(https?):\/\/([^/?]+)(.*)$/i;
/** `uri-host [":" port]` (RFC 9110, 7.2): no user, no blanks. May be empty. */
const HOST = /^((?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*|\[[0-9A-Fa-f:.]+\])(?::(\d{0,5}))?$/;
const MAX_PORT = 65535;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** What is wrong with a request's target and Host; null: nothing. */
export function checkTarget({ method, target, version, headers }: RequestHead): MessageFaultCode | null {
  const [host, second] = headers.all('host');
  if (second !== undefined) return 'bad-host';
  if (host === undefined && version === '1.1') return 'missing-host';
  if (host !== undefined && !isHost(host)) return 'bad-host';
  if (method === 'CONNECT') return checkAuthority(target, host);
  if (target.startsWith('/')) return PATH_AND_QUERY.test(target) ? null : 'bad-target';
  if (target === '*') return method === 'OPTIONS' ? null : 'bad-target';
  return checkAbsolute(target, host);
}

function checkAuthority(target: string, host: string | undefined): MessageFaultCode | null {
  if (!isHost(target) || !/[^:]:\d+$/.test(target)) return 'bad-target';
  return host === undefined || isSame(target, host, null) ? null : 'bad-host';
}

function checkAbsolute(target: string, host: string | undefined): MessageFaultCode | null {
  const [, scheme, authority, rest] = ABSOLUTE.exec(target) ?? [];
  if (scheme === undefined || authority === undefined || rest === undefined) return 'bad-target';
  if (!isHost(authority) || !PATH_AND_QUERY.test(rest)) return 'bad-target';
  return host === undefined || isSame(authority, host, scheme.toLowerCase()) ? null : 'bad-host';
}

function isHost(text: string): boolean {
  const found = HOST.exec(text);
  return found !== null && Number(found[2] ?? 0) <= MAX_PORT;
}

/** Whether two authorities name the same place; the scheme's own port may be left out. Null: any scheme. */
function isSame(one: string, other: string, scheme: string | null): boolean {
  const ports = scheme === null ? Object.values(DEFAULT_PORTS) : [DEFAULT_PORTS[scheme] ?? ''];
  const [name, port] = parts(one);
  const [otherName, otherPort] = parts(other);
  if (name !== otherName) return false;
  return (
    port === otherPort ||
    (otherPort === '' && ports.includes(port)) ||
    (port === '' && ports.includes(otherPort))
  );
}

function parts(authority: string): [name: string, port: string] {
  const [, name = '', port = ''] = HOST.exec(authority) ?? [];
  return [name.toLowerCase(), port];
}
