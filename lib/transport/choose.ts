/**
 * Which transport a balancer gets.
 *
 * Not here: the transports (`public.ts`, `handles.ts`), what is done with the notice (`../create.ts`).
 */
import { createHandleTransport } from './handles.ts';
import { loadInternals } from './node-internals.ts';
import { createPublicTransport } from './public.ts';
import { type After, selfTest } from './self-test.ts';
import type { Transport, TransportOptions } from './transport.ts';

/** `auto`: the fast one if it works here; `public`: what Node documents and nothing else. */
export type RelayWish = 'auto' | 'public';

/** What choosing needs beside what the transport gets. */
export interface ChoiceOptions extends TransportOptions {
  readonly after: After;
}

export interface ChosenTransport {
  readonly transport: Transport;
  /** For the operator: why `auto` is not the fast one; null otherwise. */
  readonly notice: string | null;
}

/** Tries the fast transport on sockets of its own, for some milliseconds, and steps back to Node's public API. */
export async function chooseTransport(wish: RelayWish, options: ChoiceOptions): Promise<ChosenTransport> {
  if (wish === 'public') return { transport: createPublicTransport(options), notice: null };
  const internals = loadInternals();
  const reason =
    typeof internals === 'string'
      ? internals
      : await selfTest((threw) => createHandleTransport(internals, options, threw), options.after);
  if (typeof internals !== 'string' && reason === null) {
    return { transport: createHandleTransport(internals, options), notice: null };
  }
  const notice = `the fast relay is off: ${reason}; using Node's public API`;
  return { transport: createPublicTransport(options), notice };
}
