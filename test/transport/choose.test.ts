/** Which transport is taken, and when the fast one steps aside. */
import t from 'tap';
import { createLoadBalancer } from '../../lib/index.ts';
import { chooseTransport } from '../../lib/transport/choose.ts';
import { systemClock } from '../../lib/time/clock.ts';

const options = {
  nowMs: () => systemClock.nowMs(),
  after: (delayMs: number, callback: () => void) => systemClock.after(delayMs, callback),
};

/** Runs as if Node had been started with `--pending-deprecation`, where its internals are not touched. */
async function withPendingDeprecations(run: () => Promise<void>): Promise<void> {
  const before = process.env.NODE_PENDING_DEPRECATION;
  process.env.NODE_PENDING_DEPRECATION = '1';
  try {
    await run();
  } finally {
    if (before === undefined) delete process.env.NODE_PENDING_DEPRECATION;
    else process.env.NODE_PENDING_DEPRECATION = before;
  }
}

void t.test('auto is the fast one, without a word', async (t) => {
  const { transport, notice } = await chooseTransport('auto', options);
  t.equal(transport.name, 'handles');
  t.equal(notice, null);
});

void t.test('public is what Node documents, without a word', async (t) => {
  const { transport, notice } = await chooseTransport('public', options);
  t.equal(transport.name, 'public');
  t.equal(notice, null);
});

void t.test('auto steps aside with a notice', async (t) => {
  await withPendingDeprecations(async () => {
    const { transport, notice } = await chooseTransport('auto', options);
    t.equal(transport.name, 'public');
    t.equal(notice, "the fast relay is off: Node is run with --pending-deprecation; using Node's public API");
    t.equal((await chooseTransport('public', options)).notice, null, 'who asked for it needs no notice');
  });
});

void t.test('the notice goes to the logger', async (t) => {
  const warnings: unknown[] = [];
  const quiet = (): void => {};
  const logger = {
    debug: quiet,
    info: quiet,
    error: quiet,
    warn: (fields: object | string, text = '') =>
      void warnings.push(typeof fields === 'string' ? fields : text),
  };
  const text =
    'listen l\n bind 127.0.0.1:0\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n server a 127.0.0.1:1\n';
  await withPendingDeprecations(async () => {
    const balancer = await createLoadBalancer(text, { logger });
    await balancer.close();
  });
  t.match(warnings, [/^the fast relay is off: /]);
  const balancer = await createLoadBalancer(text, { logger });
  await balancer.close();
  t.equal(warnings.length, 1);
});
