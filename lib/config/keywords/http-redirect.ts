/**
 * Where clients are sent instead of a server: the arguments of `redirect`, of the line and of the action (HAProxy manual 4.2
 * "redirect").
 *
 * Not here: the lines around them (`http-rules.ts`), how the answer is made (`../../http/`).
 */
import type { Mutable } from '../draft.ts';
import type { SampleSide } from '../expression.ts';
import type { Line } from '../line.ts';
import type { Redirect } from '../rules.ts';
import { failed, parsed, shown } from '../units.ts';
import type { Parsed } from '../units.ts';
import { takeFormat, takeLiteral } from './format.ts';
import { beginsCondition } from './http-reply.ts';

const REDIRECT_CODES = [301, 302, 303, 307, 308] as const;

/** What stands after `redirect`; null after an alert. `side`: of the rule; null: it is a line of its own, whose text is no format. */
export function readRedirect(line: Line, side: SampleSide | null): Mutable<Redirect> | null {
  const redirect: Omit<Mutable<Redirect>, 'kind'> & { kind: Redirect['kind'] | null } = {
    kind: null,
    format: '',
    code: 302,
    dropQuery: false,
    appendSlash: false,
    ignoreEmpty: false,
    setCookie: null,
    clearCookie: null,
  };
  for (let word = line.peek(); word !== undefined && !beginsCondition(word); word = line.peek()) {
    line.takeOptional();
    if (!readRedirectWord(line, word, side, redirect)) return null;
  }
  const { kind } = redirect;
  if (kind !== null) return { ...redirect, kind };
  line.take("where to, e.g. 'scheme https'");
  if (!line.faulty)
    line.alert('missing-argument', `'${line.keyword}' names no place`, `usage: redirect ${REDIRECT_USAGE}`);
  return null;
}

/** False after an alert. */
function readRedirectWord(
  line: Line,
  word: string,
  side: SampleSide | null,
  redirect: Omit<Mutable<Redirect>, 'kind'> & { kind: Redirect['kind'] | null },
): boolean {
  switch (word) {
    case 'location':
    case 'prefix':
    case 'scheme': {
      const format = side === null ? takeLiteral(line, 'where to') : takeFormat(line, 'where to', side);
      redirect.kind = word;
      redirect.format = format ?? '';
      return format !== null;
    }
    case 'code': {
      const code = line.takeParsed('a status', parseRedirectCode);
      redirect.code = code ?? 302;
      return code !== null;
    }
    case 'set-cookie':
      redirect.setCookie = line.take('NAME[=VALUE]');
      return redirect.setCookie !== null;
    case 'clear-cookie':
      redirect.clearCookie = line.take('NAME');
      return redirect.clearCookie !== null;
    case 'drop-query':
      redirect.dropQuery = true;
      return true;
    case 'append-slash':
      redirect.appendSlash = true;
      return true;
    case 'ignore-empty':
      redirect.ignoreEmpty = true;
      return true;
    default: {
      const message = `'${line.keyword}' cannot handle unexpected argument '${shown(word)}'`;
      line.alert('unexpected-argument', message, `usage: redirect ${REDIRECT_USAGE}`);
      return false;
    }
  }
}

function parseRedirectCode(text: string): Parsed<Redirect['code']> {
  const code = REDIRECT_CODES.find((one) => String(one) === text);
  if (code !== undefined) return parsed(code);
  return failed(
    'invalid-value',
    `'${shown(text)}' is no status of a redirect`,
    `use one of: ${REDIRECT_CODES.join(', ')}`,
  );
}

/** As the manual shows it. */
export const REDIRECT_USAGE =
  'location|prefix|scheme TO [code N] [drop-query] [append-slash] [ignore-empty] [set-cookie NAME[=VALUE]] ' +
  '[clear-cookie NAME]';
