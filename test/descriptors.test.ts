import t from 'tap';
import { openDescriptorLimit } from '../lib/cli/limits.ts';
import { doorRoom, planDescriptors, RESERVED_DESCRIPTORS } from '../lib/descriptors.ts';
import type { Config } from '../lib/config/config.ts';
import { parseConfig } from '../lib/config/parse.ts';

function configured(global: string): Config {
  const text = `global
${global}
listen l
  bind 127.0.0.1:8000-8002
  bind 127.0.0.1:9000
  server a 192.0.2.1:80 check
  server b 192.0.2.2:80
`;
  const { config, diagnostics } = parseConfig([{ file: 'limits.cfg', text }]);
  if (config === null) throw new Error(JSON.stringify(diagnostics));
  return config;
}

/** Four listeners and a check. */
const fixed = RESERVED_DESCRIPTORS + 5;

void t.test('a connection takes two descriptors, listeners and checks one each', async (t) => {
  const config = configured('maxconn 100');
  t.same(planDescriptors(config, 1, fixed + 200), { kind: 'fits', maxconn: 100 });
  t.match(planDescriptors(config, 1, fixed + 199), {
    kind: 'too few',
    message:
      `maxconn 100 needs ${fixed + 200} open descriptors, but the limit of this process is ${fixed + 199}: ` +
      `set it to at least ${fixed + 200} (ulimit -n ${fixed + 200}, or LimitNOFILE=${fixed + 200} in a systemd unit) ` +
      'or lower maxconn to 99',
  });
});

void t.test(
  'without maxconn the largest that fits is taken, a quarter left to clients at the door',
  async (t) => {
    t.same(planDescriptors(configured(''), 1, fixed + 400), { kind: 'fits', maxconn: 150 });
    t.same(planDescriptors(configured(`ulimit-n ${fixed + 40}`), 1, 10_000), { kind: 'fits', maxconn: 15 });
    t.same(planDescriptors(configured(`fd-hard-limit ${fixed + 20}`), 1, 10_000), {
      kind: 'fits',
      maxconn: 7,
    });
    const { maxconn } = planDescriptors(configured(''), 1, Infinity);
    t.ok(Number.isSafeInteger(maxconn) && maxconn > 100_000, `${maxconn} where there is no limit`);
  },
);

void t.test('the door holds what sessions leave over', async (t) => {
  const limit = fixed + 400;
  t.equal(doorRoom(configured('maxconn 150'), 1, limit), 100);
  t.equal(doorRoom(configured('maxconn 200'), 1, limit), 1, 'one at least');
  t.equal(doorRoom(configured('maxconn 200'), 1, Infinity), 0, 'no limit');
});

void t.test('each worker thread has doors of its own, and what Node needs for it', async (t) => {
  const config = configured('maxconn 100');
  const one = planDescriptors(config, 1, fixed + 200);
  t.equal(one.kind, 'fits');
  t.equal(planDescriptors(config, 2, fixed + 200).kind, 'too few');
  t.equal(planDescriptors(config, 2, fixed + 2 * (4 + 16) + 200).kind, 'fits');
});

void t.test('no room for a single connection, or a ulimit-n out of reach', async (t) => {
  t.match(planDescriptors(configured(''), 1, 20), { kind: 'too few', message: /^even one connection needs/ });
  t.match(planDescriptors(configured('ulimit-n 5000'), 1, 2000), {
    kind: 'too few',
    message: /^ulimit-n 5000 is more/,
  });
});

void t.test('the real limit is a positive number', async (t) => {
  t.ok(openDescriptorLimit() > RESERVED_DESCRIPTORS);
});
