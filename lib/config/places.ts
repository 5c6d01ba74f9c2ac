/**
 * Where the parts of a finished `Config` were written, so that a check that sees plain data can point at the text.
 *
 * Not here: places of words while a line is read (`line.ts`).
 */
import type { Place } from './diagnostic.ts';

/**
 * A path into the Config in the operator's words: `'global', KEYWORD`; `'proxy', INDEX, KEYWORD`;
 * `'proxy', INDEX, 'bind' | 'server', POSITION[, PARAM]`; `'log', POSITION` in place of a keyword. Index and position
 * are those in the Config, e.g. `'proxy', 2, 'server', 0, 'track'`.
 */
export type Path = readonly (string | number)[];

/** Empty for a Config that was written in code. */
export class Places {
  readonly #known = new Map<string, Place>();

  set(place: Place, ...path: Path): void {
    this.#known.set(path.join('/'), place);
  }

  /** The place of the path, or of the nearest thing around it; null: not from text. */
  at(...path: Path): Place | null {
    for (let length = path.length; length > 0; length--) {
      const place = this.#known.get(path.slice(0, length).join('/'));
      if (place !== undefined) return place;
    }
    return null;
  }

  /** `file:line` of the path, for a sentence about something else; null: not from text. */
  where(...path: Path): string | null {
    const place = this.at(...path);
    return place === null ? null : `${place.file}:${place.line}`;
  }
}
