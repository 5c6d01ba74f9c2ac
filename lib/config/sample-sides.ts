/**
 * What is there when a rule is looked at: in a request's rules nothing of the answer, in an answer's rules next to nothing of the
 * request, which HAProxy has given away by then. ACLs of what is gone never match, formats and expressions are refused.
 *
 * Source: HAProxy manual 7.3; seen on 2.6 (`test/config/check-rules.test.ts`).
 *
 * Not here: reading expressions (`expression.ts`), what mode tcp knows (`check-rules.ts`).
 */
import type { SampleExpression, SampleSide } from './expression.ts';
import { FETCH_BY_WORD } from './fetch-table.ts';
import { failed } from './units.ts';
import type { Failed } from './units.ts';

/** Fetches about a request that are answered in the rules of its answer, too. */
const LASTING: ReadonlySet<string> = new Set([
  'method',
  'req.proto_http',
  'wait_end',
  'capture.req.hdr',
  'capture.req.method',
  'capture.req.uri',
  'capture.req.ver',
]);

/** True if the fetch never has a value in the rules of that side. */
export function isAbsent({ fetch, stage }: SampleExpression, side: SampleSide): boolean {
  if (side === 'request') return stage === 'response';
  return stage === 'request' && !LASTING.has(fetch);
}

/** What to tell of a format or an expression that `isAbsent`; null: it is not. Code: `invalid-expression`. */
export function absenceFault(expression: SampleExpression, side: SampleSide): Failed | null {
  if (!isAbsent(expression, side)) return null;
  const other = side === 'request' ? 'the answer' : 'the request';
  return failed(
    'invalid-expression',
    `'${expression.fetch}' is about ${other}, which is not there in rules about the ${side === 'request' ? 'request' : 'answer'}`,
    absenceHint(expression, side),
  );
}

/** The way out. */
export function absenceHint({ fetch }: SampleExpression, side: SampleSide): string {
  if (side === 'request') return "use it in 'http-response'";
  const kept = "'http-request set-var(txn.kept) …' keeps it as 'var(txn.kept)'";
  const twin = fetch.replace(/^req\./, 'res.');
  return FETCH_BY_WORD.has(twin) && twin !== fetch ? `the answer has '${twin}'; ${kept}` : kept;
}
