/**
 * Values that no stream is needed for: constants, variables, the time, the machine (HAProxy manual 7.3.2).
 *
 * Not here: figures of proxies (`figures.ts`).
 */
import { parseIp } from '../addresses.ts';
import { numberArgument, single, textArgument } from '../fetch.ts';
import type { Fetch, FetchMaker } from '../fetch.ts';
import type { Sample } from '../sample.ts';

function constant(value: Sample | null): Fetch {
  return single(() => value);
}

/** Seconds, milliseconds or microseconds since 1970; the offset is in the same unit. */
const DATE_UNITS: Readonly<Record<string, number>> = { s: 1 / 1000, ms: 1, us: 1000 };

export const INTERNAL_FETCHES: Readonly<Record<string, FetchMaker>> = {
  always_true: () => constant(true),
  always_false: () => constant(false),
  str: (args) => constant(textArgument(args, 0)),
  int: (args) => constant(numberArgument(args, 0)),
  bool: (args) => constant(numberArgument(args, 0) !== 0),
  ipv4: (args) => constant(parseIp(textArgument(args, 0))),
  ipv6: (args) => constant(parseIp(textArgument(args, 0))),
  bin: (args) => constant(new Uint8Array(Buffer.from(textArgument(args, 0), 'hex'))),
  env: (args, { world }) => constant(world.environment[textArgument(args, 0)] ?? null),
  var: (args) => {
    const name = textArgument(args, 0);
    const otherwise = args[1] ?? null;
    return single(({ variables }) => variables.get(name) ?? otherwise);
  },
  rand: (args, { world }) => {
    const below = numberArgument(args, 0);
    return single(() => Math.floor(world.random() * below));
  },
  date: (args, { world }) => {
    const offset = numberArgument(args, 0);
    const perMs = DATE_UNITS[textArgument(args, 1)] ?? 1 / 1000;
    return single(() => Math.floor(world.wallMs() * perMs) + offset);
  },
  hostname: (_args, { world }) => constant(world.hostname),
  stopping: (_args, { world }) => single(() => world.stopping()),
  uptime: (_args, { world }) => single(() => Math.floor(world.uptimeMs() / 1000)),
};
