/**
 * The manual page of the keyword table, made from the table, so that page and program cannot differ.
 *
 * `docs/manual/keywords.md` is this text; a test checks that it is current, and writes it (`keywords.test.ts`). No part of
 * the program. Not here: the rows (`lib/config/keywords/`).
 */
import { DIAGNOSTIC_CODES } from '../../lib/config/codes.ts';
import { ALL_KEYWORDS, OTHER_SECTIONS } from '../../lib/config/keywords.ts';
import type { AnyEntry } from '../../lib/config/keywords/entry.ts';

const INTRODUCTION = `# Keywords

Every keyword of HAProxy 2.6, many later ones, and what this program does with each. Made from the keyword table
(\`lib/config/keywords/\`); do not edit. Section numbers are those of the HAProxy 2.6 configuration manual; where a version
stands instead, that version brought the keyword (or removed it), and *own* marks sluice's own keywords.

States: **supported** has HAProxy's meaning. **no effect** is accepted with a notice. **http only** is refused in mode
http and ignored with a warning in mode tcp. **unsupported** is refused: ignoring it would change what was asked for.
**removed** was dropped by HAProxy itself. Sections: D defaults, F frontend, L listen, B backend; \`no\` marks
keywords that take the prefixes \`no\` and \`default\`; *http* marks those that have their meaning in mode http only,
and are ignored aloud in mode tcp, as in HAProxy.
`;

/** The whole page, ending with a line feed. */
export function keywordPage(): string {
  return [
    INTRODUCTION,
    ...ALL_KEYWORDS.flatMap(({ heading, rows }) => [
      `## ${heading}\n`,
      supportedTable(rows),
      otherTable(rows),
    ]),
    '## Other sections\n',
    table(
      ['section', 'manual', 'answer', 'because'],
      OTHER_SECTIONS.map((one) => [code(one.name), one.manual, one.severity, one.why]),
    ),
    '## Codes of diagnostics\n',
    table(
      ['code', 'meaning'],
      Object.entries(DIAGNOSTIC_CODES).map(([name, meaning]) => [code(name), meaning]),
    ),
  ].join('\n');
}

function supportedTable(rows: readonly AnyEntry[]): string {
  const supported = rows.filter((row) => row.state === 'supported');
  return table(
    ['keyword', 'arguments', 'in', 'default', 'manual'],
    supported.map((row) => [
      code(row.keyword),
      code(row.args),
      where(row),
      row.default ?? '',
      row.manual === 'own' ? '*own*' : row.manual,
    ]),
  );
}

function otherTable(rows: readonly AnyEntry[]): string {
  return table(
    ['keyword', 'state', 'why, or what instead', 'manual'],
    rows.flatMap((row) => {
      if (row.state === 'supported') return [];
      return [[code(row.keyword), row.state.replace('-', ' '), reason(row), row.manual]];
    }),
  );
}

function reason(row: Exclude<AnyEntry, { state: 'supported' }>): string {
  if (row.state === 'no-effect') return row.why;
  return row.instead;
}

function where(row: AnyEntry): string {
  const marks = [row.negatable === true ? 'no' : '', row.needsHttp === undefined ? '' : '*http*'];
  return [row.sections ?? '', ...marks].filter((part) => part !== '').join(' ');
}

function code(text: string): string {
  return text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(header) + line(header.map(() => '---')) + rows.map(line).join('');
}
