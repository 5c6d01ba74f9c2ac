/**
 * The files that the ACLs, rules and error pages of a proxy name: patterns (`-f`), maps, bodies of answers, pages.
 *
 * Not here: whether they can be read (`../cli/machine-faults.ts`), reading them (`../sample/`, `../http/`).
 */
import { parseAcl, parseCondition } from './condition.ts';
import type { AclTest } from './condition.ts';
import type { ProxyConfig } from './config.ts';
import { CONVERTER_BY_NAME } from './converter-table.ts';
import { parseExpression } from './expression.ts';
import type { SampleExpression } from './expression.ts';
import { parseLogFormat } from './log-format.ts';
import type { Path } from './places.ts';
import { formatsOf } from './rule-formats.ts';
import type { ConditionWords, HttpRule } from './rules.ts';

/** A file, what it is for in a word, and where that is written. */
export interface NamedFile {
  readonly file: string;
  readonly what: 'errorfile' | 'acl' | 'map' | 'body';
  readonly at: Path;
}

/** Every file that the proxy at `index` of a correct Config names, in the order of its parts; a file may come twice. */
export function ruleFilesOf(proxy: ProxyConfig, index: number): readonly NamedFile[] {
  const { http, frontend, backend } = proxy;
  const at = (...path: Path): Path => ['proxy', index, ...path];
  const conditions = (keyword: string, list: readonly ConditionWords[] | undefined): NamedFile[] =>
    (list ?? []).flatMap((words, position) => conditionFiles(words, at(keyword, position)));
  return [
    ...proxy.acls.flatMap(({ words }, position) => aclFiles(words, at('acl', position))),
    ...http.errorFiles.map(({ status, path }) => ({
      file: path,
      what: 'errorfile' as const,
      at: at('errorfile', status),
    })),
    ...http.requestRules.flatMap((rule, position) => ruleFiles(rule, at('http-request', position))),
    ...http.responseRules.flatMap((rule, position) => ruleFiles(rule, at('http-response', position))),
    ...conditions('monitor fail', frontend?.httpFrontend.monitorFail),
    ...conditions(
      'use_backend',
      frontend?.useBackend.map((rule) => rule.condition),
    ),
    ...(frontend?.useBackend ?? []).flatMap((rule, position) =>
      formatFiles(rule.backend, at('use_backend', position)),
    ),
    ...conditions(
      'use-server',
      backend?.useServer.map((rule) => rule.condition),
    ),
  ];
}

function ruleFiles({ action, condition }: HttpRule, at: Path): NamedFile[] {
  const body = 'reply' in action && 'path' in action.reply.body ? [action.reply.body.path] : [];
  const expression = action.kind === 'set-var' ? parseExpression(action.expression) : null;
  return [
    ...conditionFiles(condition, at),
    ...body.map((file) => ({ file, what: 'body' as const, at })),
    ...formatsOf(action).flatMap((format) => formatFiles(format, at)),
    ...(expression?.ok === true ? mapFiles(expression.value, at) : []),
  ];
}

function aclFiles(words: readonly string[], at: Path): NamedFile[] {
  const test = parseAcl(words);
  return test.ok ? testFiles(test.value, at) : [];
}

/** Of tests between braces; named ones have lines of their own. */
function conditionFiles(words: ConditionWords, at: Path): NamedFile[] {
  if (words === null || !words.some((word) => word.endsWith('{'))) return [];
  const names = new Map(words.map((word): [string, AclTest[]] => [word.replace(/^!+/, ''), []]));
  const condition = parseCondition(words, names);
  if (!condition.ok) return [];
  const tests = condition.value.alternatives.flatMap((terms) => terms.flatMap((term) => term.tests));
  return tests.flatMap((test) => testFiles(test, at));
}

function testFiles({ files, expression }: AclTest, at: Path): NamedFile[] {
  return [...files.map((file) => ({ file, what: 'acl' as const, at })), ...mapFiles(expression, at)];
}

function formatFiles(format: string, at: Path): NamedFile[] {
  const parsed = parseLogFormat(format, { mode: 'http' });
  if (!parsed.ok) return [];
  return parsed.items.flatMap((item) => (item.kind === 'sample' ? mapFiles(item.parsed, at) : []));
}

function mapFiles({ converters }: SampleExpression, at: Path): NamedFile[] {
  return converters
    .filter(({ name }) => (CONVERTER_BY_NAME.get(name)?.map ?? null) !== null)
    .map(({ args }) => ({ file: String(args[0]), what: 'map' as const, at }));
}
