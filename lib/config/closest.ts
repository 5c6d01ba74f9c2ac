/**
 * The nearest known word to a mistyped one, for "did you mean".
 *
 * Not here: which words are known, and the sentence around the answer.
 */

/** Longer words are no typing mistakes; the bound keeps the cost of one look-up small. */
const longestWord = 64;

/**
 * The candidate with the fewest typing mistakes (letter added, lost, changed, or two neighbours swapped; case
 * does not count), or null when none is near: one mistake is allowed up to 4 letters, then one per 3 letters.
 * Of equally near ones the first is taken.
 * Example: `closest('blance', ['bind', 'balance'])` is `'balance'`.
 */
export function closest(word: string, candidates: Iterable<string>): string | null {
  if (word === '' || word.length > longestWord) return null;
  const lowered = word.toLowerCase();
  let allowed = Math.max(1, Math.floor(word.length / 3));
  let nearest: string | null = null;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > allowed) continue;
    const distance = mistakesBetween(lowered, candidate.toLowerCase());
    // A word that shares no letter with the candidate is another word, however short both are.
    if (distance > allowed || distance >= Math.max(word.length, candidate.length)) continue;
    if (distance === 0) return candidate;
    nearest = candidate;
    allowed = distance - 1;
  }
  return nearest;
}

/** Optimal string alignment distance, three rows at a time. */
function mistakesBetween(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let best = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      if (
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1]
      ) {
        best = Math.min(best, at(beforeLast, column - 2) + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
