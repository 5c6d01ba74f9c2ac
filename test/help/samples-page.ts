/**
 * The manual page of samples, ACLs and formats, made from the tables, so that page and program cannot differ.
 *
 * `docs/manual/samples.md` is this text; a test checks that it is current, and writes it (`samples-page.test.ts`). No part of
 * the program. Not here: the rows (`lib/config/fetch-table.ts`, `lib/config/converter-table.ts`).
 */
import { ABSENT_CONVERTERS, ABSENT_FETCHES } from '../../lib/config/absent-samples.ts';
import { CONVERTERS } from '../../lib/config/converter-table.ts';
import { ACL_VARIANTS, FETCHES } from '../../lib/config/fetch-table.ts';
import { ABSENT_ACLS, PREDEFINED_ACLS } from '../../lib/config/known-acls.ts';
import { argumentUsage } from '../../lib/config/sample-arguments.ts';

const INTRODUCTION = `# Samples, ACLs and conditions

What rules can ask about a connection, a request or an answer. The language is HAProxy's (configuration manual, section 7).
The tables of this page are made from those of the program; do not edit.

## Expressions

    req.hdr(host),field(1,:),lower

A **fetch** takes a value, **converters** change it, one after the other, behind commas without blanks. Arguments stand between
parentheses; one with a comma, a parenthesis or a blank is quoted (\`regsub("(a|b)",c)\`), and since the words of a line are
unquoted once already, the whole word then stands in other quotes: \`'path,regsub("(a|b)",c)'\`.

Types: **bool**, **int** (exact up to 2^53), **ip**, **str**, **bin** (bytes), **any** (known only when it is taken). A value is
cast where a converter wants another type: a number is a text, an address is a text or a number, a text is whatever it reads as.
Bytes are only a text; a truth is no address, an address no truth. What cannot be had is a fault of the configuration.

A value that is not there (no such header, no request yet) gives nothing: a test of it does not match, a format prints nothing.

## ACLs

    acl is_ws   hdr(Upgrade) -i WebSocket
    acl api     path_beg /api /v1
    acl private src 10.0.0.0/8 192.168.0.0/16
    acl busy    be_conn(app) ge 1000
    use_backend ws if is_ws !busy or { hdr_beg(host) -i ws. }

\`acl NAME EXPRESSION [FLAG...] [--] [PATTERN...]\` is true if the value matches any of the patterns. Lines of one name add up.
In a condition a blank is *and*, \`or\` (or \`||\`) separates alternatives, \`!\` turns a term round; there are no parentheses. An ACL
without a name stands between braces, which are words of their own.

| flag | meaning |
| --- | --- |
| \`-i\` | case does not count, in all that follows |
| \`-f FILE\` | patterns from a file, one a line; \`#\` begins a comment |
| \`-M\` | the files are maps: their first column is the pattern |
| \`-m METHOD\` | how the value is matched |
| \`-n\`, \`-u N\` | accepted; names are never resolved, and nothing is changed while running |
| \`--\` | what follows is a pattern, even if it begins with \`-\` |

| method | matches if | by itself for |
| --- | --- | --- |
| \`found\` | there is a value | |
| \`bool\` | it is true, or a number but 0 | bool |
| \`int\` | it is the number, or within the range (\`10:20\`, \`10:\`, \`:20\`); \`eq ge gt le lt\` before a number | int |
| \`ip\` | it is the address, or within the network (\`10.0.0.0/8\`) | ip |
| \`str\` | it is the pattern | str |
| \`beg\` \`end\` \`sub\` | it begins with, ends with, holds the pattern | |
| \`dir\` | the pattern stands between slashes | |
| \`dom\` | the pattern stands between dots, slashes, colons or question marks | |
| \`len\` | it has that many bytes; as \`int\` | |
| \`reg\` | the regular expression matches | |
| \`bin\` | it is these bytes, in hexadecimal digits | |

**Short addresses are a trap**, here as in HAProxy: \`10/8\` is 0.0.0.10/8 and \`192.168.1/24\` is 192.168.0.1/24; write all four numbers.

Regular expressions are JavaScript's. Of what PCRE has besides, these are translated: \`(?i)\`, \`(?s)\` and \`(?m)\` at the start,
\`[[:alpha:]]\` and its like, \`[]a]\`, \`\\A\`, \`\\z\`, \`\\h\`, \`\\Q...\\E\`, \`(?P<name>...)\`. Atomic groups and possessive quantifiers are refused.

These words are a fetch and a method in one, in ACLs only: \`hdr_beg(host)\` is \`req.hdr(host) -m beg\`. The method of the word is lost if a
converter follows.
`;

/** The whole page, ending with a line feed. */
export function samplesPage(): string {
  return [
    INTRODUCTION,
    variantsTable(),
    '## Names that need no line\n',
    table(
      ['name', 'stands for'],
      [...PREDEFINED_ACLS].map(([name, words]) => [code(name), code(words.join(' '))]),
    ),
    `Not supported: ${[...ABSENT_ACLS].map(code).join(' ')}.\n`,
    '## Fetches\n',
    "Those of a request have no value before it has come, those of an answer none before that. In mode tcp the fetches of a request look at the bytes that have come so far. When the answer comes the request is gone: rules about the answer have of it only `method`, `req.proto_http`, `capture.req…` and variables, and `hdr` in a format, `cookie` anywhere, are the answer's.\n",
    table(
      ['fetch', 'other words', 'type', 'known with', 'value'],
      FETCHES.map((row) => [
        code(row.name + argumentUsage(row.args)),
        row.aliases.map(code).join(' '),
        row.type,
        row.stage === 'always' ? '' : row.stage,
        row.text,
      ]),
    ),
    'In rules about the answer `hdr` and `cookie` mean `res.hdr` and `res.cook`.\n',
    '## Converters\n',
    table(
      ['converter', 'takes', 'gives', 'what it does'],
      CONVERTERS.map((row) => [code(row.name + argumentUsage(row.args)), row.from, row.to, row.text]),
    ),
    '## Not supported\n',
    'HAProxy 2.6 has these besides; they are refused by name.\n',
    `Fetches: ${[...ABSENT_FETCHES].map(code).join(' ')}\n`,
    `Converters: ${[...ABSENT_CONVERTERS].map(code).join(' ')}\n`,
  ].join('\n');
}

function variantsTable(): string {
  const byWord = new Map<string, string[]>();
  for (const { word, match } of ACL_VARIANTS.values()) {
    byWord.set(word, [...(byWord.get(word) ?? []), match]);
  }
  return table(
    ['fetch', 'methods behind `_`'],
    [...byWord].map(([word, methods]) => [code(word), methods.join(' ')]),
  );
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(header) + line(header.map(() => '---')) + rows.map(line).join('');
}
