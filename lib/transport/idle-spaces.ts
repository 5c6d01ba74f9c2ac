/**
 * Which sockets hold a buffer, so that those which have been silent for a while lose it.
 *
 * There is no timer: whoever takes a buffer looks at two others. So buffers held by silent sockets become fewer as long as
 * anybody comes, and when nobody comes they do not become more.
 *
 * Not here: what losing a buffer means for a socket (`handle-socket.ts`).
 */

/** A socket as one of a ring; it stands in at most one. */
export interface Holder {
  /** When it last read something. */
  readonly lastReadMs: number;
  previous: Holder | null;
  next: Holder | null;
  /** Gives its buffer back if it can; true: it has, and has left. */
  emptied(): boolean;
}

/** Silent for so long, a socket loses its buffer; then its next read costs a turn of the event loop more. */
export const SILENT_MS = 250;
const LOOKS = 2;

export class IdleSpaces {
  /** The one looked at longest ago. */
  #first: Holder | null = null;

  /** Takes one in, and looks at others. */
  add(holder: Holder, nowMs: number): void {
    for (let look = 0; look < LOOKS; look += 1) this.#look(nowMs);
    this.#enter(holder);
  }

  /** Does nothing if it is not in. */
  remove(holder: Holder): void {
    const { previous, next } = holder;
    if (previous === null || next === null) return;
    if (this.#first === holder) this.#first = next === holder ? null : next;
    previous.next = next;
    next.previous = previous;
    holder.previous = null;
    holder.next = null;
  }

  #look(nowMs: number): void {
    const holder = this.#first;
    if (holder === null) return;
    const isSilent = nowMs - holder.lastReadMs > SILENT_MS;
    if (isSilent && holder.emptied()) this.remove(holder);
    else this.#first = holder.next;
  }

  #enter(holder: Holder): void {
    const first = this.#first ?? holder;
    const last = first.previous ?? holder;
    this.#first = first;
    holder.next = first;
    holder.previous = last;
    last.next = holder;
    first.previous = holder;
  }
}
