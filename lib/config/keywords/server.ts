/**
 * The lines `server`, `server-template` and `default-server` (HAProxy manual 4.2, 5.2, reference 3.2).
 *
 * Not here: the parameters (`server-params.ts`), whether servers agree with each other (`../check.ts`).
 */
import { parseServerAddress } from '../address.ts';
import type { ServerAddress } from '../config.ts';
import { copyServer, newServer } from '../draft.ts';
import type { ProxyDraft, ServerDraft } from '../draft.ts';
import type { Line } from '../line.ts';
import { readParams } from './params.ts';
import { SERVER_TABLE } from './server-params.ts';
import { noteTlsWithoutSsl } from './server-tls.ts';
import { badNameCharacter } from './values.ts';

/** More servers than this from one line is a slip of the keyboard. */
const TEMPLATE_MAX = 10_000;

/** Reads `server NAME ADDR[:PORT] [PARAM…]` into the backend. */
export function readServer(line: Line, proxy: ProxyDraft): void {
  const name = takeName(line);
  if (name === null) return;
  const server = copyServer(proxy.defaultServer);
  server.said.set('server', line.lastPlace());
  const address = takeServerAddress(line, server);
  readParams(line, server, SERVER_TABLE, 'server');
  noteTlsWithoutSsl(line, server, proxy.defaultServer);
  if (address === null) return;
  server.name = name;
  server.address = address;
  refuseResolvers(line, server);
  proxy.servers.push(server);
}

/** Reads `server-template PREFIX N|A-B ADDR[:PORT] [PARAM…]`: one server per number, named prefix + number. */
export function readServerTemplate(line: Line, proxy: ProxyDraft): void {
  const prefix = takeName(line);
  if (prefix === null) return;
  const template = copyServer(proxy.defaultServer);
  template.said.set('server', line.lastPlace());
  const numbers = takeNumbers(line);
  const address = numbers === null ? null : takeServerAddress(line, template);
  readParams(line, template, SERVER_TABLE, 'server-template');
  noteTlsWithoutSsl(line, template, proxy.defaultServer);
  if (numbers === null || address === null) return;
  refuseResolvers(line, { ...template, address });
  const firstId = template.values.id;
  for (let number = numbers.from; number <= numbers.to; number++) {
    const server = copyServer(template);
    server.name = `${prefix}${number}`;
    server.address = structuredClone(address);
    // A template's `id` is the first server's; the others count on (manual 4.2 "server-template").
    if (firstId !== 0) server.values.id = firstId + number - numbers.from;
    proxy.servers.push(server);
  }
}

/** Reads `default-server [PARAM…]`: parameters add up; `from none` starts again from the built-in ones. */
export function readDefaultServer(line: Line, proxy: ProxyDraft): void {
  if (line.peek() === 'from') {
    line.takeOptional();
    if (line.takeOneOf("'none'", ['none']) === null) return;
    Object.assign(proxy.defaultServer.values, newServer().values);
    Object.assign(proxy.defaultServer.check, newServer().check);
    proxy.defaultServer.checked = false;
    proxy.defaultServer.ssl = false;
    proxy.defaultServer.tls = {};
    proxy.defaultServer.said.clear();
  }
  readParams(line, proxy.defaultServer, SERVER_TABLE, 'default-server');
  if (proxy.defaultServer.values.id !== 0 || proxy.defaultServer.values.track !== null) {
    line.alert('invalid-value', "'default-server' cannot hold 'id' or 'track'", 'say it on the server line');
    proxy.defaultServer.values.id = 0;
    proxy.defaultServer.values.track = null;
  }
}

function takeName(line: Line): string | null {
  const name = line.take('<name> and <addr>[:<port>]');
  const bad = name === null ? null : badNameCharacter(name);
  if (bad === null) return name;
  line.alert('invalid-name', `character '${bad}' is not permitted in server name '${name}'`, NAME_HINT);
  return null;
}

const NAME_HINT = 'letters, digits, and any of _ - . :';

function takeServerAddress(line: Line, server: ServerDraft): ServerAddress | null {
  const address = line.takeAddress('<addr>[:<port>]', parseServerAddress);
  if (address !== null) server.said.set('address', line.lastPlace());
  return address;
}

function takeNumbers(line: Line): { from: number; to: number } | null {
  const text = line.take('a number of servers or a range');
  if (text === null) return null;
  const match = /^([0-9]{1,9})(?:-([0-9]{1,9}))?$/.exec(text);
  const first = Number(match?.[1]);
  const from = match?.[2] === undefined ? 1 : first;
  const to = match?.[2] === undefined ? first : Number(match[2]);
  if (match !== null && from >= 1 && to >= from && to - from < TEMPLATE_MAX) return { from, to };
  line.alert('invalid-value', `'${text}' is no number of servers`, `write a count or a range, e.g. 3 or 5-7`);
  return null;
}

/** `resolvers` would look the name up while running; where nothing does so at start, the server would never be reached. */
function refuseResolvers(line: Line, { said, values, address }: ServerDraft): void {
  const place = said.get('resolvers');
  if (place === undefined || address?.kind !== 'name') return;
  if (values.initAddr.some(({ kind }) => kind === 'libc' || kind === 'ip')) return;
  const message = `'resolvers' is not in this version, and without it the name '${address.host}' is never resolved`;
  line.alert('unsupported-keyword', message, "let 'init-addr' hold 'libc' or an address", place);
}
