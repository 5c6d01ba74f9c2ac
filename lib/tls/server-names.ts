/**
 * Which certificate a name gets (manual 5.1 "crt", "crt-list"): an exact name first, then `*.` for one label, else none.
 *
 * Not here: what happens without one (`bind-contexts.ts`).
 */

/** Names of one certificate; with `!` in front one that its `*.` does not cover. */
export interface Named<T> {
  readonly names: readonly string[];
  readonly value: T;
}

export class ServerNames<T> {
  readonly #exact = new Map<string, T>();
  /** By what follows the star: `.a.example`. */
  readonly #wild = new Map<string, { readonly value: T; readonly except: ReadonlySet<string> }[]>();

  /** Of two that have the same name the first one gets it. */
  constructor(all: readonly Named<T>[]) {
    for (const { names, value } of all) {
      const except = new Set(names.filter((name) => name.startsWith('!')).map((name) => name.slice(1)));
      for (const name of names) {
        if (name.startsWith('*')) this.#addWild(name.slice(1), { value, except });
        else if (!name.startsWith('!') && !this.#exact.has(name)) this.#exact.set(name, value);
      }
    }
  }

  /** Null: no certificate has this name. */
  find(serverName: string): T | null {
    const name = serverName.toLowerCase();
    const exact = this.#exact.get(name);
    if (exact !== undefined) return exact;
    const dot = name.indexOf('.');
    const wild = dot < 1 ? undefined : this.#wild.get(name.slice(dot));
    return wild?.find(({ except }) => !except.has(name))?.value ?? null;
  }

  #addWild(suffix: string, one: { readonly value: T; readonly except: ReadonlySet<string> }): void {
    const others = this.#wild.get(suffix);
    if (others === undefined) this.#wild.set(suffix, [one]);
    else others.push(one);
  }
}
