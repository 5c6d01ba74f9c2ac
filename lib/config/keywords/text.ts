/**
 * Single values as the text has them, for a configuration written in code: the same readers, fed with one line.
 *
 * Not here: the readers (`balance.ts`, `log.ts`).
 */
import type { BalanceConfig, HashTypeConfig, LogTarget } from '../config.ts';
import { Diagnostics } from '../diagnostic.ts';
import { Line } from '../line.ts';
import type { Parsed } from '../units.ts';
import { Variables } from '../variables.ts';
import { splitWords } from '../words.ts';
import { readBalance, readHashType } from './balance.ts';
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
