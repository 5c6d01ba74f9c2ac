/**
 * Settings of mode http: connections, timeouts, error pages, captures, the client's address in a header, the monitoring URI
 * (HAProxy manual 4.2).
 *
 * Not here: rules (`http-rules.ts`), `stats` (`stats.ts`), `cookie` (`cookie.ts`), the log's formats (`option.ts`), words that
 * are only known and answered (`proxy-known.ts`).
 */
import { isIP } from 'node:net';
import { FORWARD_FOR_DEFAULTS } from '../defaults.ts';
import type { Mutable, ProxyDraft } from '../draft.ts';
import type { Line } from '../line.ts';
import type { ForwardFor, HeaderCapture, HttpOptions } from '../rules.ts';
import { failed, parsed, shown } from '../units.ts';
import type { Parsed } from '../units.ts';
import { noteWords, takeCondition } from './acl.ts';
import type { Entry, HttpNeed, ProxySections } from './entry.ts';
import { parseErrorStatus, takeHeaderName } from './http-reply.ts';
import { readTimeout } from './timeout.ts';

type Row = Entry<ProxyDraft>;
type TimeKey = 'timeoutHttpRequestMs' | 'timeoutHttpKeepAliveMs' | 'timeoutTarpitMs';

export const HTTP_ROWS: readonly Row[] = [
  row('option forwardfor', '[except NET] [header NAME] [if-none]', 'DFLB', 'warning', (line, { http }) => {
    http.forwardFor = readForwardFor(line) ?? http.forwardFor;
  }),
  connection('option http-keep-alive', 'keep-alive'),
  connection('option http-server-close', 'server-close'),
  connection('option httpclose', 'close'),
  {
    ...row('option http-ignore-probes', '', 'DFL', 'warning', (line, { frontend }) => {
      frontend.httpFrontend.ignoreProbes = line.prefix === null;
    }),
    negatable: true,
  },
  {
    ...row('option persist', '', 'DLB', 'notice', (line, { backend }) => {
      backend.httpBackend.persist = line.prefix === null;
    }),
    negatable: true,
  },
  row('http-reuse', 'never|safe|aggressive|always', 'DLB', 'notice', (line, { backend }) => {
    const choices = ['never', 'safe', 'aggressive', 'always'] as const;
    backend.httpBackend.reuse = line.takeOneOf(choices.join(', '), choices) ?? backend.httpBackend.reuse;
  }),
  time('timeout http-request', 'timeoutHttpRequestMs', 'as timeout client'),
  time('timeout http-keep-alive', 'timeoutHttpKeepAliveMs', 'as timeout http-request'),
  time('timeout tarpit', 'timeoutTarpitMs', 'as timeout connect'),
  row('errorfile', 'CODE PATH', 'DFLB', 'notice', (line, { http, said }) => {
    const status = line.takeParsed('a status and a path', parseErrorStatus);
    const path = status === null ? null : line.take('a path');
    if (status === null || path === null) return;
    forgetStatus(http, status);
    said.set(`errorfile/${status}`, line.lastPlace());
    http.errorFiles.push({ status, path });
  }),
  ...(['errorloc', 'errorloc302', 'errorloc303'] as const).map((keyword) =>
    row(keyword, 'CODE URL', 'DFLB', 'notice', (line, { http }) => {
      const status = line.takeParsed('a status and a URL', parseErrorStatus);
      const url = status === null ? null : line.take('a URL');
      if (status === null || url === null) return;
      forgetStatus(http, status);
      http.errorLocations.push({ status, code: keyword === 'errorloc303' ? 303 : 302, url });
    }),
  ),
  row('monitor-uri', 'PATH', 'DFL', 'warning', (line, { frontend }) => {
    frontend.httpFrontend.monitorUri = line.take('a path') ?? frontend.httpFrontend.monitorUri;
  }),
  row('monitor fail', 'if|unless CONDITION', 'FL', 'notice', readMonitorFail),
  row('capture request header', 'NAME len N', 'FL', 'notice', (line, { frontend }) => {
    const capture = readCapture(line);
    if (capture !== null) frontend.httpFrontend.captureRequestHeaders.push(capture);
  }),
  row('capture response header', 'NAME len N', 'FL', 'notice', (line, { frontend }) => {
    const capture = readCapture(line);
    if (capture !== null) frontend.httpFrontend.captureResponseHeaders.push(capture);
  }),
  row('capture cookie', 'NAME len N', 'FL', 'warning', (line, { frontend }) => {
    frontend.httpFrontend.captureCookie = readCapture(line) ?? frontend.httpFrontend.captureCookie;
  }),
];

function row(
  keyword: string,
  args: string,
  sections: ProxySections,
  needsHttp: HttpNeed,
  read: (line: Line, proxy: ProxyDraft) => void,
): Row {
  return { keyword, args, manual: '4.2', sections, needsHttp, state: 'supported', read };
}

function time(keyword: string, key: TimeKey, def: string): Row {
  const set = (line: Line, proxy: ProxyDraft): void => {
    proxy.http[key] = readTimeout(line, proxy) ?? proxy.http[key];
  };
  return { ...row(keyword, 'TIME', 'DFLB', 'notice', set), default: def };
}

/** The three exclude each other, the last one holds; `no` takes back its own only. */
function connection(keyword: string, mode: HttpOptions['connection']): Row {
  const set = (line: Line, { http }: ProxyDraft): void => {
    if (line.prefix === null) http.connection = mode;
    else if (http.connection === mode) http.connection = 'keep-alive';
  };
  return {
    ...row(keyword, '', 'DFLB', 'notice', set),
    negatable: true,
    default: mode === 'keep-alive' ? 'on' : 'off',
  };
}

/** What stands after `option forwardfor`; null after an alert. */
export function readForwardFor(line: Line): Mutable<ForwardFor> | null {
  const forwardFor: Mutable<ForwardFor> = { ...FORWARD_FOR_DEFAULTS };
  for (let word = line.peek(); word !== undefined; word = line.peek()) {
    if (word !== 'except' && word !== 'header' && word !== 'if-none') return refuseForwardFor(line, word);
    line.takeOptional();
    if (word === 'if-none') {
      forwardFor.ifNone = true;
      continue;
    }
    const value = word === 'except' ? line.takeParsed('a network', parseNetwork) : takeHeaderName(line);
    if (value === null) return null;
    forwardFor[word] = value;
  }
  return forwardFor;
}

function refuseForwardFor(line: Line, word: string): null {
  line.takeOptional();
  const message = `'${line.keyword}' cannot handle unexpected argument '${shown(word)}'`;
  line.alert('unexpected-argument', message, "it takes 'except NET', 'header NAME' and 'if-none'");
  return null;
}

/** `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `::1`, `2001:db8::/32`. */
function parseNetwork(text: string): Parsed<string> {
  const [, host = '', mask] = /^([^/]*)(?:\/(.+))?$/s.exec(text) ?? [];
  const family = isIP(host);
  const bits = family === 4 ? 32 : 128;
  const maskFits =
    mask === undefined ||
    (/^[0-9]{1,3}$/.test(mask) && Number(mask) <= bits) ||
    (family === 4 && isIP(mask) === 4);
  if (family !== 0 && maskFits) return parsed(text);
  return failed('invalid-address', `'${shown(text)}' is no network`, 'e.g. 10.0.0.0/8');
}

/** One page per status: the last line about it holds. */
function forgetStatus(http: Mutable<HttpOptions>, status: number): void {
  http.errorFiles = http.errorFiles.filter((one) => one.status !== status);
  http.errorLocations = http.errorLocations.filter((one) => one.status !== status);
}

function readMonitorFail(line: Line, proxy: ProxyDraft): void {
  if (line.peek() === undefined) {
    line.take("'if' or 'unless' and a condition");
    return;
  }
  const condition = takeCondition(line);
  if (condition === undefined || condition === null) return;
  const rules = proxy.frontend.httpFrontend.monitorFail;
  noteWords(line, proxy.said, `monitor fail/${rules.length}`, condition.length);
  rules.push(condition);
}

/** What stands after `capture … header` and `capture cookie`; null after an alert. */
export function readCapture(line: Line): Mutable<HeaderCapture> | null {
  const name = takeHeaderName(line);
  if (name === null || line.takeOneOf("'len'", ['len']) === null) return null;
  const lengthBytes = line.takeInteger('a number of bytes', 1, 65_535);
  return lengthBytes === null ? null : { name, lengthBytes };
}
