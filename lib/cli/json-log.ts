/**
 * The JSON log a program has on its own outputs, where somebody asked for one.
 *
 * Not here: its lines (`../account/log/`), who asked (`load.ts`, `demo/demo.ts`).
 */
import { createPinoLogger } from '../account/log/logger.ts';
import type { OpenLogger } from '../account/log/logger.ts';
import type { JsonLogConfig } from '../config/config.ts';
import { systemClock } from '../time/clock.ts';
import type { Terminal } from './messages.ts';
import { reasonOf } from './reasons.ts';

/**
 * The JSON log as configured, for people where a terminal shows it; null: nobody asked for one.
 * Throws an Error whose message names the target when it cannot be opened.
 */
export async function openJsonLog(
  wanted: JsonLogConfig | null,
  { outIsTerminal }: Terminal,
): Promise<OpenLogger | null> {
  if (wanted === null) return null;
  const pretty = wanted.target === 'stdout' && outIsTerminal;
  try {
    return await createPinoLogger({ ...wanted, pretty, clock: systemClock });
  } catch (error) {
    throw new Error(`json-log '${wanted.target}' cannot be opened: ${reasonOf(error)}`, { cause: error });
  }
}
