/**
 * Numbers in memory that is handed out by the cell: what counters are made of. Cells stand at 0 until somebody counts.
 *
 * Not here: whose memory it is and how threads' cells are combined (`../shared/memory.ts`), what is counted (`counters.ts`).
 */

export function read(cells: Float64Array, cell: number): number {
  return cells[cell] ?? 0;
}

export function add(cells: Float64Array, cell: number, amount: number): void {
  cells[cell] = (cells[cell] ?? 0) + amount;
}

/** Keeps the highest value. */
export function raise(cells: Float64Array, cell: number, value: number): void {
  if (value > (cells[cell] ?? 0)) cells[cell] = value;
}
