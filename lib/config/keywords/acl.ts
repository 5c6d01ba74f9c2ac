/**
 * `acl`, and the rules that choose by one: `use_backend`, `use-server` (HAProxy manual 4.2, 7.1, 7.2).
 *
 * Not here: what ACLs and conditions say (`../condition.ts`, asked by `../check-rules.ts` when all of them are known), rules
 * of mode http (`http-rules.ts`).
 */
import { parseAclName } from '../condition.ts';
import type { Mutable, ProxyDraft, SaidAt } from '../draft.ts';
import type { Line } from '../line.ts';
import type { AclConfig, ConditionWords, UseBackendRule, UseServerRule } from '../rules.ts';
import { shown } from '../units.ts';
import { placeOf } from '../words.ts';
import type { Entry } from './entry.ts';
import { formatFault } from './format.ts';

export const ACL_ROWS: readonly Entry<ProxyDraft>[] = [
  {
    keyword: 'acl',
    args: 'NAME CRITERION [FLAGS] [VALUE…]',
    manual: '7.1',
    sections: 'DFLB',
    state: 'supported',
    read: addAcl,
  },
  {
    keyword: 'use_backend',
    args: 'NAME [if|unless CONDITION]',
    manual: '4.2',
    sections: 'FL',
    strictSection: false,
    state: 'supported',
    read: addUseBackend,
  },
  {
    keyword: 'use-server',
    args: 'NAME if|unless CONDITION',
    manual: '4.2',
    sections: 'LB',
    state: 'supported',
    read: addUseServer,
  },
];

/** What stands after `acl`; null after an alert. */
export function readAcl(line: Line): Mutable<AclConfig> | null {
  const name = line.takeParsed('a name and what to test', parseAclName);
  const first = name === null ? null : line.take('what to test');
  return name === null || first === null ? null : { name, words: [first, ...takeAll(line)] };
}

/** What stands after `use_backend`; null after an alert. */
export function readUseBackend(line: Line): Mutable<UseBackendRule> | null {
  const backend = takeTarget(line, 'the name of a backend');
  if (backend === null) return null;
  const condition = takeCondition(line);
  return condition === undefined ? null : { backend, condition };
}

/** What stands after `use-server`; null after an alert. */
export function readUseServer(line: Line): Mutable<UseServerRule> | null {
  const server = takeTarget(line, 'the name of a server');
  if (server === null) return null;
  if (line.peek() === undefined) {
    line.take("'if' or 'unless' and a condition");
    return null;
  }
  const condition = takeCondition(line);
  return condition === undefined ? null : { server, condition };
}

/** All that is left, which must begin with `if` or `unless`; null: nothing is left; undefined: after an alert. */
export function takeCondition(line: Line): Mutable<ConditionWords> | undefined {
  const first = line.takeOptional();
  if (first === undefined) return null;
  if (first === 'if' || first === 'unless') return [first, ...takeAll(line)];
  const message = `'${line.keyword}' cannot handle unexpected argument '${shown(first)}'`;
  line.alert('unexpected-argument', message, "a condition begins with 'if' or 'unless'");
  return undefined;
}

/** Notes `at` for a rule under `path`, and its last `count` words, which are its condition, under `PATH/0`, `PATH/1`, … */
export function noteWords(line: Line, said: SaidAt, path: string, count: number, at = line.place()): void {
  const { statement } = line;
  const start = statement.words.length - count;
  said.set(path, at);
  for (let index = 0; index < count; index++) said.set(`${path}/${index}`, placeOf(statement, start + index));
}

function takeAll(line: Line): string[] {
  const words: string[] = [];
  for (let word = line.takeOptional(); word !== undefined; word = line.takeOptional()) words.push(word);
  return words;
}

/** A name, or a format that gives one. */
function takeTarget(line: Line, what: string): string | null {
  const target = line.take(what);
  if (target === null || !target.includes('%')) return target;
  return formatFault(line, target) ? null : target;
}

/** HAProxy refuses ACLs in a `defaults` section that no proxy could name. */
function addAcl(line: Line, proxy: ProxyDraft): void {
  if (refuseInAnonymousDefaults(line, proxy)) return;
  const acl = readAcl(line);
  if (acl === null) return;
  noteWords(line, proxy.said, `acl/${proxy.acls.length}`, acl.words.length);
  proxy.acls.push(acl);
}

/** True, after an alert, in a `defaults` section without a name, whose rules HAProxy does not take. */
export function refuseInAnonymousDefaults(line: Line, proxy: ProxyDraft): boolean {
  if (proxy.kind !== 'defaults' || proxy.name !== '') return false;
  const message = `'${line.keyword}' is not allowed in an anonymous 'defaults' section`;
  line.alert('keyword-in-wrong-section', message, "give the section a name ('defaults NAME')");
  line.skipRest();
  return true;
}

/** The first one without condition holds, whatever `default_backend` says; what stands below it is never reached. */
function addUseBackend(line: Line, proxy: ProxyDraft): void {
  const rule = readUseBackend(line);
  if (rule === null) return;
  const { backend, condition } = rule;
  const rules = proxy.frontend.useBackend;
  if (proxy.useBackend !== null || rules.at(-1)?.condition === null) {
    const message = `'use_backend ${shown(backend)}' is never reached: the one before has no condition`;
    line.warning('already-specified', message, 'keep one of the two', placeOf(line.statement, 1));
  } else if (condition === null && !backend.includes('%')) {
    proxy.useBackend = { name: backend, place: line.lastPlace() };
  } else {
    const at = placeOf(line.statement, 1);
    noteWords(line, proxy.said, `use_backend/${rules.length}`, condition?.length ?? 0, at);
    rules.push(rule);
  }
}

function addUseServer(line: Line, proxy: ProxyDraft): void {
  const rule = readUseServer(line);
  if (rule === null) return;
  const rules = proxy.backend.useServer;
  const at = placeOf(line.statement, 1);
  noteWords(line, proxy.said, `use-server/${rules.length}`, rule.condition?.length ?? 0, at);
  rules.push(rule);
}
