/** `crt-list` files: lines with options and names, and faults with their line. */
import t from 'tap';
import { readCertificateList } from '../../lib/tls/certificate-list.ts';
import { folder } from './files.ts';

await t.test('a line has a file, options in brackets and names', async (t) => {
  const { write } = folder(t);
  const list = write(
    'list',
    [
      '# comment',
      '',
      'a.pem',
      '  /etc/b.pem [alpn h2,http/1.1 verify required ca-file ca.pem crl-file crl.pem] *.B.test !www.b.test  ',
      'c.pem c.test d.test',
      'd.pem []',
    ].join('\n'),
  );
  t.same(readCertificateList(list, '/base'), [
    { path: '/base/a.pem', options: {}, filters: [] },
    {
      path: '/etc/b.pem',
      options: { alpn: ['h2', 'http/1.1'], verify: 'required', caFile: 'ca.pem', crlFile: 'crl.pem' },
      filters: ['*.b.test', '!www.b.test'],
    },
    { path: '/base/c.pem', options: {}, filters: ['c.test', 'd.test'] },
    { path: '/base/d.pem', options: {}, filters: [] },
  ]);
  t.equal(readCertificateList(list, null)[0]?.path, 'a.pem');
});

await t.test('a fault is told with its line', async (t) => {
  const { write } = folder(t);
  for (const [text, message] of [
    [
      '\na.pem [ssl-min-ver TLSv1.3]',
      /line 2: 'ssl-min-ver' cannot stand in a list; say it on the bind line$/,
    ],
    ['a.pem [verify sometimes]', /line 1: 'verify' has no use for 'sometimes'$/],
    ['a.pem [verify]', /line 1: 'verify' has no use for 'nothing'$/],
    ['a.pem [alpn h2', /line 1: write 'FILE \[OPTION VALUE …\] NAME …'$/],
    ['# nothing', /it names no certificate$/],
  ] as const) {
    t.throws(() => readCertificateList(write('list', text), null), { code: 'ERR_CONFIG', message });
  }
});
