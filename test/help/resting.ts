/**
 * When a figure rests: for what stops by itself and tells nobody, such as reading for a peer that does not read.
 *
 * Not here: what has an event of its own (`gate.ts`).
 */
import { turns } from './gate.ts';

/** Looks in a row that must show the same. */
const LOOKS = 20;

/** The figure, once it is above 0 and has not moved for a tenth of a second. */
export async function resting(figure: () => number): Promise<number> {
  for (let last = -1, same = 0; ;) {
    const now = figure();
    same = now === last ? same + 1 : 0;
    if (same === LOOKS && now > 0) return now;
    last = now;
    await turns(3);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
