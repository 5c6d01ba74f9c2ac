/**
 * Whether the way a backend chooses makes sense: what `use-server` names, what `balance hash` looks at.
 *
 * Not here: the servers themselves (`check-servers.ts`), conditions (`check-rules.ts`).
 */
import { raceHint } from './check-rules.ts';
import { describe } from './complain.ts';
import type { Complain } from './complain.ts';
import type { ProxyConfig } from './config.ts';
import { parseExpression } from './expression.ts';
import type { Known } from './known.ts';
import { didYouMean } from './line.ts';

/** Adds what is wrong with how the backend half of the proxy at `index` of the Config chooses. */
export function checkBackend(proxy: ProxyConfig, index: number, known: Known, complain: Complain): void {
  const { backend } = proxy;
  if (backend === null) return;
  backend.useServer.forEach(({ server }, position) => {
    if (server.includes('%') || known.server(proxy.name, server) !== null) return;
    const message = `${describe(proxy)}: unable to find server '${server}' of a 'use-server' rule`;
    const path = ['proxy', index, 'use-server', position];
    complain('alert', 'unknown-server', message, path, () =>
      didYouMean(server, known.serverNames(proxy.name)),
    );
  });
  checkHash(proxy, index, complain);
}

function checkHash(proxy: ProxyConfig, index: number, complain: Complain): void {
  const balance = proxy.backend?.balance;
  if (balance?.algorithm !== 'hash') return;
  const path = ['proxy', index, 'balance'];
  const read = parseExpression(balance.expression);
  if (!read.ok) {
    const message = `${describe(proxy)}: 'balance hash': ${read.problem}`;
    return complain('alert', 'invalid-expression', message, path, read.hint);
  }
  const { stage, fetch } = read.value;
  if (stage === 'response') {
    const message = `${describe(proxy)}: 'balance hash' asks for '${fetch}' of an answer, before there is a server`;
    complain('alert', 'invalid-expression', message, path, "e.g. 'balance hash src'");
  } else if (stage === 'request' && proxy.mode === 'tcp' && !proxy.disabled) {
    const message = `${describe(proxy)} is in mode tcp: 'balance hash' looks for '${fetch}' in whatever bytes have come at once, which is a race`;
    complain('warning', 'racy-condition', message, path, raceHint(fetch));
  }
}
