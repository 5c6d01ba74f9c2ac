/**
 * The vendor page's transport-layer configuration, byte for byte as printed there: port 443, a name to be
 * resolved, HTTPS and secure WebSocket by real clients. In a network namespace, where 443 is free and the name is known.
 *
 * Not here: what happens inside (`seed/inside.ts`).
 */
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { balancers } from './help/balancer.ts';
import { makeNamespace } from './help/namespace.ts';

const INSIDE = fileURLToPath(new URL('seed/inside.js', import.meta.url));
const HOSTS = '127.0.0.1 localhost proxyhost\n127.0.0.9 nirvanahost\n';

for (const name of balancers()) {
  await t.test(name, async (t) => {
    const [command = '', ...words] = await makeNamespace(t, `sluice-${name}-${process.pid}`, HOSTS);
    await t.spawn(command, [...words, process.execPath, INSIDE, name], 'in a network of its own');
  });
}
