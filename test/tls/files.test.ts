/** Files of certificates: what belongs together, and what is said of those that cannot be used. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { certificateFiles, readAuthorities, readKeyPair, readRevoked } from '../../lib/tls/files.ts';
import { makeTestCertificate } from '../check/certificates.ts';
import { folder } from './files.ts';

function refuses(t: Test, read: () => unknown, message: RegExp): void {
  t.throws(read, { code: 'ERR_CONFIG', message });
}

await t.test('a key stands in the same file or beside it', async (t) => {
  const { write, certificate, path } = folder(t);
  const together = await certificate('a.pem', 'a.test');
  t.match(readKeyPair(together), { names: ['a.test'], files: [together] });
  const { cert, key } = await makeTestCertificate('*.B.test');
  const apart = write('b.pem', cert);
  refuses(
    t,
    () => readKeyPair(apart),
    /b\.pem' cannot be used: it holds no key, and there is no '.*b\.pem\.key'$/,
  );
  write('b.pem.key', key);
  t.match(readKeyPair(apart), { names: ['*.b.test'], files: [apart, `${apart}.key`] });
  refuses(t, () => readKeyPair(join(path, 'none.pem')), /none\.pem' cannot be used: ENOENT/);
});

await t.test('a key of another certificate, or none that can be read, is refused', async (t) => {
  const { write } = folder(t);
  const [one, other] = [await makeTestCertificate('a.test'), await makeTestCertificate('b.test')];
  refuses(
    t,
    () => readKeyPair(write('a.pem', `${one.cert}\n${other.key}`)),
    /is that of another certificate$/,
  );
  refuses(
    t,
    () => readKeyPair(write('b.pem', `${one.cert}\n-----BEGIN PRIVATE KEY-----\nAAAA\n`)),
    /b\.pem' cannot be used/,
  );
  refuses(t, () => readKeyPair(write('c.pem', one.key)), /it holds no certificate/);
});

await t.test('a folder stands for its certificates in the order of their names', async (t) => {
  const { path, write } = folder(t);
  for (const name of ['b.pem', 'a.pem', 'a.pem.key', 'a.pem.ocsp', '.hidden']) write(name, '');
  t.same(certificateFiles(path), [join(path, 'a.pem'), join(path, 'b.pem')]);
  t.same(certificateFiles(join(path, 'b.pem')), [join(path, 'b.pem')]);
  const empty = join(path, 'empty');
  mkdirSync(empty);
  refuses(t, () => certificateFiles(empty), /the folder holds no certificate$/);
  refuses(t, () => certificateFiles(join(path, 'none')), /none' cannot be used: ENOENT/);
});

await t.test('authorities and lists of withdrawn certificates must be some', async (t) => {
  const { write } = folder(t);
  const { cert } = await makeTestCertificate('a.test');
  t.equal(readAuthorities(write('ca.pem', cert)), cert);
  refuses(t, () => readAuthorities(write('no-ca.pem', 'nothing')), /^ca-file .* it holds no certificate/);
  refuses(t, () => readRevoked(write('crl.pem', cert)), /^crl-file .* it holds no list/);
});
