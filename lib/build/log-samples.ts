/**
 * The expressions in a frontend's log formats (`%[…]`): taken where the stream is, since its log may be written by another thread.
 *
 * Not here: writing them (`../account/log/`).
 */
import { logExpressions } from '../account/log/line-formats.ts';
import type { FrontendConfig } from '../config/config.ts';
import type { SampleEngine } from '../sample/engine.ts';
import type { SampleSource } from '../sample/sample.ts';

/** Their values as text, in the order that the log expects. */
export type LogSampler = (source: SampleSource) => readonly string[];

/** Null: there are none. */
export function logSampler(frontend: FrontendConfig, mode: 'tcp' | 'http', engine: SampleEngine): LogSampler | null {
  const texts = logExpressions(frontend, mode).map((expression) => engine.text(expression));
  return texts.length === 0 ? null : (source) => texts.map((textOf) => textOf(source) ?? '');
}
