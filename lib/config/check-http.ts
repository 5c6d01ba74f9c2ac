/**
 * Whether what only mode http has makes sense: the actions of rules, error pages, cookies, statuses.
 *
 * Text was looked at word by word when it was read, so most of this is for a Config written in code. Not here: conditions
 * (`check-rules.ts`), files (`../cli/`).
 */
import { describe } from './complain.ts';
import type { Complain } from './complain.ts';
import type { ProxyConfig } from './config.ts';
import type { SampleSide } from './expression.ts';
import { cookieFault } from './keywords/cookie.ts';
import { parseVariable, ruleExpressionFault } from './keywords/format.ts';
import { ERROR_STATUSES, replyFaults } from './keywords/http-reply.ts';
import { parseLogFormat } from './log-format.ts';
import type { Path } from './places.ts';
import { readRegex } from './regex.ts';
import { formatsOf } from './rule-formats.ts';
import type { HttpAction, HttpRule } from './rules.ts';

/** Adds what is wrong with the parts of the proxy at `index` of the Config that only mode http has. */
export function checkHttp(proxy: ProxyConfig, index: number, complain: Complain): void {
  if (proxy.mode === 'tcp') return;
  const { http, backend } = proxy;
  checkRuleList(proxy, http.requestRules, ['proxy', index, 'http-request'], 'request', complain);
  checkRuleList(proxy, http.responseRules, ['proxy', index, 'http-response'], 'response', complain);
  for (const { status } of [...http.errorFiles, ...http.errorLocations]) {
    if (ERROR_STATUSES.includes(status)) continue;
    const message = `${describe(proxy)}: status ${status} has no page`;
    complain('alert', 'invalid-value', message, ['proxy', index], `use one of: ${ERROR_STATUSES.join(', ')}`);
  }
  const cookie = backend?.httpBackend.cookie ?? null;
  const fault = cookie === null ? null : cookieFault(cookie);
  if (fault !== null) {
    const message = `${describe(proxy)}: 'cookie': ${fault}`;
    complain('alert', 'invalid-value', message, ['proxy', index, 'cookie'], "e.g. 'insert indirect'");
  }
  if (cookie?.dynamic === true) {
    const message = `${describe(proxy)}: dynamic cookies are not supported`;
    complain('alert', 'unsupported-value', message, ['proxy', index, 'cookie'], 'give each server its value');
  }
}

function checkRuleList(
  proxy: ProxyConfig,
  rules: readonly HttpRule[],
  path: Path,
  side: SampleSide,
  complain: Complain,
): void {
  const keyword = `http-${side}`;
  rules.forEach(({ action }, position) => {
    for (const [problem, hint] of problemsOf(action, side)) {
      const message = `${describe(proxy)}: '${keyword} ${action.kind}': ${problem}`;
      complain('alert', 'invalid-value', message, [...path, position], hint);
    }
  });
  const last = rules.findIndex(({ action, condition }) => condition === null && isFinal(action));
  if (last === -1 || last === rules.length - 1) return;
  const message = `${describe(proxy)}: this rule is never reached: one above it always holds and ends the request`;
  complain('warning', 'unreachable-rule', message, [...path, last + 1], 'give the one above a condition');
}

function isFinal({ kind }: HttpAction): boolean {
  return kind === 'allow' || kind === 'deny' || kind === 'tarpit' || kind === 'return' || kind === 'redirect';
}

type Problem = readonly [problem: string, hint: string | null];

/** Formats, expressions and patterns that an action holds, and answers that cannot be. */
function problemsOf(action: HttpAction, side: SampleSide): Problem[] {
  const formats = formatsOf(action).flatMap((format) =>
    failures(parseLogFormat(format, { mode: 'http', side })),
  );
  const patterns = 'pattern' in action ? failures(readRegex(action.pattern)) : [];
  const variables = 'variable' in action ? failures(parseVariable(action.variable)) : [];
  return [...patterns, ...variables, ...formats, ...otherProblems(action, side)];
}

function otherProblems(action: HttpAction, side: SampleSide): Problem[] {
  switch (action.kind) {
    case 'deny':
    case 'tarpit':
    case 'return':
      return replyFaults(action.reply).map(({ problem, hint }) => [problem, hint]);
    case 'set-var':
      return failures(ruleExpressionFault(action.expression, side) ?? { ok: true });
    case 'del-header':
      return action.match === 'reg' ? failures(readRegex(action.name)) : [];
    default:
      return [];
  }
}

function failures(
  parsed: { readonly ok: true } | { ok: false; problem: string; hint: string | null },
): Problem[] {
  return parsed.ok ? [] : [[parsed.problem, parsed.hint]];
}
