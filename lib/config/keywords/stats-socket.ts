/**
 * `stats socket ADDR [PARAM…]`: nothing listens there in this version, but a slip in its parameters is told
 * (HAProxy manual 3.1 "stats socket"; the parameters are those of `bind`).
 */
import { newBind } from '../draft.ts';
import type { Line } from '../line.ts';
import { takeArguments } from './arguments.ts';
import { BIND_TABLE } from './bind.ts';
import { findParam, refuseParam } from './params.ts';

/** Reads to the end of the line, and keeps nothing. */
export function checkStatsSocket(line: Line): void {
  const { keyword, usage } = line;
  const unused = newBind();
  if (line.take('an address') === null) return;
  for (let word = line.takeOptional(); word !== undefined; word = line.takeOptional()) {
    const entry = findParam(BIND_TABLE, word);
    if (entry === null) return refuseParam(line, word, BIND_TABLE, keyword);
    line.keyword = word;
    if (entry.state === 'supported') entry.read(line, unused);
    else takeArguments(line, entry.args);
  }
  line.keyword = keyword;
  line.usage = usage;
}
