/**
 * The vendor page's configurations as printed there: port 443, a name to be resolved, HTTPS and secure WebSocket by real
 * clients. In a network namespace, where 443 is free and the name is known. The application-layer file also as it was
 * meant: below `defaults` with `mode http`, and with TLS at the balancer.
 *
 * Not here: what happens inside (`seed/inside.ts`, `seed/application.ts`).
 */
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { balancers } from './help/balancer.ts';
import { makeNamespace } from './help/namespace.ts';

const INSIDE = fileURLToPath(new URL('seed/inside.js', import.meta.url));
const APPLICATION = fileURLToPath(new URL('seed/application.js', import.meta.url));
/** What runs inside, with its words behind the balancer's name. */
const PARTS: readonly (readonly [string, ...string[]])[] = [
  [INSIDE],
  [APPLICATION, 'printed'],
  [APPLICATION, 'http'],
  [APPLICATION, 'tls'],
];
const HOSTS = '127.0.0.1 localhost proxyhost\n127.0.0.9 nirvanahost\n';

for (const name of balancers()) {
  await t.test(name, async (t) => {
    for (const [index, [file, ...more]] of PARTS.entries()) {
      // One that has been used has connections that are still closing.
      const network = `sluice-${name}-${index}-${process.pid}`;
      const [command = '', ...words] = await makeNamespace(t, network, HOSTS);
      const inside = [...words, process.execPath, file, name, ...more];
      await t.spawn(command, inside, `in a network of its own ${more.join(' ')}`.trim());
    }
  });
}
