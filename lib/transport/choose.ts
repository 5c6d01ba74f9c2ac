/**
 * Which transport a balancer gets.
 *
 * Not here: the transports (`public.ts`, `handles.ts`), what is done with the notice (`../create.ts`).
 */
import { createPublicTransport } from './public.ts';
import type { After } from './self-test.ts';
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
  const fast = wish === 'auto' ? await tried(options) : null;
  if (fast !== null && typeof fast !== 'string') return { transport: fast, notice: null };
  const notice = fast === null ? null : `the fast relay is off: ${fast}; using Node's public API`;
  return { transport: createPublicTransport(options), notice };
}

/** The fast transport, or why it cannot be used. It is loaded only here, so that who does without it opens no file of it. */
async function tried(options: ChoiceOptions): Promise<Transport | string> {
  const { loadInternals } = await import('./node-internals.ts');
  const internals = loadInternals();
  if (typeof internals === 'string') return internals;
  const [{ createHandleTransport }, { selfTest }] = await Promise.all([
    import('./handles.ts'),
    import('./self-test.ts'),
  ]);
  const problem = await selfTest((threw) => createHandleTransport(internals, options, threw), options.after);
  return problem ?? createHandleTransport(internals, options);
}
