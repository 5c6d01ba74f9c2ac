/**
 * The page of the manual about ambiguous and malformed messages, made from the table that the tests send.
 *
 * Not here: the table (`test/system/smuggling/`).
 */
import { expectedOf, type Seen, type SmugglingCase } from '../system/smuggling/case.ts';
import { SUBJECTS } from '../system/smuggling/table.ts';

/** The whole page. */
export function strictnessPage(): string {
  const parts = SUBJECTS.map(
    ({ title, cases }) =>
      `## ${title}\n\n| message | HAProxy 2.6.12 | sluice | reason | why it differs |\n|---|---|---|---|---|\n${cases.map(row).join('\n')}\n`,
  );
  return [INTRODUCTION, ...parts].join('\n');
}

function row(one: SmugglingCase): string {
  const { title, haproxy, fault, why = '' } = one;
  const ours = expectedOf(one);
  const same = JSON.stringify(ours) === JSON.stringify(haproxy);
  const cells = [
    title,
    shown(haproxy),
    same ? 'the same' : shown(ours),
    fault === undefined ? '' : `\`${fault}\``,
    why,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** The answers' statuses, and how many requests went on to the server where that is news. */
function shown({ answers, forwarded }: Seen): string {
  const statuses = answers.map(status).join(', ');
  return forwarded.length === 0 ? statuses : `${statuses}; forwarded`;
}

function status(answer: string): string {
  const [first = ''] = answer.split(' ');
  if (/^\d+$/.test(first)) return first;
  const cut = /^rest: HTTP\/1\.1 (\d+)/.exec(answer)?.[1];
  return cut === undefined ? 'other bytes' : `${cut} cut short`;
}

const INTRODUCTION = `# Ambiguous and malformed messages

<!-- Made from test/system/smuggling; do not edit. To make it anew:
     SLUICE_WRITE_MANUAL=1 node build/test/http/strictness-manual.test.js -->

What two programs can understand in two ways lets one client speak in the name of another (request smuggling). In \`mode http\` sluice refuses it: **400**, nothing
more is forwarded, the connection is closed; of a server's answer it makes **502**. Each refusal is counted by its reason, in the metrics
\`sluice_frontend_http_bad_requests_total\` and \`sluice_backend_http_bad_responses_total\`.

Every line below is sent through both balancers by the tests, as raw bytes. The second column is what HAProxy 2.6.12 was seen to do; where sluice differs it is
stricter, and the last column says why. "Forwarded" means that the server got a request.

The limits: a head (start line, header lines, empty line) of 15,360 bytes and 100 header lines, as with HAProxy's defaults; extensions and trailers of a chunked body
together as much as a head; 15 digits of Content-Length, 13 of a chunk's size.
`;
