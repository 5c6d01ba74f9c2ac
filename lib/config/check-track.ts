/**
 * Whether `track [BACKEND/]SERVER` leads to a server that is checked (HAProxy manual 5.2 "track", reference 3.2).
 *
 *   a -> b -> c, c checked      checked, for a and b alike
 *   a -> b -> c, c unchecked    unchecked: nobody would ever say that a is down
 *   a -> b -> a                 circle, also for whoever leads into it
 *   a -> ghost                  missing
 *
 * Each server's end is remembered, so that a chain is walked once, however many lead into it. Not here: following
 * the tracked server while running (`../backend/`).
 */
import type { Complain } from './complain.ts';
import type { ProxyConfig, ServerConfig } from './config.ts';
import type { Known } from './known.ts';
import { didYouMean } from './line.ts';
import type { Path } from './places.ts';

/** Where a chain ends; `disabled` is the first link of it that is switched off, in words, or null. */
type End =
  | { readonly kind: 'checked'; readonly disabled: string | null }
  | { readonly kind: 'unchecked'; readonly last: string }
  | { readonly kind: 'missing'; readonly wanted: string }
  | { readonly kind: 'circle' };

interface Link {
  readonly backend: string;
  readonly server: ServerConfig;
}

export class TrackChains {
  readonly #known: Known;
  readonly #ends = new Map<string, End>();

  constructor(known: Known) {
    this.#known = known;
  }

  /** Adds what is wrong with the server's `track`, at `path`. */
  check(proxy: ProxyConfig, server: ServerConfig, path: Path, complain: Complain): void {
    const { track } = server;
    if (track === null) return;
    const name = `server '${proxy.name}/${server.name}'`;
    const fault = (problem: string, hint: string | (() => string)): void =>
      complain('alert', 'track-fault', `${name}: ${problem}`, path, hint);
    if (server.check !== null)
      return fault("'check' and 'track' at the same time are not possible", 'keep one of the two');
    const end = this.#endOf({ backend: proxy.name, server });
    switch (end.kind) {
      case 'missing': {
        const known = (): string[] => proxy.backend?.servers.map((one) => one.name) ?? [];
        const hint = (): string => didYouMean(end.wanted, known()) ?? 'write [BACKEND/]SERVER';
        return fault(`no server '${end.wanted}' to track`, hint);
      }
      case 'circle':
        return fault(`tracking '${track}' goes round in a circle`, 'break the circle');
      case 'unchecked':
        return fault(`'${track}' ends at server '${end.last}', which is not checked`, "add 'check' there");
      case 'checked':
        if (end.disabled === null || server.disabled || proxy.disabled) return;
        complain('warning', 'disabled-target', `${name} tracks '${track}': ${end.disabled}`, path);
    }
  }

  #endOf(start: Link): End {
    const path: Link[] = [];
    const walked = new Set<string>();
    let link = start;
    let end = this.#ends.get(keyOf(start));
    while (end === undefined) {
      walked.add(keyOf(link));
      path.push(link);
      const next = this.#next(link);
      if (next === null) end = endAt(link);
      else if (walked.has(keyOf(next))) end = { kind: 'circle' };
      else {
        const remembered = this.#ends.get(keyOf(next));
        if (remembered !== undefined) end = this.#seenThrough(next, remembered);
        link = next;
      }
    }
    return this.#remember(path, end);
  }

  /** From the end of the walk back to its start, whose end it returns. */
  #remember(path: readonly Link[], last: End): End {
    let seen = last;
    let own = last;
    for (const link of path.toReversed()) {
      own = seen;
      this.#ends.set(keyOf(link), own);
      seen = this.#seenThrough(link, own);
    }
    return own;
  }

  /** The server that this one tracks; null: it tracks none, or none that exists. */
  #next({ backend: from, server }: Link): Link | null {
    if (server.track === null) return null;
    const slash = server.track.indexOf('/');
    const backend = slash < 0 ? from : server.track.slice(0, slash);
    const found = this.#known.server(backend, server.track.slice(slash + 1));
    return found === null ? null : { backend, server: found };
  }

  /** The end as those see it who track this link: it may be switched off itself, which hides what is behind. */
  #seenThrough({ backend, server }: Link, end: End): End {
    if (end.kind !== 'checked') return end;
    if (this.#known.backend(backend)?.disabled === true)
      return { ...end, disabled: `backend '${backend}' is disabled, so nothing there is ever checked` };
    if (server.disabled)
      return { ...end, disabled: `server '${backend}/${server.name}' is disabled, and so is what tracks it` };
    return end;
  }
}

function keyOf({ backend, server }: Link): string {
  return `${backend}/${server.name}`;
}

function endAt({ backend, server }: Link): End {
  if (server.track !== null) return { kind: 'missing', wanted: server.track };
  if (server.check === null) return { kind: 'unchecked', last: `${backend}/${server.name}` };
  return { kind: 'checked', disabled: null };
}
