/**
 * `monitor-uri`, `monitor fail` (manual 4.2): tells whoever looks after us whether we are well; never logged, asked before any rule.
 *
 * Not here: the pages (`error-pages.ts`).
 */
import type { AclConfig, HttpFrontendOptions } from '../config/rules.ts';
import type { SampleSource } from '../sample/sample.ts';
import { configBytes } from '../message/byte-text.ts';
import { targetPart } from './rewrite.ts';
import type { RuleEngine } from './rule.ts';

/** The status to answer with, 200 or 503; null: the request asks for something else. */
export type Monitor = (source: SampleSource) => 200 | 503 | null;

/** Null: the frontend has no `monitor-uri`. */
export function compileMonitor(
  options: Pick<HttpFrontendOptions, 'monitorUri' | 'monitorFail'>,
  acls: readonly AclConfig[],
  engine: Pick<RuleEngine, 'condition'>,
): Monitor | null {
  if (options.monitorUri === null) return null;
  const uri = configBytes(options.monitorUri);
  const fails = options.monitorFail.map((words) => engine.condition(words, acls));
  // A path is looked for behind an authority too; whatever the method.
  const part = uri.startsWith('/') ? 'pathq' : 'uri';
  return (source) => {
    if (source.request === null || targetPart(source.request.target, part) !== uri) return null;
    return fails.some((fail) => fail(source)) ? 503 : 200;
  };
}
