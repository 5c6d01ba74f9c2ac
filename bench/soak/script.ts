/**
 * What one session is to do, drawn by chance: the script that client and server both follow. It travels in front of the
 * client's bytes.
 *
 * Not here: how it is followed (`exchange.ts`).
 */
import type { Random } from './random.ts';

export const KINDS = ['bulk', 'slow', 'short', 'idle', 'reset', 'half-close'] as const;
export type Kind = (typeof KINDS)[number];
type Side = 'client' | 'server' | 'nobody';

export interface Script {
  readonly id: number;
  readonly kind: Kind;
  /** Bytes from the client. */
  readonly up: number;
  /** Bytes to the client. */
  readonly down: number;
  /** Where in the pattern the client's bytes begin; the server's begin one further. */
  readonly offset: number;
  /** Who says nothing until the other one has ended. */
  readonly waits: Side;
  /** Who reads slowly, pausing so long after every 64 KiB. */
  readonly slow: Side;
  readonly pauseMs: number;
  /** Who resets, once so many bytes were sent and received at its end. */
  readonly resets: Side;
  readonly resetAfterBytes: number;
  /** The client is silent so long first. */
  readonly holdMs: number;
}

/** A script as it travels: JSON, filled up with blanks. */
export const SCRIPT_BYTES = 320;

export function encodeScript(script: Script): Buffer {
  const text = JSON.stringify(script);
  if (text.length > SCRIPT_BYTES) throw new RangeError(`a script of ${text.length} bytes`);
  return Buffer.from(text.padEnd(SCRIPT_BYTES));
}

export function decodeScript(bytes: Buffer): Script {
  return JSON.parse(bytes.toString('latin1')) as Script;
}

const KIB = 1024;
const MIB = KIB * KIB;

/** What the kinds do otherwise than to send a little both ways and end. */
const VARIATIONS: Readonly<Record<Kind, (random: Random, holdMostMs: number) => Partial<Script>>> = {
  bulk: (random) => {
    const [large, small] = [random.size(MIB, 16 * MIB), random.size(1, 64 * KIB)];
    const [up, down] = random.pick([
      [large, small],
      [small, large],
      [large, large],
    ]);
    return { up, down };
  },
  slow: (random) => ({
    up: random.size(256 * KIB, 2 * MIB),
    down: random.size(256 * KIB, 2 * MIB),
    slow: random.pick(['client', 'server']),
    pauseMs: random.between(1, 40),
  }),
  short: () => ({}),
  idle: (random, holdMostMs) => ({ holdMs: random.between(holdMostMs / 10, holdMostMs) }),
  reset: (random) => {
    const [up, down] = [random.size(KIB, MIB), random.size(KIB, MIB)];
    // Below the sum, so that it does happen; 0 is right after the first byte.
    return { up, down, resets: random.pick(['client', 'server']), resetAfterBytes: random.between(0, down) };
  },
  'half-close': (random) => ({
    up: random.size(1, 512 * KIB),
    down: random.size(1, 512 * KIB),
    waits: random.pick(['client', 'server']),
  }),
};

/** Draws a script of this kind; `holdMostMs` bounds how long an idle one is silent. */
export function drawScript(random: Random, id: number, kind: Kind, holdMostMs: number): Script {
  return {
    id,
    kind,
    up: random.between(0, 4 * KIB),
    down: random.between(0, 4 * KIB),
    offset: random.between(0, MIB),
    waits: 'nobody',
    slow: 'nobody',
    pauseMs: 0,
    resets: 'nobody',
    resetAfterBytes: 0,
    holdMs: 0,
    ...VARIATIONS[kind](random, holdMostMs),
  };
}
