/**
 * `balance source`, `hash EXPR`, `uri`, `url_param` and `hdr`: the same client, or the same request, meets the same server as
 * long as the servers stay the same. Full servers are not skipped; the stream waits for the one it belongs to. What has nothing to hash goes
 * round robin over the same structure.
 *
 * Source: HAProxy manual 4.2 "balance hash", "balance source", "balance uri", "hash-type".
 *
 * Not here: what is hashed (`expression.ts`, `request-keys.ts`), the structures (`map.ts`, `ring.ts`), the functions (`hash-functions.ts`).
 */
import type { HashTypeConfig } from '../../config/config.ts';
import { writeAddress } from './address-bytes.ts';
import type { Balancer, Candidate, ChoiceContext } from './balancer.ts';
import type { KeyOf } from './expression.ts';
import { avalanche, HASH_FUNCTIONS } from './hash-functions.ts';
import { HashKey } from './hash-key.ts';
import { Rotation } from './lookup.ts';
import type { Lookup } from './lookup.ts';

/** Hash of a stream, 0 to 2^32 - 1; -1 if there is nothing to hash. */
export type StreamHash = (context: ChoiceContext) => number;

/** Serves one group; see `Balancer`. What a choice and a change cost is the structure's to say. */
export class Hash<S extends Candidate> implements Balancer<S> {
  /** A map's weights are fixed, a ring's are not. */
  readonly dynamic: boolean;
  readonly deterministic = true;
  readonly #lookup: Lookup<S>;
  readonly #rotation: Rotation<S>;
  readonly #hashOf: StreamHash;

  constructor(servers: readonly S[], lookup: Lookup<S>, dynamic: boolean, hashOf: StreamHash) {
    this.#lookup = lookup;
    this.#rotation = new Rotation(servers, lookup);
    this.dynamic = dynamic;
    this.#hashOf = hashOf;
  }

  choose(context: ChoiceContext, avoid: S | null): S | null {
    const hash = this.#hashOf(context);
    return hash < 0 ? this.#rotation.choose(avoid) : this.#lookup.find(hash, avoid);
  }

  weightChanged(server: S): void {
    this.#lookup.weightChanged(server);
    this.#rotation.changed(server);
  }

  loadChanged(server: S): void {
    this.#lookup.loadChanged(server);
    this.#rotation.changed(server);
  }
}

/**
 * `balance source`: the address as a 32-bit number, for IPv6 its four words folded together. Of `hash-type` only
 * `avalanche` applies.
 */
export function sourceHash(hashType: HashTypeConfig): StreamHash {
  const bytes = new Uint8Array(16);
  return (context) => {
    const length = writeAddress(context.sourceAddress, bytes);
    if (length === 0) return -1;
    let folded = 0;
    for (let at = 0; at < length; at += 1) folded ^= (bytes[at] ?? 0) << (24 - 8 * (at & 3));
    return hashType.avalanche ? avalanche(folded) : folded >>> 0;
  };
}

/** The bytes of the key through the function of `hash-type`, then `avalanche` if given. */
export function keyHash(keyOf: KeyOf, hashType: HashTypeConfig): StreamHash {
  const key = new HashKey();
  const hash = HASH_FUNCTIONS[hashType.function];
  return (context) => {
    if (!keyOf(context, key)) return -1;
    const value = hash(key.bytes, key.length);
    return hashType.avalanche ? avalanche(value) : value;
  };
}
