/**
 * The table of static algorithms: as many places as the weights sum up to, each server in as many of them as it
 * weighs, spread evenly.
 *
 * The rule is HAProxy's: for every place each server's score grows by its weight; the first server with the
 * highest whole number of turns in its score gets the place and gives one turn (the sum of the weights) back.
 *
 * Servers of one weight are owed a turn more at the same places, and between them turns go around in their order:
 * those not served since the last round are owed one more than those that were. So a class of servers is told by
 * whose turn it is and how many turns that one is owed, and a place is a choice between classes.
 *
 * Source: HAProxy manual 4.2 "balance static-rr"; tables as observed on HAProxy 2.6.
 *
 * Not here: who is in the table and when it is built again (`map.ts`).
 */
import { Order } from './order.ts';
import type { Ranked } from './order.ts';

/** Above the index of any server, so that a number of turns and an index make one key. */
const INDEXES = 2 ** 32;

/** The servers of one weight, ranked by the server whose turn it is: most turns owed first, then lowest index. */
interface WeightClass extends Ranked {
  readonly weight: number;
  readonly indexes: number[];
  /** Whose turn it is, as a position in `indexes`, and how many turns it is owed. */
  position: number;
  owed: number;
}

/**
 * For each place the index of the server that has it. `weights` are whole numbers, 0 for a server that is in no
 * place: `[3, 1]` gives `[0, 0, 0, 1]`. Costs O(places * log(different weights) + servers).
 */
export function buildTable(weights: Uint32Array): Uint32Array {
  const classes = classesOf(weights);
  let total = 0;
  for (const one of classes.values()) total += one.weight * one.indexes.length;
  const table = new Uint32Array(total);
  const crossings = crossingsOf([...classes.values()], total);
  const order = new Order<WeightClass>();
  for (const one of classes.values()) order.insert(one);
  let crossing = 0;
  for (let place = 0; place < total; place += 1) {
    for (let next = crossings[crossing]; next?.place === place; crossing += 1, next = crossings[crossing]) {
      order.remove(next.of);
      next.of.owed += 1;
      next.of.key = keyOf(next.of);
      order.insert(next.of);
    }
    table[place] = takeTurn(order);
  }
  return table;
}

/** Everybody is owed a turn at first. */
function classesOf(weights: Uint32Array): ReadonlyMap<number, WeightClass> {
  const classes = new Map<number, WeightClass>();
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] ?? 0;
    if (weight === 0) continue;
    const known = classes.get(weight);
    if (known !== undefined) known.indexes.push(index);
    else classes.set(weight, firstOf(weight, index));
  }
  return classes;
}

function firstOf(weight: number, index: number): WeightClass {
  const one = { weight, indexes: [index], position: 0, owed: 1, key: 0, turn: 0, at: -1 };
  one.key = keyOf(one);
  return one;
}

interface Crossing {
  readonly place: number;
  readonly of: WeightClass;
}

/** Where the scores of each class cross a whole turn, in the order of places: as often as it weighs. */
function crossingsOf(classes: readonly WeightClass[], total: number): readonly Crossing[] {
  const crossings: Crossing[] = [];
  for (const one of classes) {
    for (let count = 1; count <= one.weight; count += 1) {
      crossings.push({ place: Math.ceil((count * total) / one.weight) - 1, of: one });
    }
  }
  return crossings.sort((one, other) => one.place - other.place);
}

/** Gives a turn to the first of those owed most, and returns its index. */
function takeTurn(order: Order<WeightClass>): number {
  const one = order.first;
  if (one === null) throw new RangeError('nobody is owed a turn');
  const index = one.indexes[one.position] ?? 0;
  one.position += 1;
  if (one.position === one.indexes.length) {
    // Everybody of the class has had this round.
    one.position = 0;
    one.owed -= 1;
  }
  order.moveFirst(keyOf(one));
  return index;
}

function keyOf(one: Pick<WeightClass, 'indexes' | 'position' | 'owed'>): number {
  return (one.indexes[one.position] ?? 0) - one.owed * INDEXES;
}
