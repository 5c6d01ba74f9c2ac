/** Balancing over generated groups: shares, HAProxy's order, and what consistent hashing promises. */
import fc from 'fast-check';
import t from 'tap';
import { buildTable } from '../../lib/backend/balance/table.ts';
import { from, Group } from '../backend/balance/group.ts';
import type { HashTypeConfig } from '../../lib/config/config.ts';

const LIMITS = { numRuns: 200, interruptAfterTimeLimit: 1500 };
const CONSISTENT: HashTypeConfig = { method: 'consistent', function: 'sdbm', avalanche: true };
const HASH = { balance: { algorithm: 'hash', expression: 'src' }, hashType: CONSISTENT } as const;

const weight = fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 256 }));
const groupWeights = fc.array(weight, { minLength: 1, maxLength: 9 });

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** Counts of each server's name in a sequence of one-letter names. */
function counts(names: string): Map<string, number> {
  const result = new Map<string, number>();
  for (const name of names) result.set(name, (result.get(name) ?? 0) + 1);
  return result;
}

// --- shares ------------------------------------------------------------------------------------------------------

void t.test('static-rr and its table give exactly the weights per round', async (t) => {
  const property = fc.property(groupWeights, (weights) => {
    const table = [...buildTable(Uint32Array.from(weights))];
    return weights.every((due, index) => table.filter((owner) => owner === index).length === due);
  });
  fc.assert(property, LIMITS);
  t.pass();
});

void t.test('roundrobin gives the weights over many rounds, within one turn per window', async (t) => {
  const property = fc.property(groupWeights, (weights) => {
    const total = sum(weights);
    fc.pre(total > 0);
    const windows = 4;
    const group = new Group(
      {},
      weights.map((one) => ({ weight: one })),
    );
    // A window is as long as the weights in sixteenths.
    const got = counts(group.chosen(16 * total * windows));
    return group.servers.every((server, index) => {
      const due = 16 * (weights[index] ?? 0) * windows;
      return Math.abs((got.get(server.name) ?? 0) - due) <= windows + 1;
    });
  });
  fc.assert(property, { ...LIMITS, numRuns: 40 });
  t.pass();
});

void t.test('held streams under leastconn stay in proportion to the weights', async (t) => {
  const some = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 9 });
  const property = fc.property(some, fc.integer({ min: 1, max: 500 }), (weights, held) => {
    const group = new Group(
      { balance: { algorithm: 'leastconn' } },
      weights.map((one) => ({ weight: one })),
    );
    group.held(held);
    // Nobody could pass a stream on and be better off: load + 1 over weight never drops below another's load.
    return group.servers.every((rich) =>
      group.servers.every((poor) => {
        if (rich.servedCount <= 1) return true;
        const [richKey, poorKey] = [rich, poor].map((one) => one.servedCount * (4096 / one.effectiveWeight));
        return (richKey ?? 0) <= (poorKey ?? 0) + 4096 / poor.effectiveWeight + 1;
      }),
    );
  });
  fc.assert(property, LIMITS);
  t.pass();
});

// --- roundrobin against the words of the reference ----------------------------------------------------------------

interface ModelServer {
  readonly name: string;
  weight: number;
  maxconn: number;
  served: number;
  npos: number;
  lpos: number;
  rest: number;
  set: 'current' | 'init' | 'next' | 'none';
  key: number;
}

/** Reference 4.2 taken at its word: lists sorted anew each time, no cleverness. */
class RoundRobinModel {
  readonly servers: ModelServer[];
  /** In order of insertion; sorting is stable. */
  #members: ModelServer[] = [];
  #position: number;
  #window: number;

  constructor(settings: readonly { readonly weight: number; readonly maxconn: number }[]) {
    this.servers = settings.map(({ weight, maxconn }, index) => ({
      name: String.fromCharCode(0x61 + index),
      weight: 16 * weight,
      maxconn,
      served: 0,
      npos: 0,
      lpos: 0,
      rest: 0,
      set: 'none',
      key: 0,
    }));
    for (const server of this.servers) if (server.weight > 0) this.#insert(server, 'init', -server.weight);
    this.#position = this.#window = this.#sum();
  }

  pick(avoid: string | null): string | null {
    // No candidate: the algorithm is not asked (reference 4.1).
    if (this.#sum() === 0) return null;
    const passed: ModelServer[] = [];
    let avoided: ModelServer | null = null;
    let switched = false;
    let chosen: ModelServer | null = null;
    if (this.#window === 0) this.#position = this.#window = this.#sum();
    for (;;) {
      const server = this.#draw();
      if (server === null) {
        if (switched) {
          chosen = avoided;
          break;
        }
        switched = true;
        for (const one of this.#members) if (one.set === 'next') one.set = 'init';
        this.#position = this.#window = this.#sum();
        continue;
      }
      this.#consume(server);
      const full = server.maxconn > 0 && server.served >= server.maxconn;
      if (!full && server.name !== avoid) {
        chosen = server;
        break;
      }
      if (!full) avoided = server;
      passed.push(server);
    }
    if (chosen !== null) this.#requeue(chosen);
    for (const server of passed.toReversed()) {
      if (server === chosen) continue;
      if (switched) this.#insert(server, 'init', -server.weight);
      else this.#requeue(server);
    }
    return chosen?.name ?? null;
  }

  setWeight(name: string, weight: number): void {
    const server = this.servers.find((one) => one.name === name);
    if (server === undefined || server.weight === 16 * weight) return;
    const before = server.weight;
    const from = server.set;
    server.weight = 16 * weight;
    this.#take(server);
    const total = this.#sum();
    if (weight === 0) return;
    if (before === 0) {
      const room = total + this.#window - this.#position;
      server.npos = room < 0 ? 2 * this.#window : this.#position + Math.floor(room / server.weight);
      this.#requeue(server);
    } else if (from === 'init') {
      this.#insert(server, 'init', -server.weight);
    } else {
      if (from === 'next') server.npos += this.#window;
      const step = Math.floor(total / server.weight);
      server.rest = 0;
      server.npos = Math.min(server.npos, server.lpos + step);
      if (server.npos < this.#position + 2) server.npos = this.#position + step;
      this.#requeue(server);
    }
  }

  #draw(): ModelServer | null {
    const due = this.#first('current');
    if (due !== null && due.npos <= this.#position) return due;
    const fresh = this.#first('init');
    if (fresh === null) return due;
    fresh.npos = 0;
    fresh.rest = 0;
    return fresh;
  }

  #consume(server: ModelServer): void {
    this.#take(server);
    const total = this.#sum();
    if (server.npos === 0) server.npos = this.#position;
    server.lpos = server.npos;
    server.npos += Math.floor(total / server.weight);
    server.rest += total % server.weight;
    if (server.rest >= server.weight) {
      server.rest -= server.weight;
      server.npos += 1;
    }
    this.#position += 1;
  }

  #requeue(server: ModelServer): void {
    if (server.npos >= 2 * this.#window || server.npos >= this.#window + this.#sum()) {
      server.npos -= this.#window;
      this.#insert(server, 'next', -server.weight);
    } else {
      const part = Math.floor((4096 + server.rest - server.weight) / 16);
      this.#insert(server, 'current', 256 * server.npos + part);
    }
  }

  #insert(server: ModelServer, set: 'current' | 'init' | 'next', key: number): void {
    server.set = set;
    server.key = key;
    this.#members.push(server);
  }

  #take(server: ModelServer): void {
    server.set = 'none';
    this.#members = this.#members.filter((one) => one !== server);
  }

  #first(set: 'current' | 'init'): ModelServer | null {
    const standing = this.#members.filter((one) => one.set === set);
    return standing.toSorted((one, other) => one.key - other.key)[0] ?? null;
  }

  #sum(): number {
    return sum(this.servers.map((one) => one.weight));
  }
}

type Step =
  | { readonly kind: 'choose'; readonly avoid: number | null }
  | { readonly kind: 'weight'; readonly server: number; readonly weight: number }
  | { readonly kind: 'take' | 'give'; readonly server: number };

const server = fc.nat({ max: 8 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('choose' as const), avoid: fc.constant(null) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('choose' as const), avoid: server }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('weight' as const), server, weight }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('take' as const, 'give' as const), server }) },
);

/** Applies a step to both; for a choice returns what each said. */
function apply(
  step: Step,
  group: Group,
  model: RoundRobinModel,
): readonly [string | null, string | null] | null {
  if (step.kind === 'choose') {
    const avoid = step.avoid === null ? null : (group.servers[step.avoid] ?? null);
    return [group.choose(undefined, avoid)?.name ?? null, model.pick(avoid?.name ?? null)];
  }
  const [real, modelled] = [group.servers[step.server], model.servers[step.server]];
  if (real === undefined || modelled === undefined) return null;
  if (step.kind === 'weight') {
    group.setWeight(real.name, step.weight);
    model.setWeight(real.name, step.weight);
    return null;
  }
  real.servedCount = modelled.served = Math.max(0, real.servedCount + (step.kind === 'take' ? 1 : -1));
  group.balancer.loadChanged(real);
  return null;
}

void t.test('roundrobin equals the model of the reference, whatever changes while it runs', async (t) => {
  const settings = fc.array(fc.record({ weight, maxconn: fc.constantFrom(0, 0, 1, 2) }), {
    minLength: 1,
    maxLength: 9,
  });
  const property = fc.property(
    settings,
    fc.array(step, { minLength: 50, maxLength: 300 }),
    (servers, steps) => {
      const group = new Group({}, servers);
      const model = new RoundRobinModel(servers);
      for (const one of steps) {
        const answers = apply(one, group, model);
        if (answers !== null && answers[0] !== answers[1]) return false;
      }
      return true;
    },
  );
  fc.assert(property, LIMITS);
  t.pass();
});

// --- consistent hashing ---------------------------------------------------------------------------------------------

const CLIENTS = Array.from({ length: 300 }, (_, at) => from(`198.51.${at >>> 8}.${at & 255}`));

function owners(group: Group): (string | undefined)[] {
  return CLIENTS.map((client) => group.choose(client)?.name);
}

void t.test(
  'consistent hashing: a server that leaves moves only its own clients, and gets them back',
  async (t) => {
    const several = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 9 });
    const property = fc.property(several, fc.nat(), (weights, pick) => {
      const group = new Group(
        HASH,
        weights.map((one) => ({ weight: one })),
      );
      const gone = group.servers[pick % weights.length]?.name ?? '';
      const before = owners(group);
      group.down(gone);
      const without = owners(group);
      group.up(gone);
      const stayed = without.every(
        (name, at) => name !== gone && (before[at] === gone || before[at] === name),
      );
      return stayed && owners(group).every((name, at) => name === before[at]);
    });
    fc.assert(property, { ...LIMITS, numRuns: 60 });
    t.pass();
  },
);

void t.test('consistent hashing: a ring changed step by step equals one made as it is now', async (t) => {
  const change = fc.record({ server: fc.nat({ max: 4 }), weight: fc.integer({ min: 0, max: 30 }) });
  const property = fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
    const weights = [5, 5, 5, 5, 5];
    const group = new Group(
      HASH,
      weights.map((one) => ({ weight: one })),
    );
    for (const [at, { server, weight }] of changes.entries()) {
      weights[server] = weight;
      group.setWeight(group.servers[server]?.name ?? '', weight);
      if (at % 3 === 0) group.choose(CLIENTS[0]);
    }
    const anew = new Group(
      HASH,
      weights.map((one) => ({ weight: one })),
    );
    return owners(group).join() === owners(anew).join();
  });
  fc.assert(property, { ...LIMITS, numRuns: 40 });
  t.pass();
});

void t.test('hash-balance-factor: no server takes a stream beyond its share', async (t) => {
  const several = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 });
  const factors = fc.integer({ min: 101, max: 300 });
  const fewClients = fc.array(fc.nat({ max: 20 }), { maxLength: 200 });
  const property = fc.property(several, factors, fewClients, (weights, factor, arrivals) => {
    const total = sum(weights);
    const group = new Group(
      { ...HASH, hashBalanceFactor: factor },
      weights.map((one) => ({ weight: one })),
    );
    return arrivals.every((client, held) => {
      const server = group.hold(CLIENTS[client]);
      if (server === null) return false;
      const share = (Math.ceil(((held + 1) * factor) / 100) * server.configuredWeight) / (16 * total);
      return server.servedCount <= Math.max(1, Math.ceil(share));
    });
  });
  fc.assert(property, LIMITS);
  t.pass();
});
