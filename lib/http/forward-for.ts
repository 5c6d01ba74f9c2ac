/**
 * `option forwardfor` (manual 4.2): tells the server the client's address, in a line of its own behind all others.
 *
 * Of frontend and backend: the backend's name of the header holds, either's `except` is enough to leave it out, and both must say
 * `if-none`.
 *
 * Not here: where the address comes from.
 */
import { BlockList, isIP } from 'node:net';
import type { ForwardFor } from '../config/rules.ts';
import { SluiceError } from '../errors.ts';
import type { RequestHead } from '../message/message.ts';
import { headerName } from './reply.ts';

/** One proxy's `option forwardfor`. */
export interface ForwardForRule {
  readonly header: string;
  readonly ifNone: boolean;
  readonly excepts: (address: string) => boolean;
}

/** Null: the proxy says nothing. Throws `ERR_CONFIG` naming `place` for what is no network. */
export function compileForwardFor(option: ForwardFor | null, place: string): ForwardForRule | null {
  if (option === null) return null;
  return {
    header: headerName(option.header, `${place}: option forwardfor`),
    ifNone: option.ifNone,
    excepts: option.except === null ? () => false : networkTest(option.except, place),
  };
}

/** `address`: of the client; one that is no IP address (a unix socket's) is not told. */
export function addForwardFor(
  head: RequestHead,
  address: string,
  frontend: ForwardForRule | null,
  backend: ForwardForRule | null,
): void {
  const rule = backend ?? frontend;
  if (rule === null || isIP(address) === 0) return;
  if (frontend?.excepts(address) === true || backend?.excepts(address) === true) return;
  const ifNone = (frontend?.ifNone ?? true) && (backend?.ifNone ?? true);
  if (ifNone && head.headers.has(rule.header)) return;
  head.headers.add(rule.header, address);
}

function networkTest(network: string, place: string): (address: string) => boolean {
  const list = new BlockList();
  const [host = '', bits] = network.split('/');
  const family = isIP(host);
  const prefix = bits === undefined ? widthOf(family) : prefixBits(bits);
  if (family === 0 || prefix === null || prefix > widthOf(family)) {
    throw new SluiceError('ERR_CONFIG', `${place}: option forwardfor: '${network}' is no network`);
  }
  list.addSubnet(host, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return (address) => list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

function widthOf(family: number): number {
  return family === 4 ? 32 : 128;
}

/** `8`, or a mask such as `255.0.0.0`; null: neither. */
function prefixBits(text: string): number | null {
  if (/^[0-9]{1,3}$/.test(text)) return Number(text);
  if (isIP(text) !== 4) return null;
  const bits = text
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.replace(/0/g, '').length : null;
}
