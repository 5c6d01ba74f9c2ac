/**
 * Whether sessions went as their scripts say. A session of its own accord broken is a fault, unless its server was killed
 * meanwhile; wrong bytes are a fault whatever happened.
 *
 *     client's outcome --+--> both known, or the server's will not come --> right, excused, or a fault
 *     server's outcome --+
 *
 * Not here: what the balancer must show at the end (`soak.ts`).
 */
import type { Served } from './client.ts';
import type { Outcome } from './exchange.ts';
import type { Kind } from './script.ts';
import type { Kill } from './servers.ts';

/** Sessions of one kind, counted. */
export interface Tally {
  /** Everything arrived at both ends, hashes equal. */
  completeCount: number;
  /** Reset, as told; what had arrived was right. */
  resetCount: number;
  /** Broken because the server was killed; what had arrived was right. */
  excusedCount: number;
  /** Bytes that arrived, both ways. */
  bytes: number;
}

/** A server's death shows at the other end this much later, at most. */
const ECHO_MS = 2000;

export class Verdicts {
  readonly tallies = new Map<Kind, Tally>();
  readonly faults: string[] = [];
  readonly kills: Kill[] = [];
  readonly #byServers = new Map<number, Outcome>();
  /** Right as the client saw them; the server's word is awaited. */
  readonly #awaited = new Map<number, Served>();

  /** Sessions whose other end has not told yet. */
  get awaitedCount(): number {
    return this.#awaited.size;
  }

  serverTold(id: number, outcome: Outcome): void {
    if (outcome.fault !== null) this.faults.push(`session ${id}, at the server: ${outcome.fault}`);
    const served = this.#awaited.get(id);
    if (served === undefined) this.#byServers.set(id, outcome);
    else this.#match(served, outcome);
  }

  clientTold(served: Served): void {
    const { script, outcome } = served;
    const tally = this.#tally(script.kind);
    tally.bytes += outcome?.receivedBytes ?? 0;
    if (outcome !== null && outcome.fault !== null) this.#fault(served, outcome.fault);
    const told = this.#byServers.get(script.id);
    this.#byServers.delete(script.id);
    if (script.resets !== 'nobody') this.#cut(served);
    else if (outcome?.how !== 'complete') this.#broken(served, served.reason);
    else if (told === undefined) this.#awaited.set(script.id, served);
    else this.#match(served, told);
  }

  /** Everybody has told what there is to tell. */
  close(): void {
    for (const served of this.#awaited.values()) this.#broken(served, 'the server told nothing');
    this.#awaited.clear();
  }

  /**
   * Reset as told. Where the server does it, the client may see its reset, an end, or nothing at all: a balancer passes on
   * what it has read, then ends.
   */
  #cut(served: Served): void {
    const { outcome, script } = served;
    const tally = this.#tally(script.kind);
    if (script.resets === 'server' || outcome?.how === 'reset') tally.resetCount += 1;
    else if (this.#excused(served)) tally.excusedCount += 1;
    else this.#fault(served, `was to reset, but: ${served.reason}`);
  }

  #match(served: Served, told: Outcome): void {
    this.#awaited.delete(served.script.id);
    const { outcome, script } = served;
    if (outcome === null) return;
    const tally = this.#tally(script.kind);
    tally.bytes += told.receivedBytes;
    const equal = outcome.receivedHash === told.sentHash && outcome.sentHash === told.receivedHash;
    if (told.how !== 'complete') this.#broken(served, `at the server: ${told.reason}`);
    else if (equal) tally.completeCount += 1;
    else this.#fault(served, 'hashes differ');
  }

  #broken(served: Served, reason: string): void {
    if (this.#excused(served)) this.#tally(served.script.kind).excusedCount += 1;
    else this.#fault(served, reason);
  }

  /** Its server was killed meanwhile; of a session whose server is not known, any. */
  #excused({ serverName, startedMs, endedMs }: Served): boolean {
    return this.kills.some(
      ({ name, atMs, untilMs }) =>
        (serverName === null || serverName === name) &&
        atMs <= endedMs + ECHO_MS &&
        (serverName === null ? untilMs + ECHO_MS : atMs) >= startedMs,
    );
  }

  #fault({ script, serverName }: Served, what: string): void {
    this.faults.push(`${what}: at server ${serverName ?? 'unknown'}, ${JSON.stringify(script)}`);
  }

  #tally(kind: Kind): Tally {
    const tally = this.tallies.get(kind) ?? { completeCount: 0, resetCount: 0, excusedCount: 0, bytes: 0 };
    this.tallies.set(kind, tally);
    return tally;
  }
}
