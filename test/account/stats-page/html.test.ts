/** The page for people: what is shown, what is left out, and that no text of a configuration becomes markup. */
import fc from 'fast-check';
import t from 'tap';
import { amount, escaped, grouped, lasting } from '../../../lib/account/stats-page/html-text.ts';
import { pageOptions, statsPage } from '../../../lib/account/stats-page/page.ts';
import type { StatsConfig } from '../../../lib/config/rules.ts';
import { defaultStats, scene } from './scene.ts';

function html(suffix = '', over: Partial<StatsConfig> = {}): string {
  const { contentType, body } = statsPage(scene(), defaultStats(over), 'ws', suffix);
  if (!contentType.startsWith('text/html')) throw new Error(contentType);
  return body;
}

/** Names of rows, by proxy. */
function shown(body: string): Record<string, string[]> {
  const sections = [...body.matchAll(/<section id="([^"]*)">(.*?)<\/section>/gs)];
  return Object.fromEntries(
    sections.map(([, name = '', inner = '']) => [
      name,
      [...inner.matchAll(/<th scope="row"[^>]*>([^<]*)</g)].map(([, row = '']) => row),
    ]),
  );
}

void t.test('a table for each proxy, in the order of the configuration', async (t) => {
  t.same(shown(html()), {
    ws: ['FRONTEND'],
    sec: ['s1', 's2', 's3', 'BACKEND'],
    li: ['FRONTEND', 'zz', 's1', 'BACKEND'],
  });
});

void t.test('every element that is opened is closed, and each row has all cells', async (t) => {
  const body = html('', { showLegends: true });
  const open: string[] = [];
  for (const [, end = '', name = ''] of body.matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
    if (['meta', 'input'].includes(name)) continue;
    if (end === '') open.push(name);
    else t.equal(open.pop(), name);
  }
  t.same(open, []);
  const rows = [...body.matchAll(/<tr class=.*<\/tr>/g)].map(([row]) => row.split('<td').length);
  t.equal(rows.length, 9);
  t.equal(new Set(rows).size, 1);
  t.match(body, '<tr class="server down backup">');
  t.match(body, 'title="Connection refused"');
  t.match(body, 'requests: 1, 1xx: 0, 2xx: 0, 3xx: 0, 4xx: 0, 5xx: 1, other: 0');
});

void t.test('words behind the address', async (t) => {
  t.same(shown(html(';up'))['sec'], ['s1', 's3', 'BACKEND']);
  t.same(shown(html(';no-maint;up'))['sec'], ['s1', 'BACKEND']);
  t.same(Object.keys(shown(html('?scope=l'))), ['li']);
  t.same(pageOptions(';csv;norefresh?scope=a%20b&x'), {
    form: 'csv',
    hideDown: false,
    hideMaint: false,
    refreshes: false,
    scope: 'a b',
  });
  t.equal(pageOptions('x?y').form, 'html');
});

void t.test('stats scope', async (t) => {
  t.same(Object.keys(shown(html('', { scope: ['.', 'li'] }))), ['ws', 'li']);
});

void t.test('loads itself anew where it is told to', async (t) => {
  t.match(html('', { refreshS: 5 }), '<meta http-equiv="refresh" content="5">');
  t.notMatch(html(';norefresh', { refreshS: 5 }), 'http-equiv');
  t.notMatch(html(), 'http-equiv');
});

void t.test('version, node and description as configured', async (t) => {
  t.match(html(), 'sluice 0.1.0');
  t.notMatch(html('', { hideVersion: true }), '0.1.0');
  t.notMatch(html(), 'lb1');
  t.match(html('', { showNode: '' }), 'Statistics of lb1');
  t.match(html('', { showNode: 'edge' }), 'Statistics of edge');
  t.match(html('', { showDescription: '' }), 'the first');
  t.match(html('', { showDescription: 'other' }), 'other');
});

void t.test('no text becomes markup', async (t) => {
  const nasty = `<script>"&'`;
  const source = scene();
  const [first, ...others] = source.proxies;
  if (first === undefined) throw new Error('no proxy');
  const [frontend, ...frontends] = source.view.frontends;
  if (frontend === undefined) throw new Error('no frontend');
  const body = statsPage(
    {
      ...source,
      proxies: [{ ...first, name: nasty, description: nasty }, ...others],
      view: { ...source.view, frontends: [{ ...frontend, name: nasty }, ...frontends] },
    },
    defaultStats({ uri: `/${nasty}`, showNode: nasty, showDescription: nasty, showLegends: true }),
    nasty,
    `?scope=${encodeURIComponent('<')}`,
  ).body;
  t.notMatch(body, /<script|"&'/);
  t.match(body, '&lt;script&gt;&quot;&amp;&#39;');
  fc.assert(
    fc.property(fc.string(), (text) => !/[<>"']/.test(escaped(text))),
    { numRuns: 300, interruptAfterTimeLimit: 2000 },
  );
});

void t.test('numbers for people', async (t) => {
  t.same([0, 999, 1000, 9949, 9951, 999_500, 12_345_678_901].map(amount), [
    '0 B',
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '10 kB',
    '1.0 MB',
    '12 GB',
  ]);
  t.same([0, 59, 60, 3600, 3661, 90_000].map(lasting), [
    '0 s',
    '59 s',
    '1 min',
    '1 h',
    '1 h 1 min',
    '1 d 1 h',
  ]);
  t.same([7, 1234, 1_234_567].map(grouped), ['7', '1\u202f234', '1\u202f234\u202f567']);
});
