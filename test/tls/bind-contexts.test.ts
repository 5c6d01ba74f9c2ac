/** Certificates of a bind line: which one a name gets, what a client is asked for, and new files. */
import { writeFileSync } from 'node:fs';
import t from 'tap';
import { BIND_TLS_DEFAULTS } from '../../lib/config/defaults.ts';
import type { BindTls } from '../../lib/config/rules.ts';
import { BindContexts } from '../../lib/tls/bind-contexts.ts';
import { makeTestCertificate } from '../check/certificates.ts';
import { ManualClock } from '../help/clock.ts';
import { Journal } from '../help/gate.ts';
import { folder } from './files.ts';

function contexts(changes: Partial<BindTls>, mode: 'tcp' | 'http' = 'tcp'): BindContexts {
  return new BindContexts({ ...BIND_TLS_DEFAULTS, ...changes }, { crtBase: null, mode });
}

await t.test('the first certificate is for whoever names none', async (t) => {
  const { certificate } = folder(t);
  const certificates = [await certificate('a', 'a.test'), await certificate('b', '*.b.test')];
  const made = contexts({ certificates });
  const context = made.contextFor('www.b.test');
  t.ok(context);
  t.equal(made.contextFor('other.b.test'), context);
  t.not(made.contextFor('a.test'), context);
  t.equal(made.contextFor('c.test'), null);
  t.match(made.fallback, {
    cert: /BEGIN CERTIFICATE/,
    key: /PRIVATE KEY/,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
  });
  const strict = contexts({ certificates, strictSni: true });
  t.notOk('cert' in strict.fallback, 'with strict-sni there is none for them');
  t.ok(strict.contextFor('a.test'));
});

await t.test('versions, ciphers, curves and tickets are passed on', async (t) => {
  const { certificate } = folder(t);
  const certificates = [await certificate('a', 'a.test')];
  const { fallback } = contexts({
    certificates,
    minVersion: 'TLSv1.0',
    maxVersion: 'TLSv1.2',
    ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256',
    cipherSuites: 'TLS_AES_128_GCM_SHA256',
    curves: 'P-256',
    tickets: false,
  });
  t.match(fallback, {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.2',
    ciphers: 'TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256',
    ecdhCurve: 'P-256',
  });
  t.ok(fallback.secureOptions);
  const suitesAlone = contexts({ certificates, cipherSuites: 'TLS_AES_128_GCM_SHA256' }).fallback.ciphers;
  t.match(suitesAlone, /^TLS_AES_128_GCM_SHA256:ECDHE/, 'older versions keep their ciphers');
  t.throws(() => contexts({ certificates, ciphers: 'NONSENSE' }), /cipher/i);
});

await t.test('a line of a list says otherwise what is asked and spoken', async (t) => {
  const { certificate, write } = folder(t);
  const { cert } = await makeTestCertificate('clients');
  const [a, b, ca] = [await certificate('a', 'a.test'), await certificate('b', 'b.test'), write('ca', cert)];
  const list = write('list', `${a}\n${b} [verify required ca-file ${ca} alpn h2] closed.test`);
  const made = contexts({ certificateLists: [list], alpn: ['http/1.1'] });
  t.equal(made.clientCertificates, 'optional', 'asked of all, since it is not known yet who comes');
  t.equal(made.clientCertificatesFor('closed.test'), 'required');
  t.equal(made.clientCertificatesFor('a.test'), 'none');
  t.equal(made.clientCertificatesFor(''), 'none');
  t.equal(made.contextFor('b.test'), null, 'names of the list stand for those of the certificate');
  t.equal(made.protocolFor('a.test', ['h2', 'http/1.1']), 'http/1.1');
  t.equal(made.protocolFor('closed.test', ['h2', 'http/1.1']), 'h2');
  t.equal(made.protocolFor('a.test', ['h2']), null);
  const inHttp = new BindContexts(
    { ...BIND_TLS_DEFAULTS, certificates: [a], alpn: ['h2', 'http/1.1'] },
    { crtBase: null, mode: 'http' },
  );
  t.equal(inHttp.protocolFor('', ['h2', 'http/1.1']), 'http/1.1', 'no HTTP/2 in mode http');
  t.equal(contexts({ certificates: [a] }).agreesOnProtocols, false);
  t.equal(contexts({ certificates: [a], verify: 'required', caFile: ca }).clientCertificates, 'required');
});

await t.test('a new file is taken up, and one that cannot be used changes nothing', async (t) => {
  const { certificate, write } = folder(t);
  const clock = new ManualClock();
  const told = new Journal();
  const file = await certificate('a', 'a.test');
  const made = contexts({ certificates: [file] });
  made.follow(clock, {
    certificatesReloaded: (files) => told.note(`reloaded ${files.length}`),
    certificatesUnusable: (reason) => told.note(reason),
  });
  const [first, keys] = [made.fallback, made.ticketKeys];
  clock.advance(5000);
  t.equal(made.fallback, first, 'nothing has changed');

  write('a', 'nonsense');
  clock.advance(2000);
  t.match(told.entries, [/a' cannot be used: it holds no certificate \(PEM\)$/]);
  t.equal(made.fallback, first, 'the old one stays');
  clock.advance(5000);
  t.equal(told.count, 1, 'said once');

  const { cert, key } = await makeTestCertificate('b.test');
  writeFileSync(file, `${cert}\n${key}`);
  clock.advance(2000);
  t.same(told.entries.slice(1), ['reloaded 1']);
  t.not(made.fallback, first);
  t.ok(made.contextFor('b.test'));
  t.equal(made.contextFor('a.test'), null);
  t.equal(made.ticketKeys, keys, 'sessions can be resumed all the same');

  made.stop();
  t.equal(clock.pendingCount, 0);
});

await t.test('a certificate that comes into a folder is found', async (t) => {
  const { certificate, path } = folder(t);
  const clock = new ManualClock();
  await certificate('b', 'b.test');
  const made = contexts({ certificates: [path] });
  made.follow(clock, { certificatesReloaded: () => {}, certificatesUnusable: (reason) => t.fail(reason) });
  await certificate('c', 'c.test');
  clock.advance(2000);
  t.ok(made.contextFor('c.test'));
  made.stop();
});
