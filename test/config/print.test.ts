import t from 'tap';
import { defineConfig } from '../../lib/config/define.ts';
import { printConfig } from '../../lib/config/print.ts';

void t.test('writes what differs from the built-in values, and nothing else', (t) => {
  const config = defineConfig(
    {
      global: { maxconn: 1000, metrics: '127.0.0.1:9404' },
      listens: {
        realm: {
          bind: '*:443',
          timeoutClient: '30s',
          timeoutConnect: 1500,
          timeoutServer: '30s',
          servers: {
            a: 'a.example:9443',
            b: { address: 'b.example', weight: 3, check: { inter: '5s', port: 80 } },
          },
        },
      },
    },
    {},
  );
  t.equal(
    printConfig(config),
    `global
  maxconn 1000
  metrics 127.0.0.1:9404

listen realm
  mode tcp
  bind *:443
  timeout client 30s
  balance roundrobin
  timeout connect 1500ms
  timeout server 30s
  server a a.example:9443
  server b b.example weight 3 check inter 5s port 80
`,
  );
  t.end();
});

void t.test('an empty configuration is no text', (t) => {
  t.equal(printConfig(defineConfig({})), '');
  t.end();
});

void t.test('a word with blanks, quotes or a hash is quoted', (t) => {
  const config = defineConfig({ global: { description: `it's #1 of "two"`, node: 'a b' } });
  t.equal(printConfig(config), `global\n  node 'a b'\n  description "it's #1 of \\"two\\""\n`);
  t.end();
});
