/**
 * The demonstration's configuration: the vendor's own text for a transport-layer proxy, with nothing replaced but the
 * addresses. Its `server` line stands once per server.
 *
 * Not here: starting anything (`demo.ts`).
 */

/** The vendor's configuration, as in `examples/transport-layer.cfg`. */
const transportLayer = `# Example HAProxy Configuration file
# Here we forward all incoming requests on port 443 to our nirvana
# server which has an nhps interface listening on port 9443
# backend defines the nirvana server to forward to
backend nirvana
mode tcp
timeout connect 10s
timeout server 30s
balance roundrobin
server nirvana1 nirvanahost:9443 weight 1 maxconn 1024
# nirvanahost translates to an ip address
# frontend defines the interfaces for the reverse proxy to listen on
frontend https_proxy
bind *:443
mode tcp
timeout client 30s
default_backend nirvana
`;

/** What stands in place of the vendor's addresses. */
export interface DemoAddresses {
  /** In place of `*:443`. */
  readonly listen: string;
  /** In place of `nirvanahost:9443`, one each for `nirvana1`, `nirvana2`, ... */
  readonly servers: readonly string[];
  readonly metrics: string;
}

/** The text that is run: metrics in a `global` section, then the vendor's text with these addresses. */
export function demoText({ listen, servers, metrics }: DemoAddresses): string {
  const serverLine = /^server nirvana1 nirvanahost:9443(.*)$/m;
  const text = transportLayer
    .replace('bind *:443', `bind ${listen}`)
    .replace(serverLine, (_line, rest: string) =>
      servers.map((address, index) => `server nirvana${index + 1} ${address}${rest}`).join('\n'),
    );
  return `global\nmetrics ${metrics}\n${text}`;
}
