/** The self-test passes what works, refuses what does not, and leaves nothing open either way. */
import { createServer } from 'node:net';
import t, { type Test } from 'tap';
import { type After, selfTest } from '../../lib/transport/self-test.ts';
import { createPublicTransport } from '../../lib/transport/public.ts';
import type { Relay, Transport } from '../../lib/transport/transport.ts';
import { turns } from '../help/gate.ts';
import { descriptors, onEach } from './joined.ts';

const never: After = () => ({ cancel() {} });
/** Strikes in the next turn, so that what never happens is not waited for. */
const soon: After = (_delayMs, callback) => {
  const strike = setImmediate(callback);
  return { cancel: () => clearImmediate(strike) };
};

/** The public transport with one part replaced. */
function altered(change: (sound: Transport) => Partial<Transport>): Transport {
  const sound = createPublicTransport({ nowMs: () => performance.now() });
  return {
    name: 'broken',
    tunesKeepAlive: true,
    createServer: (accepted) => sound.createServer(accepted),
    dial: (target, handler) => sound.dial(target, handler),
    relay: (client, server, handler) => sound.relay(client, server, handler),
    channel: (connection, handler) => sound.channel(connection, handler),
    ...change(sound),
  };
}

async function refuses(
  t: Test,
  broken: () => Transport,
  reason: RegExp,
  after: After = never,
): Promise<void> {
  const before = descriptors();
  t.match(await selfTest(broken, after), reason);
  await turns(10);
  t.equal(descriptors(), before, 'nothing is left open');
}

onEach('what works passes', async (t, newTransport) => {
  // With its first listening socket libuv opens a descriptor for good, to be closed where there are no more.
  await selfTest(() => newTransport(), never);
  const before = descriptors();
  t.equal(await selfTest(() => newTransport(), never), null);
  await turns(10);
  t.equal(descriptors(), before, 'nothing is left open');
});

void t.test('a transport that throws at once', async (t) => {
  await refuses(
    t,
    () =>
      altered(() => ({
        createServer() {
          throw new Error('no such handle');
        },
      })),
    /no such handle/,
  );
});

void t.test('a transport that accepts nobody', async (t) => {
  await refuses(t, () => altered(() => ({ createServer: () => createServer() })), /took more than/, soon);
});

void t.test('a transport that cannot dial', async (t) => {
  const broken = altered(() => ({
    dial(_target, handler) {
      process.nextTick(() => handler.dialFailed({ code: 'EINVAL', message: 'connect EINVAL' }));
      return { cancel() {} };
    },
  }));
  await refuses(t, () => broken, /connect EINVAL/);
});

void t.test('a transport that loses the end of a stream', async (t) => {
  const broken = altered((sound) => ({
    relay(client, server, handler) {
      const relay = sound.relay(client, server, handler);
      process.nextTick(() => relay.shutRead('client'));
      return relay;
    },
  }));
  await refuses(t, () => broken, /bytes from the client went wrong/);
});

void t.test('a transport that counts wrongly', async (t) => {
  const broken = altered((sound) => ({
    relay(client, server, handler) {
      const relay = sound.relay(client, server, handler);
      const miscounted = { ...relay.client, bytesRead: 1 };
      return new Proxy(relay, {
        get(target, name: keyof Relay) {
          if (name === 'client') return miscounted;
          const value = target[name];
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  }));
  await refuses(t, () => broken, /bytes from the client went wrong/);
});

void t.test('a transport that blames the wrong side for a reset', async (t) => {
  const broken = altered((sound) => ({
    relay: (client, server, handler) =>
      sound.relay(client, server, {
        relaySideEnded: () => {},
        relaySideShut: () => {},
        relayFinished: () => handler.relayFinished(),
        relayBroken: (_side, code) => handler.relayBroken('client', code),
      }),
  }));
  await refuses(t, () => broken, /the side of a reset went wrong/);
});

void t.test('a transport whose callbacks throw', async (t) => {
  const before = descriptors();
  const reason = await selfTest((threw) => {
    setImmediate(() => threw(new TypeError('onread is not what it was')));
    return altered(() => ({ createServer: () => createServer() }));
  }, never);
  t.equal(reason, 'onread is not what it was');
  await turns(10);
  t.equal(descriptors(), before);
});

void t.test('a transport that resets whoever comes', async (t) => {
  const strikeLate = async (strike: () => void): Promise<void> => {
    await turns(200);
    strike();
  };
  const late: After = (_delayMs, callback) => {
    void strikeLate(callback);
    return { cancel() {} };
  };
  const broken = altered((sound) => ({
    createServer: () => sound.createServer((connection) => connection.reset()),
  }));
  await refuses(t, () => broken, /took more than/, late);
});
