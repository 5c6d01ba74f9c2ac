/** TLS to a server: names, what is verified, sessions. */
import t from 'tap';
import { SERVER_TLS_DEFAULTS } from '../../lib/config/defaults.ts';
import { ServerContexts } from '../../lib/tls/server-contexts.ts';
import { folder } from './files.ts';

const LAX = { ...SERVER_TLS_DEFAULTS, verify: 'none' } as const;

await t.test('the name that is sent is the name that is verified, unless another is said', async (t) => {
  const plain = new ServerContexts({ ...LAX, alpn: ['http/1.1'] });
  t.match(plain.dialTls('a.test'), {
    serverName: 'a.test',
    verifyName: 'a.test',
    verifies: false,
    alpn: ['http/1.1'],
  });
  t.match(plain.dialTls(null), { serverName: null, verifyName: null });
  t.match(plain.dialTls(''), { serverName: null, verifyName: null });
  t.match(plain.dialTls('192.0.2.1'), { serverName: null, verifyName: '192.0.2.1' }, 'an address is no name');
  const told = new ServerContexts({ ...SERVER_TLS_DEFAULTS, caFile: '@system-ca', verifyHost: 'b.test' });
  t.match(told.dialTls('a.test'), { serverName: 'a.test', verifyName: 'b.test', verifies: true });
});

await t.test('a session is resumed for the same name alone', async (t) => {
  const contexts = new ServerContexts(LAX);
  const session = Buffer.from('session');
  t.equal(contexts.dialTls('a.test').session, null);
  contexts.dialTls('a.test').sessionCame(session);
  t.equal(contexts.dialTls('a.test').session, session);
  t.equal(contexts.dialTls('b.test').session, null);
  t.equal(contexts.dialTls(null).session, null);
});

await t.test('files are read at the start', async (t) => {
  const { certificate, path } = folder(t);
  const pair = await certificate('pair', 'ours.test');
  t.ok(new ServerContexts({ ...SERVER_TLS_DEFAULTS, caFile: pair, certificate: pair }));
  t.throws(() => new ServerContexts({ ...LAX, caFile: `${path}/none` }), {
    code: 'ERR_CONFIG',
    message: /^ca-file/,
  });
  t.throws(() => new ServerContexts({ ...LAX, certificate: `${path}/none` }), {
    code: 'ERR_CONFIG',
    message: /^crt/,
  });
});
