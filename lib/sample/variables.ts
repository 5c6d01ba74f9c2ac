/**
 * Variables (`set-var(txn.user)`, `var(txn.user)`): values that rules keep, by scope.
 *
 *     proc   the whole process, for good          sess   one client's connection
 *     txn    a request and its answer             req    until the server answers       res    from the answer on
 *
 * What strangers make rules remember is bounded: a value that no longer fits is not kept, as with HAProxy's `tune.vars`.
 *
 * Source: HAProxy manual 2.8 "Variables", 3.2 "tune.vars.global-max-size".
 */
import { IpAddress } from './sample.ts';
import type { Sample, VariableStore } from './sample.ts';

/** What one variable counts for beside its value. */
const VARIABLE_BYTES = 64;

/** Of one scope, if nothing else is said. */
export const SCOPE_BYTES_MAX = 65_536;

/** The variables of one scope; names with the scope before them. */
export class VariableScope implements VariableStore {
  readonly #maxBytes: number;
  readonly #values = new Map<string, Sample>();
  #bytes = 0;

  constructor(maxBytes = SCOPE_BYTES_MAX) {
    this.#maxBytes = maxBytes;
  }

  get(name: string): Sample | null {
    return this.#values.get(name) ?? null;
  }

  /** Null unsets it, and so does a value there is no room for. */
  set(name: string, value: Sample | null): void {
    const before = this.#values.get(name);
    if (before !== undefined) {
      this.#bytes -= bytesFor(before);
      this.#values.delete(name);
    }
    if (value === null || this.#bytes + bytesFor(value) > this.#maxBytes) return;
    this.#bytes += bytesFor(value);
    this.#values.set(name, value);
  }

  clear(): void {
    this.#values.clear();
    this.#bytes = 0;
  }
}

function bytesFor(value: Sample): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return VARIABLE_BYTES + value.length;
  return VARIABLE_BYTES + (value instanceof IpAddress ? value.bytes.length : 0);
}

/** The variables one stream sees: its own, and those it shares. Scopes of its own are made when first set. */
export class StreamVariables implements VariableStore {
  readonly #process: VariableStore;
  readonly #session: VariableStore;
  readonly #own = new Map<string, VariableScope>();

  /** `session`: shared by the requests of one connection; `process`: by all. */
  constructor(process: VariableStore, session: VariableStore) {
    this.#process = process;
    this.#session = session;
  }

  get(name: string): Sample | null {
    return this.#shared(name)?.get(name) ?? this.#own.get(scopeOf(name))?.get(name) ?? null;
  }

  set(name: string, value: Sample | null): void {
    const shared = this.#shared(name);
    if (shared !== null) {
      shared.set(name, value);
      return;
    }
    const scope = scopeOf(name);
    let own = this.#own.get(scope);
    if (own === undefined && value !== null) this.#own.set(scope, (own = new VariableScope()));
    own?.set(name, value);
  }

  /** The answer has come: what stood in `req` is gone. */
  requestEnded(): void {
    this.#own.get('req')?.clear();
  }

  #shared(name: string): VariableStore | null {
    if (name.startsWith('sess.')) return this.#session;
    return name.startsWith('proc.') ? this.#process : null;
  }
}

function scopeOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}
