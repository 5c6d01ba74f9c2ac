/**
 * The formats of `log-format` that an action of a rule holds, for whoever checks them or looks into them.
 *
 * Not here: the language (`log-format.ts`).
 */
import type { HttpAction } from './rules.ts';

/** In the order of the words of its line; none for actions without. */
export function formatsOf(action: HttpAction): readonly string[] {
  switch (action.kind) {
    case 'deny':
    case 'tarpit':
    case 'return': {
      const { body, headers } = action.reply;
      const text = body.kind === 'lf-string' ? [body.text] : [];
      return [...text, ...headers.map(({ format }) => format)];
    }
    case 'redirect':
      return [action.redirect.format];
    default:
      return 'format' in action ? [action.format] : [];
  }
}
