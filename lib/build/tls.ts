/**
 * Certificates of `bind` and `server` lines, brought to life.
 *
 * Not here: contexts (`../tls/`), handshakes (`../frontend/handshakes.ts`, `../transport/`).
 */
import type { ChoiceContext } from '../backend/balance/balancer.ts';
import type { BindTls, ServerTls } from '../config/rules.ts';
import type { SampleEngine } from '../sample/engine.ts';
import { BindContexts } from '../tls/bind-contexts.ts';
import { ServerContexts } from '../tls/server-contexts.ts';
import type { DialTls } from '../transport/secure.ts';
import type { Surroundings } from './build.ts';

/** Throws ERR_CONFIG for a file that cannot be used. */
export function bindContexts(
  tls: BindTls,
  crtBase: string | null,
  mode: 'tcp' | 'http',
  { ticketKeys }: Surroundings,
): BindContexts {
  return new BindContexts(tls, { crtBase, mode, ticketKeys });
}

/** What each connection to a server is made with. Throws ERR_CONFIG for a file that cannot be used. */
export function serverTls(tls: ServerTls, engine: SampleEngine): (context: ChoiceContext) => DialTls {
  const contexts = new ServerContexts(tls);
  const nameOf = tls.sni === null ? null : engine.text(tls.sni);
  return ({ sample }) =>
    contexts.dialTls(nameOf === null || sample === undefined || sample === null ? null : nameOf(sample));
}
