/**
 * Whether numbers given by `id` are unique among their kind.
 *
 * Not here: numbers assigned in order, which never collide.
 */
import type { Complain } from './complain.ts';
import type { Path, Places } from './places.ts';

/** Something with an `id`; 0: none was given. `name` in words: `server 'a'`. */
export interface Numbered {
  readonly id: number;
  readonly name: string;
  readonly path: Path;
}

/** Adds an alert for every number that an earlier one of the list has. */
export function checkIds(numbered: readonly Numbered[], places: Places, complain: Complain): void {
  const seen = new Map<number, Numbered>();
  for (const one of numbered) {
    if (one.id === 0) continue;
    const first = seen.get(one.id);
    if (first === undefined) {
      seen.set(one.id, one);
      continue;
    }
    const where = places.where(...first.path);
    const message = `custom id ${one.id} is already used by ${first.name}${where === null ? '' : ` (${where})`}`;
    complain('alert', 'duplicate-id', message, one.path, "give it another number, or leave 'id' out");
  }
}
