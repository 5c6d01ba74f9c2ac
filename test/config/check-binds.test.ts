import fc from 'fast-check';
import t from 'tap';
import { checkBinds } from '../../lib/config/check-binds.ts';
import type { Config } from '../../lib/config/config.ts';
import { defineConfig } from '../../lib/config/define.ts';
import { Places } from '../../lib/config/places.ts';

interface Bind {
  readonly host: '*' | '10.0.0.1' | '10.0.0.2' | '[::]' | '[::1]';
  readonly v6only: boolean;
  readonly port: number;
  readonly portEnd: number;
}

/** One listen with these binds, made apart from each other so that `defineConfig` has nothing to refuse. */
function configOf(binds: readonly Bind[]): Config {
  const config = defineConfig({ listens: { l: { bind: '*:1', timeoutClient: '1s' } } });
  const [proxy] = config.proxies;
  const [bind] = proxy?.frontend?.binds ?? [];
  if (proxy === undefined || bind === undefined || proxy.frontend === null) throw new Error('no bind');
  const made = binds.map(({ host, v6only, port, portEnd }) => {
    const kind = host.startsWith('[') ? ('ipv6' as const) : ('ipv4' as const);
    const bare = host === '*' ? '0.0.0.0' : host.replace(/[[\]]/g, '');
    return { ...bind, v6only, addresses: [{ kind, host: bare, port, portEnd }] };
  });
  return { ...config, proxies: [{ ...proxy, frontend: { ...proxy.frontend, binds: made } }] };
}

function codesOf(config: Config): string[] {
  const codes: string[] = [];
  checkBinds(config, new Places(), (_severity, code) => codes.push(code));
  return codes;
}

/** What the system says of two sockets with ports in common, one by one. */
function answerOf(one: Bind, other: Bind): string | null {
  if (one.portEnd < other.port || other.portEnd < one.port) return null;
  if (one.host === other.host) return 'shared-address';
  const covers = (wide: Bind, narrow: Bind): boolean =>
    (wide.host === '*' && narrow.host.startsWith('10.')) ||
    (wide.host === '[::]' && (narrow.host === '[::1]' || !wide.v6only));
  return covers(one, other) || covers(other, one) ? 'address-conflict' : null;
}

void t.test('finds that addresses meet exactly where two of them do', (t) => {
  const bind = fc.record({
    host: fc.constantFrom(
      '*' as const,
      '10.0.0.1' as const,
      '10.0.0.2' as const,
      '[::]' as const,
      '[::1]' as const,
    ),
    v6only: fc.boolean(),
    port: fc.integer({ min: 1, max: 30 }),
    more: fc.nat(5),
  });
  const property = fc.property(fc.array(bind, { maxLength: 6 }), (drawn) => {
    const binds = drawn.map(({ more, ...one }): Bind => ({ ...one, portEnd: one.port + more }));
    const wanted = new Set<string>();
    for (const [index, one] of binds.entries())
      for (const other of binds.slice(0, index)) {
        const answer = answerOf(one, other);
        if (answer !== null) wanted.add(answer);
      }
    t.strictSame(new Set(codesOf(configOf(binds))), wanted, JSON.stringify(binds));
  });
  fc.assert(property, { numRuns: 300 });
  t.end();
});

void t.test('a configuration written in code is told the frontend, having no lines', (t) => {
  const listens = { l: { bind: ['*:80', '127.0.0.1:80'], timeoutClient: '1s' } };
  const message = "listen 'l': '127.0.0.1:80' cannot be bound beside '*:80' of listen 'l'";
  try {
    defineConfig({ listens });
    t.fail('refused');
  } catch (error) {
    t.match(error, { diagnostics: [{ message, place: null }] });
  }
  t.end();
});

void t.test('ten thousand lines of all ports are swept, not compared', (t) => {
  const all: Bind = { host: '*', v6only: false, port: 1, portEnd: 65_535 };
  const began = performance.now();
  t.equal(codesOf(configOf(Array.from({ length: 10_000 }, () => all))).length, 9_999);
  t.ok(performance.now() - began < 5_000);
  t.end();
});
