/**
 * Every request of the table of ambiguous and malformed messages, straight into the parser: what sluice refuses is refused with the right
 * word, and the rest is read. The table as a whole goes through running balancers in `test/system`.
 */
import t from 'tap';
import type { MessageFaultCode } from '../../lib/http/faults.ts';
import { expectedOf, type SmugglingCase } from '../system/smuggling/case.ts';
import { REQUESTS, RESPONSES } from '../system/smuggling/table.ts';
import { bytes, headReader, Requests, Responses } from './reading.ts';

const heads = headReader();

/** The first fault of a case, null where there is none. */
function requestFault({ send }: SmugglingCase): string | null {
  const requests = new Requests(heads);
  requests.parser.read(bytes(send));
  return faultIn(requests.told);
}

function responseFault({ answer, send }: SmugglingCase): string | null {
  const upgrade = /\nUpgrade: (\S+)/.exec(send)?.[1] ?? null;
  const responses = new Responses(heads).expect({ upgrade });
  responses.parser.read(bytes(answer?.bytes ?? ''));
  if (answer?.ends === true) responses.parser.finish();
  return faultIn(responses.told);
}

function faultIn(told: readonly string[]): string | null {
  return told.find((note) => note.startsWith('bad '))?.slice('bad '.length) ?? null;
}

for (const one of REQUESTS) {
  void t.test(`request: ${one.title}`, (t) => {
    t.equal(requestFault(one), one.fault ?? null);
    t.equal(expectedOf(one).answers.includes('400'), one.fault !== undefined, 'refused exactly with a fault');
    t.end();
  });
}

/** Told of what the client never sees: the server's connection is given up, no more. */
const SILENT: readonly (MessageFaultCode | null)[] = ['unasked-bytes', 'cut-short', 'bad-chunk', null];

for (const one of RESPONSES) {
  void t.test(`response: ${one.title}`, (t) => {
    const fault = responseFault(one);
    t.equal(fault, one.fault ?? null);
    if (!expectedOf(one).answers.includes('502')) t.ok(SILENT.includes(one.fault ?? null));
    t.end();
  });
}
