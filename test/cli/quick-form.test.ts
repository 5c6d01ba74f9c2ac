import fc from 'fast-check';
import t from 'tap';
import { parseConfig } from '../../lib/config/parse.ts';
import type { QuickForm } from '../../lib/cli/quick-form.ts';
import { quickFormText } from '../../lib/cli/quick-form.ts';

const plain: QuickForm = {
  listen: ['443'],
  servers: ['a:9443'],
  metrics: [],
  balance: null,
  timeouts: [],
  maxconn: null,
};

void t.test('stands for this text', async (t) => {
  const text = quickFormText({
    ...plain,
    servers: ['a:9443,weight=3,maxconn=1024,check', 'b:9443,name=blue'],
    metrics: ['127.0.0.1:9404'],
    balance: 'leastconn',
    timeouts: ['client=30s', 'queue=5s'],
    maxconn: 2000,
  });
  t.equal(
    text,
    `global
  maxconn 2000
  metrics 127.0.0.1:9404

defaults
  mode tcp
  timeout connect 10s
  timeout client 30s
  timeout server 1h
  timeout queue 5s

listen main
  bind *:443
  balance leastconn
  server s1 a:9443 weight 3 maxconn 1024 check
  server blue b:9443
`,
  );
});

void t.test('a comma behind a backslash belongs to its value', async (t) => {
  const text = quickFormText({
    ...plain,
    listen: ['127.0.0.1:1\\,127.0.0.1:2,maxconn=5'],
    servers: ['a:9443,init-addr=last\\,libc\\,none,check'],
  });
  t.match(
    text,
    '  bind 127.0.0.1:1,127.0.0.1:2 maxconn 5\n  server s1 a:9443 init-addr last,libc,none check\n',
  );
});

void t.test('the text has no fault and no warning', async (t) => {
  const { config, diagnostics } = parseConfig([
    {
      file: 'quick',
      text: quickFormText({ ...plain, listen: ['127.0.0.1:443,maxconn=5', '[::1]:443', '8000-8002'] }),
    },
  ]);
  t.same(diagnostics, []);
  t.match(config?.proxies[0]?.frontend?.binds, [
    { maxconn: 5 },
    {},
    { addresses: [{ port: 8000, portEnd: 8002 }] },
  ]);
});

void t.test('a port alone means any address for clients, and loopback for metrics', async (t) => {
  const text = quickFormText({ ...plain, metrics: ['9404'] });
  t.match(text, /^ {2}bind \*:443$/m);
  t.match(text, /^ {2}metrics 127\.0\.0\.1:9404$/m);
});

void t.test('what an operator writes cannot leave its place', async () => {
  const word = fc.string({ minLength: 1, unit: 'binary' }).filter((one) => !/[,=\0]/.test(one));
  fc.assert(
    fc.property(word, word, (address, name) => {
      const text = quickFormText({ ...plain, servers: [`${address},name=${name}`] });
      const { diagnostics } = parseConfig([{ file: 'quick', text }], { environment: {} });
      // Right or wrong, it stays one line: no fault is found elsewhere.
      return diagnostics.every(({ place }) => place === null || place.line >= 8);
    }),
    { numRuns: 100 },
  );
});
