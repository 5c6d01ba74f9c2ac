/**
 * The arguments of `log`: where messages go, in what form, which of them (HAProxy manual 4.2 "log", reference 7.1).
 *
 * Not here: what a log line says (`../../account/`), `log global` and `no log` (the rows of global and proxies).
 */
import { parseLogAddress } from '../address.ts';
import type { LogFacility, LogHeaderFormat, LogTarget } from '../config.ts';
import { LOG_TARGET_DEFAULTS } from '../defaults.ts';
import type { Mutable } from '../draft.ts';
import { didYouMean } from '../line.ts';
import type { Line } from '../line.ts';
import { LOG_FACILITIES, LOG_LEVELS } from '../log-words.ts';
import type { Parsed } from '../units.ts';

const HEADER_FORMATS: readonly LogHeaderFormat[] = [
  'local',
  'rfc3164',
  'rfc5424',
  'priority',
  'short',
  'timed',
  'iso',
  'raw',
];

/** Reads `ADDR [len N] [format F] [sample R:S] FACILITY [MAXLEVEL [MINLEVEL]]`; null after an alert. */
export function readLogTarget(line: Line): Mutable<LogTarget> | null {
  const address = line.takeAddress('<address> and <facility> as arguments', parseLogAddress);
  if (address === null) return null;
  const target = { ...LOG_TARGET_DEFAULTS, address } as Omit<Mutable<LogTarget>, 'facility'>;
  if (!readModifiers(line, target)) return null;
  const facility = readFacility(line);
  if (facility === null) return null;
  if (line.peek() !== undefined) {
    const level = line.takeOneOf('a log level', LOG_LEVELS);
    if (level === null) return null;
    target.maxLevel = level;
  }
  if (line.peek() !== undefined) {
    const level = line.takeOneOf('a log level', LOG_LEVELS);
    if (level === null) return null;
    target.minLevel = level;
  }
  return { ...target, facility };
}

function readFacility(line: Line): LogFacility | null {
  const word = line.take('a log facility');
  if (word === null) return null;
  const found = LOG_FACILITIES.find((one) => one === word);
  if (found !== undefined) return found;
  const hint = didYouMean(word, LOG_FACILITIES) ?? 'facilities are kern, user, daemon, local0 to local7, …';
  line.alert('unknown-log-facility', `unknown log facility '${word}'`, hint);
  return null;
}

function readModifiers(line: Line, target: Omit<Mutable<LogTarget>, 'facility'>): boolean {
  for (;;) {
    switch (line.peek()) {
      case 'len': {
        line.takeOptional();
        const length = line.takeInteger('a length in bytes', 80, 65_535);
        if (length === null) return false;
        target.lengthBytes = length;
        break;
      }
      case 'format': {
        line.takeOptional();
        const format = line.takeOneOf('a log format', HEADER_FORMATS);
        if (format === null) return false;
        target.format = format;
        break;
      }
      case 'sample': {
        line.takeOptional();
        const sample = line.takeParsed('<ranges>:<size>', parseSample);
        if (sample === null) return false;
        target.sample = sample;
        break;
      }
      case 'profile':
        line.takeOptional();
        line.alert('unsupported-keyword', "'log … profile' is not supported", "leave 'profile NAME' out");
        return false;
      default:
        return true;
    }
  }
}

/** `1,3:10` or `2-3,8-9:10`: ranges of messages out of every `size`; ascending and without overlap. */
export function parseSample(text: string): Parsed<{ ranges: [number, number][]; size: number }> {
  const match = /^([0-9,-]+):([0-9]{1,9})$/.exec(text);
  const size = Number(match?.[2]);
  const ranges: [number, number][] = [];
  for (const part of match?.[1]?.split(',') ?? []) {
    const bounds = /^([0-9]{1,9})(?:-([0-9]{1,9}))?$/.exec(part);
    if (bounds === null) return badSample(text);
    ranges.push([Number(bounds[1]), Number(bounds[2] ?? bounds[1])]);
  }
  ranges.sort((a, b) => a[0] - b[0]);
  let last = 0;
  for (const [from, to] of ranges) {
    if (from <= last || to < from || to > size) return badSample(text);
    last = to;
  }
  return ranges.length === 0 ? badSample(text) : { ok: true, value: { ranges, size } };
}

function badSample(text: string): Parsed<never> {
  return {
    ok: false,
    problem: `invalid sampling '${text}'`,
    code: 'invalid-value',
    hint: 'write ranges within the size, e.g. 1,3-5:10 (messages 1, 3, 4 and 5 of every ten)',
  };
}
