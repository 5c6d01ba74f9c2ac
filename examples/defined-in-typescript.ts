// The configuration as a typed value instead of text: the editor completes the names, the compiler finds the typos, and
// `printConfig` shows the same thing in HAProxy's language.
//
//     node --experimental-strip-types examples/defined-in-typescript.ts      (Node 22 and later)
import { ConfigError, createLoadBalancer, defineConfig, printConfig } from 'sluice';
import type { ServerInput } from 'sluice';

/** The same settings for every server, with one thing different. */
function realmServer(address: string, weight = 1): ServerInput {
  return { address, weight, maxconn: 1024, check: { inter: '2s', rise: 2, fall: 3 } };
}

const config = defineConfig({
  frontends: {
    https: { bind: '127.0.0.1:0', timeoutClient: '30s', defaultBackend: 'realm' },
  },
  backends: {
    realm: {
      balance: 'source',
      timeoutConnect: '10s',
      timeoutServer: '30s',
      timeoutTunnel: '1h',
      servers: {
        a: realmServer('127.0.0.1:9443', 3),
        b: realmServer('127.0.0.1:9444'),
      },
    },
  },
});
console.log(printConfig(config));

// Faults come all at once, each with a stable code.
try {
  defineConfig({ listens: { web: { bind: 'nowhere', servers: { a: { address: '127.0.0.1:80', weight: 300 } } } } });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  for (const { code, message } of error.diagnostics) console.log(`${code}: ${message}`);
}

const loadBalancer = await createLoadBalancer(config);
console.log(`listening on port ${loadBalancer.addresses[0]?.port}`);
await loadBalancer.close();
