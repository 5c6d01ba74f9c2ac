/** What readers copy: every block of code in the pages for developers compiles and runs, every configuration is accepted. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createLoadBalancer, parseConfig, renderDiagnostics } from '../../lib/index.ts';
import type { Config, ProxyConfig } from '../../lib/index.ts';
import { folder } from '../tls/files.ts';
import { asOneModule, codeBlocks } from './code-blocks.ts';
import { Consumer, readText, ROOT, runProgram } from './consumer.ts';

const PAGES_WITH_CODE = ['README.md', 'docs/manual/library.md'];
const GUIDES = ['messaging-server', 'http', 'acl', 'tls'].map((name) => `docs/manual/${name}.md`);
const examples = await readdir(join(ROOT, 'examples'));
const programs = examples.filter((name) => /\.(?:ts|mjs)$/.test(name));

const consumer = await Consumer.make();
t.teardown(() => consumer.remove());
for (const page of PAGES_WITH_CODE) {
  await consumer.write(moduleOf(page), asOneModule(codeBlocks(await readText(page))));
}
for (const name of programs) await consumer.write(name, await readText(`examples/${name}`));

function moduleOf(page: string): string {
  return `${page.toLowerCase().replaceAll(/[^a-z]/g, '-')}.ts`;
}

await t.test('all of it compiles under strict rules', async (t) => {
  const { code, output } = await consumer.compile();
  t.equal(code, 0, output);
});

await t.test('programs run to a good end', async (t) => {
  const names = [...PAGES_WITH_CODE.map(moduleOf), ...programs];
  const said = new Map<string, string>();
  const runs = names.map(async (name) => {
    const { code, output } = await consumer.run(name.replace(/\.ts$/, '.js'));
    t.equal(code, 0, `${name}\n${output}`);
    said.set(name, output);
  });
  await Promise.all(runs);
  t.match(said.get('library.mjs'), /anna served 6\nberta served 2\n/, 'by weight');
  t.match(said.get('custom-policy.mjs'), /served by office\nserved by office\nserved by cloud\n/);
  t.match(said.get('defined-in-typescript.ts'), /invalid-address|missing-port/);
  t.match(said.get('docs-manual-library-md.ts'), /unknown-keyword 2 unknown keyword 'blance'/);
  t.match(said.get('docs-manual-library-md.ts'), /ERR_UNKNOWN_NAME/);
});

await t.test('configurations in the pages are accepted as they stand', async (t) => {
  for (const page of [...PAGES_WITH_CODE, ...GUIDES]) {
    for (const { language, line, text } of codeBlocks(await readText(page))) {
      if (language !== 'haproxy') continue;
      const { config, diagnostics } = parseConfig([{ file: page, text: `${text}\n` }]);
      t.not(config, null, `${page}:${line}`);
      t.same(diagnostics, [], `${page}:${line} without a word`);
    }
  }
});

/** Files that examples with TLS name. */
const CERTIFICATES = ['www', 'shop', 'partners', 'inner'];

/** Any port of this machine. */
const HERE = { kind: 'ipv4', host: '127.0.0.1', port: 0, portEnd: 0 } as const;

/** As it stands but for ports and logs, which belong to the machine it will run on. */
function broughtHere({ global, proxies }: Config): Config {
  return {
    global: { ...global, log: [], metrics: global.metrics.map(() => HERE) },
    proxies: proxies.map((proxy) => ({ ...proxy, log: [], frontend: frontendHere(proxy) })),
  };
}

function frontendHere({ frontend }: ProxyConfig): ProxyConfig['frontend'] {
  const binds = frontend?.binds.map((bind) => ({ ...bind, addresses: bind.addresses.map(() => HERE) }));
  return frontend && { ...frontend, binds: binds ?? [] };
}

await t.test('every example of a configuration starts and ends', async (t) => {
  const names = examples.filter((name) => name.endsWith('.cfg'));
  t.ok(names.includes('transport-layer.cfg'));
  const { path, certificate } = folder(t);
  await Promise.all(CERTIFICATES.map((name) => certificate(`${name}.pem`, `${name}.example`)));
  for (const name of names) {
    const text = (await readText(`examples/${name}`)).replaceAll('/etc/sluice/tls', path);
    const { config, diagnostics } = parseConfig([{ file: name, text }]);
    const said = diagnostics.filter(({ severity }) => severity !== 'notice');
    t.same(said, [], `${name} without a warning`);
    if (config === null) continue;
    const lookup = (): Promise<string> => Promise.resolve('127.0.0.1');
    const balancer = await createLoadBalancer(broughtHere(config), { lookup });
    t.ok(balancer.addresses.length > 0, `${name} listens`);
    await balancer.close();
  }
});

await t.test('the README shows a fault as the program does', async (t) => {
  const readme = await readText('README.md');
  const shown = /\[ALERT\][^\n]*\n(?: {3}\|[^\n]*\n)+/.exec(readme)?.[0] ?? '';
  const text = `${'\n'.repeat(10)}listen web\n    blance roundrobin\n`;
  const { diagnostics } = parseConfig([{ file: 'web.cfg', text }]);
  const rendered = renderDiagnostics(diagnostics.filter(({ code }) => code === 'unknown-keyword'));
  const bare = (one: string): string =>
    one
      .replaceAll(/\(\d+\) ?:? ?/g, '')
      .replaceAll(/\s+/g, ' ')
      .trim();
  t.equal(bare(rendered), bare(shown));
});

await t.test('the script for the quick form makes a good configuration', async (t) => {
  const command = `${process.execPath} ${join(ROOT, 'dist/cli/main.js')}`;
  const { code, output } = await runProgram('/bin/sh', ['examples/quick.sh', '--print-config'], {
    cwd: ROOT,
    environment: { SLUICE: command },
  });
  t.equal(code, 0, output);
  const { config, diagnostics } = parseConfig([{ file: 'quick', text: output }]);
  t.same(diagnostics, []);
  t.same(
    config?.proxies[0]?.backend?.servers.map(({ name, weight }) => [name, weight]),
    [
      ['a', 3],
      ['b', 1],
    ],
  );
});

await t.test('links between pages lead somewhere', async (t) => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
  for (const folder of ['docs', 'docs/manual']) {
    const names = await readdir(join(ROOT, folder));
    pages.push(...names.filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`));
  }
  for (const page of pages) {
    const text = await readText(page);
    for (const [, target = ''] of text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)) {
      const path = join(ROOT, page, '..', target);
      await t.resolves(
        readdir(path).catch(() => readText(path.slice(ROOT.length))),
        `${page}: ${target}`,
      );
    }
  }
});
