/**
 * The table of static algorithms: as many places as the weights sum up to, each server in as many of them as it
 * weighs, spread evenly.
 *
 * The rule is HAProxy's: for every place each server's score grows by its weight; the first server with the
 * highest whole number of turns in its score gets the place and gives one turn (the sum of the weights) back.
 * Scores cross a whole turn at places known in advance, so instead of scanning all servers for each place we keep,
 * per number of turns owed, the set of servers that are owed them.
 *
 * Source: HAProxy manual 4.2 "balance static-rr"; tables as observed on HAProxy 2.6.
 *
 * Not here: who is in the table and when it is built again (`map.ts`).
 */
import { IndexSet } from './index-set.ts';

/**
 * For each place the index of the server that has it. `weights` are whole numbers, 0 for a server that is in no
 * place: `[3, 1]` gives `[0, 0, 0, 1]`. Costs O(places + servers).
 */
export function buildTable(weights: Uint32Array): Uint32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const table = new Uint32Array(total);
  const turns = new Turns(weights, total);
  for (let place = 0; place < total; place += 1) {
    turns.grow(place);
    table[place] = turns.take();
  }
  return table;
}

/** How many turns each server is owed. */
class Turns {
  readonly #weights: Uint32Array;
  readonly #total: number;
  /** Servers owed exactly n turns, by n; nobody asks for those owed none. */
  readonly #owed: IndexSet[] = [];
  readonly #turns: Int32Array;
  /** How often each server's score has crossed a whole turn. */
  readonly #crossings: Uint32Array;
  /** Linked lists of the servers that cross next at a place; -1 ends a list. */
  readonly #crossingAt: Int32Array;
  readonly #link: Int32Array;
  #highest = 1;

  constructor(weights: Uint32Array, total: number) {
    this.#weights = weights;
    this.#total = total;
    this.#turns = new Int32Array(weights.length);
    this.#crossings = new Uint32Array(weights.length);
    this.#crossingAt = new Int32Array(total).fill(-1);
    this.#link = new Int32Array(weights.length).fill(-1);
    for (const [index, weight] of weights.entries()) {
      if (weight === 0) continue;
      this.#owe(index, 1);
      this.#expectCrossing(index);
    }
  }

  /** Scores grow for `place`: those that cross a whole turn there are owed one more. */
  grow(place: number): void {
    let index = this.#crossingAt[place] ?? -1;
    while (index >= 0) {
      const next = this.#link[index] ?? -1;
      this.#owe(index, (this.#turns[index] ?? 0) + 1);
      this.#expectCrossing(index);
      index = next;
    }
  }

  /** Gives a turn to the first of those owed most, and returns it. */
  take(): number {
    let index = this.#owed[this.#highest]?.firstFrom(0) ?? -1;
    // Somebody is owed at least one: the scores before a turn is taken sum up to exactly one turn.
    while (index < 0 && this.#highest > 1) {
      this.#highest -= 1;
      index = this.#owed[this.#highest]?.firstFrom(0) ?? -1;
    }
    this.#owe(index, this.#highest - 1);
    return index;
  }

  #owe(index: number, turns: number): void {
    this.#owed[this.#turns[index] ?? 0]?.delete(index);
    this.#turns[index] = turns;
    if (turns <= 0) return;
    while (this.#owed.length <= turns) this.#owed.push(new IndexSet(this.#weights.length));
    this.#owed[turns]?.add(index);
    if (turns > this.#highest) this.#highest = turns;
  }

  #expectCrossing(index: number): void {
    const crossing = (this.#crossings[index] ?? 0) + 1;
    this.#crossings[index] = crossing;
    const place = Math.ceil((crossing * this.#total) / (this.#weights[index] ?? 1)) - 1;
    if (place >= this.#total) return;
    this.#link[index] = this.#crossingAt[place] ?? -1;
    this.#crossingAt[place] = index;
  }
}
