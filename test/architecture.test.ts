/**
 * Who may import whom, and who may touch the process, sockets and time: `lib/` held to the tables of `docs/ARCHITECTURE.md`.
 *
 * Not here: rings of files (the linter finds them).
 */
import { readdir } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';
import t from 'tap';
import { readText, ROOT } from './public/consumer.ts';

/** Folders inside of a room that are rooms of their own. */
const INNER_ROOMS = ['backend/balance', 'account/log'];

interface SourceFile {
  /** From `lib/` on, e.g. `backend/server.ts`. */
  readonly path: string;
  readonly room: string;
  readonly text: string;
  /** Without comments and the text in quotes. */
  readonly code: string;
}

interface Import {
  readonly to: string;
  readonly typesOnly: boolean;
}

interface Allowed {
  readonly all: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

function roomOf(path: string): string {
  const inner = INNER_ROOMS.find((room) => path.startsWith(`${room}/`));
  return inner ?? path.replace(/\/.*$|\.ts$/, '');
}

function bareCode(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, ' ');
}

function importsOf(text: string): Import[] {
  const statements = /^(?:import|export)\s+(type\s+)?([^;'"]*?)\bfrom\s+'([^']+)'|\bimport\('([^']+)'\)/gm;
  return [...text.matchAll(statements)].map(([, type, names = '', from, late]) => ({
    to: from ?? late ?? '',
    typesOnly: type !== undefined || onlyTypes(names),
  }));
}

/** `{ type A, type B }`: every name is a type's. */
function onlyTypes(names: string): boolean {
  const inside = /^\s*\{([\s\S]*)\}\s*$/.exec(names)?.[1];
  const list =
    inside
      ?.split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '') ?? [];
  return list.length > 0 && list.every((name) => name.startsWith('type '));
}

async function sourceFiles(): Promise<SourceFile[]> {
  const lib = join(ROOT, 'lib');
  const entries = await readdir(lib, { recursive: true });
  const paths = entries.filter((path) => path.endsWith('.ts')).toSorted();
  return Promise.all(
    paths.map(async (path) => {
      const text = await readText(join('lib', path));
      return { path, room: roomOf(path), text, code: bareCode(text) };
    }),
  );
}

async function allowedImports(): Promise<ReadonlyMap<string, Allowed>> {
  const page = await readText('docs/ARCHITECTURE.md');
  const table = /<!-- rooms:table -->([\s\S]*?)<!-- \/rooms:table -->/.exec(page)?.[1] ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((row) => {
      const [room, all, types] = row.split('|').slice(1, 4).map(namesIn);
      return [room?.[0] ?? '', { all: new Set(all), types: new Set(types) }];
    }),
  );
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

const files = await sourceFiles();
const allowed = await allowedImports();

await t.test('every room stands in the table, and the table has no other', async (t) => {
  t.same([...allowed.keys()].toSorted(), [...new Set(files.map(({ room }) => room))].toSorted());
});

await t.test('rooms import in the directions of the table only', async (t) => {
  const strays: string[] = [];
  for (const { path, room, text } of files) {
    for (const { to, typesOnly } of importsOf(text)) {
      if (!to.startsWith('.')) continue;
      const target = roomOf(normalize(join(dirname(path), to)));
      const row = allowed.get(room);
      if (target === room || row?.all.has(target) || (typesOnly && row?.types.has(target))) continue;
      strays.push(`${path} imports ${to}${typesOnly ? ' (types)' : ''}`);
    }
  }
  t.same(strays, [], 'see docs/ARCHITECTURE.md "Who may import whom"');
});

await t.test('what is imported from outside is declared, and explained', async (t) => {
  const { dependencies } = JSON.parse(await readText('package.json')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  const imported = new Set(
    files
      .flatMap(({ text }) => importsOf(text))
      .map(({ to }) => to)
      .filter((to) => !to.startsWith('.') && !to.startsWith('node:')),
  );
  t.same([...imported].toSorted(), Object.keys(dependencies).toSorted(), 'neither more nor less');
  const page = await readText('docs/dependencies.md');
  const explained = /## At run time([\s\S]*?)## For development/.exec(page)?.[1] ?? '';
  const rows = explained.split('\n').flatMap((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? []);
  t.same(rows.toSorted(), Object.keys(dependencies).toSorted());
});

/** Files whose code matches and which are not in one of `rooms`. */
function outside(pattern: RegExp, rooms: readonly string[]): string[] {
  return files
    .filter(({ room, code }) => !rooms.includes(room) && pattern.test(code))
    .map(({ path }) => path);
}

await t.test('sockets are opened where they belong', async (t) => {
  const opening =
    /new net\.Socket\b|\b(?:net|tls|http|https|dgram)\.(?:connect|create\w+)\(|\bcreateServer\(\{/;
  const others = outside(opening, ['transport', 'check', 'account', 'account/log', 'cli']);
  t.same(others, ['frontend/listen-address.ts'], 'that one asks whether a unix socket is still in use');
});

await t.test('the process belongs to the command', async (t) => {
  const changing = /\bprocess\.(?:exit|exitCode|abort|on|once|kill|chdir|umask|set\w+)\b/;
  t.same(outside(changing, ['cli']), []);
});

await t.test('time comes from one place', async (t) => {
  const timing = /(?<!\.)\b(?:setTimeout|setInterval|Date\.now|performance\.now|new Date\(\))/;
  t.same(outside(timing, ['time', 'cli']), []);
});

await t.test('nothing at module level can be changed', async (t) => {
  t.same(outside(/^(?:export )?(?:let|var)\s/m, []), []);
});

await t.test('nothing inside imports the public door', async (t) => {
  const strays = files.filter(({ path, text }) =>
    importsOf(text).some(
      ({ to }) => relative('lib', normalize(join('lib', dirname(path), to))) === 'index.ts',
    ),
  );
  t.same(
    strays.map(({ path }) => path),
    [],
  );
});

await t.test('every file says what it is for', async (t) => {
  const silent = files.filter(({ text }) => !/^(?:#!.*\n)?\/\*\*\n \* \S/.test(text));
  t.same(
    silent.map(({ path }) => path),
    [],
  );
  const long = files.filter(({ text }) => text.split('\n').length > 500);
  t.same(
    long.map(({ path }) => path),
    [],
    'more than 500 lines',
  );
});
