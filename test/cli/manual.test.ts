/** The manual's page on the command and the tables it describes must say the same. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { helpText } from '../../lib/cli/arguments.ts';
import { EXIT_CODES } from '../../lib/cli/exit-codes.ts';
import { HAPROXY_FLAGS } from '../../lib/cli/flags.ts';
import { HANDLED_SIGNALS } from '../../lib/cli/signals.ts';

const manual = readFileSync(new URL('../../../docs/manual/command.md', import.meta.url), 'utf8');

void t.test('every flag stands in the manual, and the manual names no other', async (t) => {
  const described = new Set([...manual.matchAll(/`(-[A-Za-z0-9]+)[ `]/g)].map((match) => match[1]));
  const flags = new Set<string | undefined>(HAPROXY_FLAGS.map(({ flag }) => flag));
  t.same(
    [...flags].filter((flag) => !described.has(flag)),
    [],
    'in the manual',
  );
  t.same(
    [...described].filter((flag) => !flags.has(flag)),
    [],
    'in the table',
  );
});

void t.test('every long option of the manual is in the help', async (t) => {
  const help = await helpText();
  const described = [...manual.matchAll(/^\| `(--[a-z-]+)/gm)].flatMap((match) => match[1] ?? []);
  t.ok(described.length > 8);
  for (const option of described) t.ok(help.includes(option), option);
});

void t.test('every exit status and every signal is described', async (t) => {
  for (const { code, meaning } of Object.values(EXIT_CODES))
    t.ok(manual.includes(`| ${code} | ${meaning} |`), meaning);
  for (const signal of HANDLED_SIGNALS) t.ok(manual.includes(signal), signal);
});
