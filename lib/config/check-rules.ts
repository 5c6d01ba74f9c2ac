/**
 * Whether the ACLs of a proxy and the conditions that use them can be understood, and can hold where they are asked.
 *
 * Not here: the language (`condition.ts`), the actions of rules (`check-http.ts`), where rules lead (`check-frontend.ts`).
 */
import { describe } from './complain.ts';
import type { Complain } from './complain.ts';
import { neverMatches, parseAcl, parseCondition } from './condition.ts';
import type { AclTest, Condition } from './condition.ts';
import type { DiagnosticCode } from './codes.ts';
import type { ProxyConfig } from './config.ts';
import type { SampleExpression, SampleSide } from './expression.ts';
import type { Path, Places } from './places.ts';
import type { AclConfig, ConditionWords } from './rules.ts';
import { absenceHint, isAbsent } from './sample-sides.ts';

/** One condition of a proxy: where it stands, and what has come when it is asked. */
interface Asked {
  readonly condition: ConditionWords;
  readonly path: Path;
  readonly rule: string;
  readonly side: SampleSide;
}

/** Adds what is wrong with the ACLs and conditions of the proxy at `index` of the Config. */
export function checkRules(proxy: ProxyConfig, index: number, places: Places, complain: Complain): void {
  checkAcls(proxy, index, complain);
  const acls = { request: readAcls(proxy.acls, 'request'), response: readAcls(proxy.acls, 'response') };
  const racy: Racy[] = [];
  for (const asked of conditionsOf(proxy, index)) {
    const condition = checkCondition(proxy, asked, acls[asked.side], complain);
    if (condition === null) continue;
    warnOfNever(proxy, asked, condition, complain);
    warnOfAclBelow(proxy, index, asked, places, complain);
    const test = testsOf(condition).find(({ expression }) => needsContent(expression));
    if (proxy.mode === 'tcp' && test !== undefined) racy.push({ asked, fetch: test.expression.fetch });
  }
  warnOfRace(proxy, racy, complain);
}

interface Racy {
  readonly asked: Asked;
  /** The first fetch that needs something from the client. */
  readonly fetch: string;
}

type Acls = ReadonlyMap<string, readonly AclTest[]>;

/** A name whose line is at fault is known all the same, so that its rules are not said to name nothing. */
function readAcls(lines: readonly AclConfig[], side: SampleSide): Acls {
  const acls = new Map<string, AclTest[]>();
  for (const { name, words } of lines) {
    const tests = acls.get(name) ?? [];
    acls.set(name, tests);
    const read = parseAcl(words, side);
    if (read.ok) tests.push(read.value);
  }
  return acls;
}

function checkAcls(proxy: ProxyConfig, index: number, complain: Complain): void {
  proxy.acls.forEach(({ name, words }, position) => {
    const path = ['proxy', index, 'acl', position];
    const read = parseAcl(words);
    if (!read.ok) {
      const code = read.code as DiagnosticCode;
      return complain('alert', code, `acl '${name}': ${read.problem}`, [...path, read.word], read.hint);
    }
    if (!neverMatches(read.value, words)) return;
    const hint = "add values; '-m found' asks whether it is there; '--' says that it is meant";
    complain('warning', 'never-matches', `acl '${name}' has nothing to compare with`, path, hint);
  });
}

function conditionsOf({ mode, http, frontend, backend }: ProxyConfig, index: number): Asked[] {
  const all = (
    rule: string,
    conditions: readonly ConditionWords[] | undefined,
    side: Asked['side'] = 'request',
  ): Asked[] =>
    (conditions ?? []).map((condition, position) => ({
      condition,
      path: ['proxy', index, rule, position],
      rule,
      side,
    }));
  const choices = [
    ...all(
      'use_backend',
      frontend?.useBackend.map((one) => one.condition),
    ),
    ...all(
      'use-server',
      backend?.useServer.map((one) => one.condition),
    ),
  ];
  if (mode === 'tcp') return choices;
  return [
    ...all('monitor fail', frontend?.httpFrontend.monitorFail),
    ...all(
      'http-request',
      http.requestRules.map((one) => one.condition),
    ),
    ...choices,
    ...all(
      'http-response',
      http.responseRules.map((one) => one.condition),
      'response',
    ),
  ];
}

/** Null: there is none, or it has been complained about. */
function checkCondition(proxy: ProxyConfig, asked: Asked, acls: Acls, complain: Complain): Condition | null {
  if (asked.condition === null) return null;
  const read = parseCondition(asked.condition, acls, asked.side);
  if (read.ok) return read.value;
  const message = `${describe(proxy)}: '${asked.rule}': ${read.problem}`;
  // What is missing at the end is told at the last word.
  const word = Math.min(read.word, asked.condition.length - 1);
  complain('alert', read.code as DiagnosticCode, message, [...asked.path, word], read.hint);
  return null;
}

function testsOf({ alternatives }: Condition): readonly AclTest[] {
  return alternatives.flatMap((terms) => terms.flatMap((term) => term.tests));
}

/** `wait_end` has come true when nothing is waited for. */
function needsContent({ stage, fetch }: SampleExpression): boolean {
  return stage === 'request' && fetch !== 'wait_end';
}

/**
 * There is no answer yet when a request is looked at, and none to be seen in mode tcp; and nothing of the request is left when the
 * answer is.
 */
function warnOfNever(proxy: ProxyConfig, asked: Asked, condition: Condition, complain: Complain): void {
  const { side, rule, path } = asked;
  const test = testsOf(condition).find(({ expression }) => isAbsent(expression, side));
  if (test === undefined) return;
  const when =
    side === 'request' ? 'an answer that has not come yet' : 'a request that is gone when its answer comes';
  const message = `${describe(proxy)}: '${rule}' asks for '${test.expression.fetch}' of ${when}, so it never matches`;
  complain('warning', 'never-matches', message, path, absenceHint(test.expression, side));
}

/** HAProxy reads from top to bottom; here the order of ACLs and rules does not matter. */
function warnOfAclBelow(
  proxy: ProxyConfig,
  index: number,
  { condition, path, rule }: Asked,
  places: Places,
  complain: Complain,
): void {
  const at = places.at(...path);
  if (at === null) return;
  const used = new Set(condition?.map((word) => word.replace(/^!+/, '')));
  const first = new Map<string, number>();
  proxy.acls.forEach(({ name }, position) => {
    if (used.has(name) && !first.has(name)) first.set(name, position);
  });
  for (const [name, position] of first) {
    const declared = places.at('proxy', index, 'acl', position);
    if (declared === null || declared.file !== at.file || declared.line < at.line) continue;
    const message = `acl '${name}' stands below the '${rule}' rule that uses it, which HAProxy refuses`;
    complain('warning', 'acl-below', message, path, `move the acl above the rule (line ${declared.line})`);
  }
}

/** One warning per proxy: its rules have one fault in common, and one remedy. */
function warnOfRace(proxy: ProxyConfig, racy: readonly Racy[], complain: Complain): void {
  const [first] = racy;
  if (first === undefined || proxy.disabled) return;
  const { asked, fetch } = first;
  const more = racy.length === 1 ? '' : ` and ${racy.length - 1} more`;
  const message = `${describe(proxy)} is in mode tcp: '${asked.rule}'${more} looks for '${fetch}' in whatever bytes have come at once, which is a race`;
  complain('warning', 'racy-condition', message, asked.path, raceHint(fetch));
}

/** The way out where content is looked at too early in mode tcp. */
export function raceHint(fetch: string): string {
  return /^req\.(?:ssl_|len|payload|rdp)/.test(fetch)
    ? "waiting for content ('tcp-request inspect-delay') is not in this version"
    : "write 'mode http' in a defaults section above it, or in this section and those it leads to";
}
