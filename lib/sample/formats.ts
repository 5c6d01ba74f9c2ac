/**
 * Formats of rules brought to life: texts with expressions (`%[src]`) and aliases (`%ci`), for headers, targets, names. What a
 * stream does not have is nothing at all here, unlike in a log, where it is `-`.
 *
 * A value never ends a line: control characters but the tab are written as `%0A`, as HAProxy does. Of the flags `+E` alone counts
 * for expressions (observed on 2.6, `test/sample/formats.test.ts`).
 *
 * Not here: reading formats (`../config/log-format.ts`), lines of the log (`../account/log/format.ts`).
 */
import { ALIASES } from '../account/log/aliases.ts';
import type { SessionRecord } from '../account/session.ts';
import type { LogItem } from '../config/log-format.ts';
import { toText } from './casts.ts';
import { createExpression } from './expressions.ts';
import type { FetchContext } from './fetch.ts';
import type { SampleSource } from './sample.ts';

/** Asks for the record only if the format has an alias. */
export type Format = (source: SampleSource, record: () => SessionRecord) => string;

export function createFormat(items: readonly LogItem[], context: FetchContext): Format {
  const pieces = items.map((item) => createPiece(item, context));
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  return (source, record) => {
    let text = '';
    for (const piece of pieces) text += piece(source, record);
    return text;
  };
}

function createPiece(item: LogItem, context: FetchContext): Format {
  switch (item.kind) {
    case 'text':
      return () => item.text;
    case 'blank':
      return () => ' ';
    case 'alias': {
      const alias = ALIASES[item.alias];
      return (_source, record) => alias(record(), context.world.log, item.flags);
    }
    case 'sample': {
      const { take } = createExpression(item.parsed, context);
      return (source) => {
        const sample = take(source);
        if (sample === null) return '';
        const text = withoutControls(toText(sample));
        return item.flags.escape ? text.replace(/[\\"\]]/g, '\\$&') : text;
      };
    }
  }
}

const CONTROLS = /[^\t -~\x80-\xff]/g;

function withoutControls(text: string): string {
  return text.replace(CONTROLS, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
