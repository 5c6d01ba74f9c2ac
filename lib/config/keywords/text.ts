/**
 * Single values as the text has them, for a configuration written in code: the same readers, fed with one line.
 *
 * Not here: the readers (`acl.ts`, `balance.ts`, `cookie.ts`, `http.ts`, `http-rules.ts`, `log.ts`).
 */
import type { BalanceConfig, HashTypeConfig, LogTarget } from '../config.ts';
import type { SampleSide } from '../expression.ts';
import { Diagnostics } from '../diagnostic.ts';
import { Line } from '../line.ts';
import type {
  AclConfig,
  CookieConfig,
  ForwardFor,
  HttpRule,
  UseBackendRule,
  UseServerRule,
} from '../rules.ts';
import type { Parsed } from '../units.ts';
import { Variables } from '../variables.ts';
import { splitWords } from '../words.ts';
import { readAcl, readUseBackend, readUseServer, takeCondition } from './acl.ts';
import { readBalance, readHashType } from './balance.ts';
import { readCookie } from './cookie.ts';
import { readHttpRule } from './http-rules.ts';
import { readForwardFor } from './http.ts';
import { readLogTarget } from './log.ts';

/** What stands after `balance`: `leastconn`, `random(3)`, `hash src`, `fn:mine`. */
export function readBalanceText(text: string): Parsed<BalanceConfig> {
  return readText('balance', text, readBalance);
}

/** What stands after `hash-type`: `consistent crc32`. */
export function readHashTypeText(text: string): Parsed<HashTypeConfig> {
  return readText('hash-type', text, readHashType);
}

/** What stands after `log`: `127.0.0.1:514 local0 info`. */
export function readLogText(text: string): Parsed<LogTarget> {
  return readText('log', text, readLogTarget);
}

/** What stands after `acl`: `is_ws hdr(Upgrade) -i WebSocket`. */
export function readAclText(text: string): Parsed<AclConfig> {
  return readText<AclConfig>('acl', text, readAcl);
}

/** What stands after `use_backend`: `sockets if is_ws`. */
export function readUseBackendText(text: string): Parsed<UseBackendRule> {
  return readText<UseBackendRule>('use_backend', text, readUseBackend);
}

/** What stands after `use-server`: `a if { path_beg /a }`. */
export function readUseServerText(text: string): Parsed<UseServerRule> {
  return readText<UseServerRule>('use-server', text, readUseServer);
}

/** What stands after `http-request` or `http-response`: `deny if { path /x }`. */
export function readHttpRuleText(side: SampleSide): (text: string) => Parsed<HttpRule> {
  return (text) => readText<HttpRule>(`http-${side}`, text, (line) => readHttpRule(line, side));
}

/** A condition with the word before it: `if { nbsrv(app) lt 1 }`. */
export function readConditionText(text: string): Parsed<readonly string[]> {
  return readText<readonly string[]>('monitor-fail', text, (line) => takeCondition(line) ?? null);
}

/** What stands after `cookie`: `SRV insert indirect nocache`. */
export function readCookieText(text: string): Parsed<CookieConfig> {
  return readText<CookieConfig>('cookie', text, readCookie);
}

/** What stands after `option forwardfor`: `except 10.0.0.0/8`, or nothing. */
export function readForwardForText(text: string): Parsed<ForwardFor> {
  return readText<ForwardFor>('forwardfor', text, readForwardFor);
}

function readText<T>(keyword: string, text: string, read: (line: Line) => T | null): Parsed<T> {
  const diagnostics = new Diagnostics();
  const variables = new Variables({});
  const statement = splitWords('', 1, `${keyword} ${text}`, variables, diagnostics);
  if (statement !== null) {
    const line = new Line(statement, variables, diagnostics);
    line.takeKeyword(1);
    const value = read(line);
    line.end();
    if (value !== null && diagnostics.list.length === 0) return { ok: true, value };
  }
  const [first] = diagnostics.list;
  const problem = first?.message ?? `'${text}' says nothing`;
  return { ok: false, problem, code: first?.code ?? 'invalid-value', hint: first?.hint ?? null };
}
